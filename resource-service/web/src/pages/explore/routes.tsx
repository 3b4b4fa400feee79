// Aggregates and scatter plots: addresses.
import type { RouteObject } from 'react-router';

export const routes: RouteObject[] = [];
