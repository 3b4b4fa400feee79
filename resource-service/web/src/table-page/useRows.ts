// The rows of a table: pages by cursor, loaded as they come into sight, and how many there are in all.
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef } from 'react';

import { useApi } from '@/app/services';
import type { Api } from '@/api/client';
import type { JsonObject } from '@/api/json';

import { useKept } from './useKept';

/** Rows of the first page and of those that come while scrolling. */
const PAGE = 200;
/** The most rows of one page (a bound of the service). */
const LARGEST = 1000;
/** Milliseconds after which the exact number is given up for an estimate. */
const PATIENCE = 4000;

export interface ListPage {
  items: JsonObject[];
  next: string | null;
  total?: number;
}

export interface Asked {
  collection: string;
  /** Conditions alone. */
  conditions: URLSearchParams;
  sort: string | undefined;
  fields: string | undefined;
  /** Adds the names of owners. */
  owners: boolean;
  opened: number;
}

interface Cursor {
  after: string | undefined;
  limit: number;
}

export function listParameters(asked: Omit<Asked, 'opened' | 'collection'>): URLSearchParams {
  const search = new URLSearchParams(asked.conditions);
  if (asked.sort) search.set('sort', asked.sort);
  if (asked.fields) search.set('fields', asked.fields);
  if (asked.owners) search.append('expand', '_owner');
  return search;
}

export function listAddress(collection: string): string {
  return `/api/${encodeURIComponent(collection)}`;
}

export async function readPage(api: Api, collection: string, search: URLSearchParams, signal?: AbortSignal) {
  const page = await api.get<string>(listAddress(collection), { query: search, signal });
  return page as unknown as ListPage;
}

export interface Total {
  count: number;
  isExact: boolean;
}

export function useRows(asked: Asked, loadedBefore: number) {
  const { collection, opened } = asked;
  const api = useApi();
  const search = listParameters(asked);
  const text = search.toString();
  // Another order or other columns show as many rows as were loaded (mlflow#5365).
  const wanted = useRef(loadedBefore);

  const queryKey = ['rows', collection, text, opened];
  const query = useInfiniteQuery({
    queryKey,
    initialPageParam: undefined as Cursor | undefined,
    queryFn: ({ pageParam, signal }) => {
      const page = new URLSearchParams(text);
      const limit = pageParam?.limit ?? Math.min(LARGEST, Math.max(PAGE, wanted.current));
      page.set('limit', String(limit));
      if (pageParam?.after) page.set('after', pageParam.after);
      return readPage(api, collection, page, signal);
    },
    getNextPageParam: (last, pages): Cursor | undefined => {
      if (!last.next) return undefined;
      const loaded = pages.reduce((sum, page) => sum + page.items.length, 0);
      const missing = wanted.current - loaded;
      // The longer the reader goes on, the larger the pages.
      const limit = missing > 0 ? missing : loaded >= LARGEST ? LARGEST / 2 : PAGE;
      return { after: last.next, limit: Math.min(LARGEST, Math.max(PAGE, limit)) };
    },
    placeholderData: keepPreviousData,
    // Rows never move by themselves: only the reader asks for them anew.
    staleTime: Infinity,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });

  const { hasNextPage, isFetching, fetchNextPage } = query;
  // What was refused leaves the rows that were shown.
  const data = useKept(collection, query.data);
  const refused = query.data === undefined && data !== undefined ? query.error : null;
  const isPlaceholderData = query.isPlaceholderData || query.data === undefined;
  const rows = useMemo(() => data?.pages.flatMap((page) => page.items) ?? [], [data]);
  const loaded = rows.length;
  useEffect(() => {
    if (isPlaceholderData) return;
    if (loaded < wanted.current && hasNextPage && !isFetching) void fetchNextPage();
    else if (loaded > wanted.current) wanted.current = loaded;
  }, [loaded, hasNextPage, isFetching, isPlaceholderData, fetchNextPage]);

  const more = useCallback(() => {
    if (hasNextPage && !isFetching && !isPlaceholderData) void fetchNextPage();
  }, [hasNextPage, isFetching, isPlaceholderData, fetchNextPage]);

  const isWhole = !isPlaceholderData && !hasNextPage;
  const counted = useTotal(asked, !isPlaceholderData && hasNextPage);
  const found = useMemo(() => (isWhole ? { count: loaded, isExact: true } : counted), [isWhole, loaded, counted]);
  const before = useKept(collection, isPlaceholderData ? undefined : found);
  const total = refused ? before : found;
  return { query, queryKey, rows, refused, more, isWhole, total };
}

function useTotal({ collection, conditions, opened }: Asked, isNeeded: boolean): Total | undefined {
  const api = useApi();
  const text = conditions.toString();
  const { data } = useQuery({
    queryKey: ['total', collection, text, opened],
    enabled: isNeeded,
    staleTime: Infinity,
    refetchOnWindowFocus: false,
    queryFn: ({ signal }) => countRows(api, collection, new URLSearchParams(text), signal),
  });
  return data;
}

/** How many documents meet the conditions: exactly if that is found soon, else about. */
export async function countRows(
  api: Api,
  collection: string,
  conditions: URLSearchParams,
  signal?: AbortSignal,
): Promise<Total> {
  const count = async (how: 'exact' | 'estimated', until: AbortSignal | undefined) => {
    const search = new URLSearchParams(conditions);
    search.set('limit', '1');
    search.set('fields', '_id');
    search.set('count', how);
    return (await readPage(api, collection, search, until)).total ?? 0;
  };
  const soon = AbortSignal.timeout(PATIENCE);
  try {
    return { count: await count('exact', signal ? AbortSignal.any([signal, soon]) : soon), isExact: true };
  } catch (error) {
    if (signal?.aborted) throw error;
    return { count: await count('estimated', signal), isExact: false };
  }
}
