// The profile of the caller: addresses.
import type { RouteObject } from 'react-router';

export const routes: RouteObject[] = [];
