// Every collection: addresses.
import { lazy } from 'react';
import type { RouteObject } from 'react-router';

import { guarded } from '@/app/Guarded';

export const routes: RouteObject[] = [
  guarded(
    '/c',
    lazy(() => import('./List')),
  ),
  guarded(
    '/c/:collection',
    lazy(() => import('./Collection')),
  ),
  guarded(
    '/c/:collection/:id',
    lazy(() => import('./Document')),
  ),
];
