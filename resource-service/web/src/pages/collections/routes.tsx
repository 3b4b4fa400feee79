// Every collection: addresses.
import type { RouteObject } from 'react-router';

import { guarded } from '@/app/Guarded';

export const routes: RouteObject[] = [
  guarded('/c', () => import('./List')),
  guarded('/c/:collection', () => import('./Collection')),
  guarded('/c/:collection/:id', () => import('./Document')),
];
