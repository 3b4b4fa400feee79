// What the pages about reviews fetch, as queries.
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';

import type { Api } from '@/api/client';
import { toNumber, type JsonObject } from '@/api/json';
import { useApi, useIdentity } from '@/app/services';
import { changesOf, type Change, type PatchOperation } from '@/calculations/changes';
import { isNameLate, useLateNames } from '@/people/late';

import {
  calculationKey,
  currentRevision,
  fetchPastVerdicts,
  fetchQueue,
  fetchRequests,
  fetchVerdicts,
  queueKey,
  requestsKey,
  revisionKey,
  verdictsKey,
} from './requests';
import type { Document, Review } from './types';
import type { QueuePart } from './verdicts';

/** How often what waits is asked for again, and the revision of what is on the screen, in milliseconds. */
const QUEUE_EVERY = 60_000;
const REVISION_EVERY = 15_000;

/** What waits for the caller's verdict, or a part of it, in the order of the service. */
export function useQueue(part?: QueuePart) {
  const api = useApi();
  return useInfiniteQuery({
    queryKey: queueKey(part),
    queryFn: ({ pageParam, signal }) => fetchQueue(api, part, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
    refetchInterval: QUEUE_EVERY,
  });
}

/** The calculation that is on the screen. It changes only when the reader asks for that. */
export function useSubject(id: string) {
  const api = useApi();
  return useQuery({
    queryKey: calculationKey(id),
    queryFn: async ({ signal }) => {
      const found = await api.get<string>('/api/calculations/{id}', {
        path: { id },
        query: { expand: '_owner' },
        signal,
      });
      return found as unknown as Document & { name: string };
    },
    staleTime: Infinity,
    refetchOnMount: 'always',
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
}

/** The newest revision of a calculation; 0 until that is known. */
export function useLatestRevision(id: string): number {
  const api = useApi();
  const { data = 0 } = useQuery({
    queryKey: revisionKey(id),
    queryFn: () => currentRevision(api, id),
    refetchInterval: REVISION_EVERY,
  });
  return data;
}

/** The open requests for a verdict on a calculation. */
export function useRequests(id: string) {
  const api = useApi();
  const query = useQuery({
    queryKey: requestsKey(id),
    queryFn: ({ signal }) => fetchRequests(api, id, signal),
  });
  useLateNames(id, query, query.data?.some(isNameLate) === true);
  return query;
}

/** The verdicts on a calculation, one a person. */
export function useVerdicts(id: string) {
  const api = useApi();
  return useQuery({ queryKey: verdictsKey(id), queryFn: ({ signal }) => fetchVerdicts(api, id, signal) });
}

/** The verdicts on the revision that is shown: a past one has its own. */
export function useVerdictsOn(shown: Document, isPast: boolean) {
  const api = useApi();
  const current = verdictsKey(shown._id);
  return useQuery({
    queryKey: isPast ? [...current, 'revision', shown._revision] : current,
    queryFn: ({ signal }) => (isPast ? fetchPastVerdicts(api, shown, signal) : fetchVerdicts(api, shown._id, signal)),
  });
}

/** What differs between two revisions of a calculation. */
export function useDifferences(id: string, from: number, after: Document) {
  const api = useApi();
  return useQuery({
    queryKey: [...calculationKey(id), 'changes', from, after._revision],
    queryFn: ({ signal }) => fetchChanges(api, id, from, after, signal),
    staleTime: Infinity,
  });
}

async function fetchChanges(
  api: Api,
  id: string,
  from: number,
  after: Document,
  signal: AbortSignal,
): Promise<Change[]> {
  const [before, { diff }] = await Promise.all([
    api.get<string>('/api/calculations/{id}/versions/{revision}', { path: { id, revision: from }, signal }),
    api.get<string>('/api/calculations/{id}/versions/diff', {
      path: { id },
      query: { from, to: after._revision },
      signal,
    }) as unknown as Promise<{ diff: PatchOperation[] }>,
  ]);
  return changesOf(diff, before as JsonObject, after);
}

/** The caller's last verdict on anything; null where there is none. */
export function useLastVerdict(enabled: boolean) {
  const api = useApi();
  const { sub } = useIdentity();
  return useQuery({
    queryKey: ['reviews', 'last', sub],
    queryFn: async ({ signal }) => {
      const page = await api.get<string>('/api/reviews', {
        query: { given_by: sub, sort: '-given_at', limit: 1 },
        signal,
      });
      return (page as unknown as { items: Review[] }).items[0] ?? null;
    },
    enabled,
  });
}

export interface Metric {
  metric: string;
  unit?: string;
  count: number;
  last_step: number;
  last_value: unknown;
  min: unknown;
  max: unknown;
}

/** What a calculation measured step by step. */
export function useMetrics(id: string, enabled: boolean) {
  const api = useApi();
  return useQuery({
    queryKey: [...calculationKey(id), 'metrics'],
    queryFn: async ({ signal }) => {
      const page = await api.get<string>('/api/series/metrics', { query: { calculation: id }, signal });
      const items = (page as unknown as { items: (Metric & { count: unknown; last_step: unknown })[] }).items;
      return items.map((one) => ({
        ...one,
        count: toNumber(one.count) ?? 0,
        last_step: toNumber(one.last_step) ?? 0,
      }));
    },
    enabled,
  });
}
