// Compare calculations: addresses.
import { lazy } from 'react';
import type { RouteObject } from 'react-router';

import { guarded } from '@/app/Guarded';

export const routes: RouteObject[] = [
  guarded(
    '/compare',
    lazy(() => import('./Compare')),
    'calculations:read',
  ),
];
