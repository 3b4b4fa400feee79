// The areas of the console: where they are, how they are called, which scope shows them.
import { holds } from './scopes';

export interface Area {
  path: string;
  title: string;
  /** Without this scope the area is not offered. */
  scope?: string;
  /** The keys that lead there. */
  keys: string;
  /** Words by which the palette finds it, beside the title. */
  words?: string;
}

export const SCIENCE: readonly Area[] = [
  { path: '/', title: 'My day', keys: 'g d', words: 'home dashboard' },
  { path: '/calculations', title: 'Calculations', scope: 'calculations:read', keys: 'g c', words: 'runs table' },
  { path: '/review', title: 'Review', scope: 'reviews:read', keys: 'g r', words: 'queue verdict' },
  { path: '/compare', title: 'Compare', scope: 'calculations:read', keys: 'g m', words: 'difference' },
  {
    path: '/explore',
    title: 'Explore',
    scope: 'calculations:read',
    keys: 'g e',
    words: 'aggregate statistics scatter',
  },
  { path: '/c', title: 'Collections', keys: 'g o', words: 'documents data' },
];

export const ADMINISTRATION: readonly Area[] = [
  { path: '/admin/users', title: 'Users', scope: 'users:read', keys: 'g u', words: 'people accounts' },
  { path: '/admin/roles', title: 'Roles', scope: 'roles:read', keys: 'g l', words: 'scopes permissions' },
  { path: '/admin/clients', title: 'Clients', scope: 'clients:read', keys: 'g i', words: 'services oauth secrets' },
  { path: '/admin/sessions', title: 'Logins', scope: 'users:read', keys: 'g s', words: 'sessions devices' },
  { path: '/admin/audit', title: 'Audit log', scope: 'audit:read', keys: 'g a', words: 'who did what' },
  {
    path: '/admin/collections',
    title: 'Definitions',
    scope: 'collections:write',
    keys: 'g f',
    words: 'collections schema indexes',
  },
  { path: '/admin/health', title: 'Health', scope: 'collections:write', keys: 'g h', words: 'status readiness usage' },
  {
    path: '/admin/access',
    title: 'Why can’t X see Y',
    scope: 'users:read',
    keys: 'g y',
    words: 'access permissions explain',
  },
];

export const PERSONAL: Area = { path: '/me', title: 'Me', keys: 'g p', words: 'profile sessions keys preferences' };

/** The areas that a caller with these scopes is offered. */
export function offered(areas: readonly Area[], scopes: readonly string[]): Area[] {
  return areas.filter((area) => area.scope === undefined || holds(scopes, area.scope));
}
