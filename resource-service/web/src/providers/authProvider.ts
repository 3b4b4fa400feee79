// The session as an auth provider of react-admin. It logs out when the session has ended, and never because of a 403.
import type { AuthProvider } from 'ra-core';

import type { Identity, Session } from '@/session';

/** What a resource and an action of react-admin need. */
export type ScopeOf = (resource: string, action: string) => string;

const READING = new Set(['list', 'show', 'export', 'read']);

/** The scopes that a definition has unless its `access` names others. */
const scopeOf: ScopeOf = (resource, action) => `${resource}:${READING.has(action) ? 'read' : 'write'}`;

/**
 * The auth provider. `scopeOf` says which scope an action on a resource needs; without it, that is `NAME:read` or
 * `NAME:write`.
 */
export function createAuthProvider(session: Session, options: { scopeOf?: ScopeOf } = {}): AuthProvider {
  const { scopeOf: needed = scopeOf } = options;
  const identity = async (): Promise<Identity> => {
    const state = await session.start();
    if (state.kind !== 'authenticated') throw new Error('Nobody is logged in.');
    return state.identity;
  };
  const isOver = () => session.state().kind === 'anonymous';
  return {
    login: async ({ username, password }: { username: string; password: string }) => {
      await session.login(username, password);
    },
    logout: async () => {
      if (!isOver()) await session.logout();
    },
    // `unknown`: the service is unreachable. The session retries, and pages say what is wrong.
    checkAuth: async () => {
      await session.start();
      if (isOver()) throw new Error(reasonOf(session));
    },
    // The session has been refreshed, and has ended if that was refused, before an error gets here.
    checkError: async () => {
      if (isOver()) throw new Error(reasonOf(session));
    },
    getIdentity: async () => {
      const { sub, email, full_name: name } = await identity();
      return { id: sub, fullName: name ?? email };
    },
    getPermissions: async () => (await identity()).scopes,
    canAccess: async ({ resource, action }) => {
      const { scopes } = await identity();
      return scopes.includes(needed(resource, action)) || scopes.includes('*');
    },
  };
}

const REASONS = {
  'logged-out': 'You are logged out.',
  expired: 'Your session has expired. Log in again.',
  revoked: 'Your session was ended. Log in again.',
};

function reasonOf(session: Session): string {
  const state = session.state();
  return state.kind === 'anonymous' && state.reason ? REASONS[state.reason] : 'Log in first.';
}
