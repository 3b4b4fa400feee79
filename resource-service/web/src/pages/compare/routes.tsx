// Calculations side by side: addresses.
import type { RouteObject } from 'react-router';

export const routes: RouteObject[] = [];
