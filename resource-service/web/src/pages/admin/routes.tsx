// Administration: addresses.
import { lazy } from 'react';
import type { RouteObject } from 'react-router';

import { guarded } from '@/app/Guarded';

export const routes: RouteObject[] = [
  guarded(
    '/admin/users',
    lazy(() => import('./users/Users')),
    'users:read',
  ),
  guarded(
    '/admin/users/:id',
    lazy(() => import('./users/User')),
    'users:read',
  ),
  guarded(
    '/admin/roles',
    lazy(() => import('./roles/Roles')),
    'roles:read',
  ),
  guarded(
    '/admin/clients',
    lazy(() => import('./clients/Clients')),
    'clients:read',
  ),
  guarded(
    '/admin/sessions',
    lazy(() => import('./sessions/Sessions')),
    'users:read',
  ),
  guarded(
    '/admin/audit',
    lazy(() => import('./audit/Audit')),
    'audit:read',
  ),
  guarded(
    '/admin/collections',
    lazy(() => import('./definitions/Definitions')),
    'collections:write',
  ),
  guarded(
    '/admin/collections/:name',
    lazy(() => import('./definitions/Definition')),
    'collections:write',
  ),
  guarded(
    '/admin/health',
    lazy(() => import('./health/Health')),
    'collections:write',
  ),
  guarded(
    '/admin/access',
    lazy(() => import('./access/Access')),
    'users:read',
  ),
];
