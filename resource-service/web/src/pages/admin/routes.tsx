// Administration: addresses.
import type { RouteObject } from 'react-router';

import { guarded } from '@/app/Guarded';

export const routes: RouteObject[] = [
  guarded('/admin/users', () => import('./users/Users'), 'users:read'),
  guarded('/admin/users/:id', () => import('./users/User'), 'users:read'),
  guarded('/admin/roles', () => import('./roles/Roles'), 'roles:read'),
  guarded('/admin/clients', () => import('./clients/Clients'), 'clients:read'),
  guarded('/admin/sessions', () => import('./sessions/Sessions'), 'users:read'),
  guarded('/admin/audit', () => import('./audit/Audit'), 'audit:read'),
  guarded('/admin/collections', () => import('./definitions/Definitions'), 'collections:write'),
  guarded('/admin/collections/:name', () => import('./definitions/Definition'), 'collections:write'),
  guarded('/admin/health', () => import('./health/Health'), 'collections:write'),
  guarded('/admin/access', () => import('./access/Access'), 'users:read'),
];
