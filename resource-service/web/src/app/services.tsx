// What every page can use: session, API, preferences.
import { createContext, use, useMemo, useSyncExternalStore, type ReactNode } from 'react';

import { Api } from '@/api/client';
import type { Identity, Session } from '@/session';

import { holds } from './scopes';

interface Services {
  session: Session;
  api: Api;
}

const ServicesContext = createContext<Services | null>(null);

export function ServicesProvider({ session, children }: { session: Session; children: ReactNode }) {
  const services = useMemo(() => ({ session, api: new Api(session) }), [session]);
  return <ServicesContext value={services}>{children}</ServicesContext>;
}

export function useServices(): Services {
  const services = use(ServicesContext);
  if (!services) throw new Error('useServices needs a ServicesProvider above it');
  return services;
}

export const useApi = (): Api => useServices().api;

export function useSessionState() {
  const { session } = useServices();
  return useSyncExternalStore(
    (changed) => session.subscribe(changed),
    () => session.state(),
  );
}

const IdentityContext = createContext<Identity | null>(null);

/** Whose pages are shown below: also while their session is looked for again. */
export function IdentityProvider({ identity, children }: { identity: Identity; children: ReactNode }) {
  return <IdentityContext value={identity}>{children}</IdentityContext>;
}

/** Who is logged in. Pages behind the login always have somebody. */
export function useIdentity(): Identity {
  const state = useSessionState();
  return use(IdentityContext) ?? (state.kind === 'authenticated' ? state.identity : NOBODY);
}

const NOBODY: Identity = { sub: '', email: '', full_name: null, scopes: [], roles: [], must_change_password: false };

/** Whether the caller's token has a scope. */
export function useScope(scope: string): boolean {
  return holds(useIdentity().scopes, scope);
}

/** Shows its children to callers with a scope, else `otherwise`. */
export function Can({
  scope,
  children,
  otherwise = null,
}: {
  scope: string;
  children: ReactNode;
  otherwise?: ReactNode;
}) {
  return useScope(scope) ? children : otherwise;
}
