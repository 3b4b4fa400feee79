// Requests for one calculation and what belongs to it.
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef } from 'react';

import type { Api } from '@/api/client';
import { toNumber, type Json, type JsonObject } from '@/api/json';
import { useChanges } from '@/app/live';
import { useApi } from '@/app/services';
import { isNameLate, useLateNames } from '@/people/late';
import type { PatchOperation } from './changes';

/** A calculation as the API sends it; every member beside these is optional. */
export type Calculation = JsonObject & {
  _id: string;
  _revision: number;
  _created_at: string;
  _updated_at: string;
  _owner: string;
  _owner_name?: string | null;
  name: string;
  status: string;
};

export interface Version {
  revision: number;
  at: string;
  by: string;
  removed: boolean;
  diff: PatchOperation[];
}

export const calculationKey = (id: string) => ['calculations', id] as const;

/** Milliseconds between two looks at a calculation that runs. */
const WATCH = 10_000;

export function useCalculation(id: string) {
  const api = useApi();
  const query = useQuery({
    queryKey: calculationKey(id),
    queryFn: async ({ signal }) => {
      const answer = await api.get<string>('/api/calculations/{id}', {
        path: { id },
        query: { expand: '_owner' },
        signal,
      });
      return answer as unknown as Calculation;
    },
    refetchInterval: ({ state }) => (state.data?.status === 'running' ? WATCH : false),
  });
  useLateNames(id, query, query.data !== undefined && isNameLate(query.data));
  return query;
}

/** One revision as it was. Revisions never change. */
export function useRevision(id: string, revision: number | undefined) {
  const api = useApi();
  return useQuery({
    queryKey: [...calculationKey(id), 'revision', revision],
    queryFn: ({ signal }) => fetchRevision(api, id, revision ?? 0, signal),
    enabled: revision !== undefined,
    staleTime: Infinity,
  });
}

export async function fetchRevision(api: Api, id: string, revision: number, signal?: AbortSignal) {
  const answer = await api.get<string>('/api/calculations/{id}/versions/{revision}', {
    path: { id, revision },
    signal,
  });
  return answer as unknown as Calculation;
}

interface VersionsPage {
  items: Version[];
  next: string | null;
}

/** Revisions, newest first. */
export function useVersions(id: string, isAsked = true) {
  const api = useApi();
  return useInfiniteQuery({
    queryKey: [...calculationKey(id), 'versions'],
    queryFn: async ({ signal, pageParam }) => {
      const answer = await api.get<string>('/api/calculations/{id}/versions', {
        path: { id },
        query: { limit: 50, after: pageParam },
        signal,
      });
      const page = answer as unknown as VersionsPage;
      return { ...page, items: page.items.map((one) => ({ ...one, revision: toNumber(one.revision) ?? 0 })) };
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
    enabled: isAsked,
  });
}

/** Milliseconds from a change to the request, in which more changes may come. */
const SETTLE = 1000;

/** Fetches the calculation anew when it changes. */
export function useLiveCalculation(id: string): void {
  const refresh = useRefresh(id);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  useChanges(['calculations'], (event) => {
    if (event.kind === 'change' && event.change._id !== id) return;
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      void refresh();
    }, SETTLE);
  });
}

/** Fetches anew what shows the calculation. */
export function useRefresh(id: string): () => Promise<void> {
  const client = useQueryClient();
  return useCallback(() => client.invalidateQueries({ queryKey: calculationKey(id) }), [client, id]);
}

export const ifMatch = (revision: number) => ({ 'if-match': `"${revision}"` });

export interface Metric {
  metric: string;
  unit?: string;
  count: number;
  first_step?: number;
  last_step?: number;
  min?: Json;
  max?: Json;
  last_value?: Json;
}

export function useMetrics(calculation: string, isGrowing: boolean) {
  const api = useApi();
  return useQuery({
    queryKey: ['metrics', calculation],
    queryFn: async ({ signal }) => {
      const items: Metric[] = [];
      let after: string | undefined;
      do {
        // Each page begins after the one before.
        const page = (await api.get<string>('/api/series/metrics', {
          query: { calculation, after, limit: 1000 },
          signal,
        })) as unknown as { items: Metric[]; next: string | null };
        items.push(...page.items);
        after = page.next ?? undefined;
      } while (after !== undefined && items.length < MOST_METRICS);
      return items;
    },
    refetchInterval: isGrowing ? WATCH : false,
  });
}

/** More metrics than that are not listed. */
const MOST_METRICS = 10_000;
