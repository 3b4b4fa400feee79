// The e-mail addresses of users whose ids a list shows, in one request for a page of it.
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';

import { useApi, useScope } from '@/app/services';

/** Ids that one request takes. */
const AT_ONCE = 100;

/** Addresses by id. An id that is no user's, or that the caller may not look up, is left out. */
export function usePeople(ids: readonly (string | null | undefined)[]): ReadonlyMap<string, string> {
  const api = useApi();
  const mayRead = useScope('users:read');
  const wanted = useMemo(() => [...new Set(ids.filter((id) => id !== null && id !== undefined))].toSorted(), [ids]);
  const { data } = useQuery({
    queryKey: ['people', wanted],
    enabled: mayRead && wanted.length > 0,
    staleTime: 60_000,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }): Promise<ReadonlyMap<string, string>> => {
      const parts = Array.from({ length: Math.ceil(wanted.length / AT_ONCE) }, (_, part) =>
        wanted.slice(part * AT_ONCE, (part + 1) * AT_ONCE),
      );
      const pages = await Promise.all(
        parts.map((part) => api.get('/auth/users', { query: { id: part.join(','), limit: AT_ONCE }, signal })),
      );
      return new Map(pages.flatMap((page) => page.items.map((user) => [user.id, user.email] as const)));
    },
  });
  return data ?? NOBODY;
}

const NOBODY: ReadonlyMap<string, string> = new Map();
