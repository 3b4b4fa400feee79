// Users, roles, clients and sessions at auth-service, and how its lists are read to the end.
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';

import type { components, paths } from '@/api.gen';
import type { Api, Query } from '@/api/client';
import { useApi } from '@/app/services';

type Schemas = components['schemas'];
export type User = Schemas['User'];
export type Role = Schemas['Role'];
export type Client = Schemas['ClientView'];
export type Session = Listed<'/auth/sessions'>;
export type ApiKey = Listed<'/auth/api-keys'>;
export type Act = Listed<'/auth/audit'>;

/** The items of a documented list. */
type Listed<P extends keyof paths> = paths[P] extends {
  get: { responses: { 200: { content: { 'application/json': { items: (infer Item)[] } } } } };
}
  ? Item
  : never;

interface Page<T> {
  items: T[];
  next?: string | null;
}

/** Entries asked for at once. */
const AT_ONCE = 100;

/** A paged list, as far as it was asked for. */
export function usePages<T>(path: string, query: Query = {}, enabled = true) {
  const api = useApi();
  const result = useInfiniteQuery({
    queryKey: [path, query],
    queryFn: async ({ pageParam, signal }) =>
      (await api.get<string>(path, {
        query: { limit: AT_ONCE, ...query, after: pageParam },
        signal,
      })) as unknown as Page<T>,
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    enabled,
  });
  return { ...result, data: result.data?.pages.flatMap((page) => page.items) };
}

/** All entries of a short list, such as roles. */
async function all<T>(api: Api, path: string, signal: AbortSignal): Promise<T[]> {
  const items: T[] = [];
  let after: string | undefined;
  do {
    const page = (await api.get<string>(path, { query: { limit: 1000, after }, signal })) as unknown as Page<T>;
    items.push(...page.items);
    after = page.next ?? undefined;
  } while (after !== undefined);
  return items;
}

/** The roles with their scopes; nothing without the scope to read them. */
export function useRoles(enabled = true) {
  const api = useApi();
  return useQuery({
    queryKey: ['/auth/roles'],
    queryFn: ({ signal }) => all<Role>(api, '/auth/roles', signal),
    enabled,
  });
}

export function useUser(id: string) {
  const api = useApi();
  return useQuery({
    queryKey: ['/auth/users', id],
    queryFn: ({ signal }) => api.get('/auth/users/{id}', { path: { id }, signal }),
  });
}

/** A scope that a user has, with the roles that grant it. */
export interface EffectiveScope {
  scope: string;
  roles: string[];
}

/** The scopes of a user, each with the roles that it comes from. */
export function effectiveScopes(names: readonly string[], roles: readonly Role[]): EffectiveScope[] {
  const found = new Map<string, string[]>();
  for (const role of roles) {
    if (!names.includes(role.name)) continue;
    for (const scope of role.scopes) found.set(scope, [...(found.get(scope) ?? []), role.name]);
  }
  return [...found].map(([scope, from]) => ({ scope, roles: from })).toSorted((a, b) => a.scope.localeCompare(b.scope));
}
