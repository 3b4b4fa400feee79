// The profile of the caller: addresses.
import { lazy } from 'react';
import type { RouteObject } from 'react-router';

import { guarded } from '@/app/Guarded';

export const routes: RouteObject[] = [
  guarded(
    '/me',
    lazy(() => import('./MePage')),
  ),
];
