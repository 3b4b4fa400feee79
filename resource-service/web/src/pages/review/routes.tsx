// The queue of reviews and its focus mode: addresses.
import type { RouteObject } from 'react-router';

export const routes: RouteObject[] = [];
