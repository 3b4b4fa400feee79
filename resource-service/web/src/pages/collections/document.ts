// Reads and writes one document of any collection.
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';

import type { Api } from '@/api/client';
import { isObject, type JsonObject } from '@/api/json';
import { useApi } from '@/app/services';
import type { Version } from '@/review/Revisions';
import { listAddress } from '@/table-page/useRows';

/** A document as it was read, with the tag that a write of it must name. */
export interface Stored {
  document: JsonObject;
  etag: string | null;
}

export const addressOfDocument = (collection: string, id: string): string =>
  `${listAddress(collection)}/${encodeURIComponent(id)}`;

export async function readStored(api: Api, collection: string, id: string, signal?: AbortSignal): Promise<Stored> {
  const { data, etag } = await api.call<'get', string>('get', addressOfDocument(collection, id), { signal });
  return { document: isObject(data) ? data : {}, etag };
}

/** Replaces a document whose tag is the given one; a newer revision is a `ProblemError` with status 412. */
export async function replaceStored(api: Api, collection: string, id: string, stored: Stored): Promise<void> {
  await api.put<string>(addressOfDocument(collection, id), {
    headers: stored.etag ? { 'if-match': stored.etag } : {},
    body: stored.document,
  });
}

const keyOf = (collection: string, id: string) => ['document', collection, id];

export function useStored(collection: string, id: string) {
  const api = useApi();
  return useQuery({
    queryKey: keyOf(collection, id),
    queryFn: ({ signal }) => readStored(api, collection, id, signal),
  });
}

export function useRefreshDocument(collection: string, id: string): () => Promise<void> {
  const client = useQueryClient();
  return useCallback(() => client.invalidateQueries({ queryKey: keyOf(collection, id) }), [client, collection, id]);
}

interface VersionPage {
  items: Version[];
  next: string | null;
}

export function useVersionList(collection: string, id: string, revision: unknown) {
  const api = useApi();
  return useInfiniteQuery({
    queryKey: [...keyOf(collection, id), 'versions', String(revision)],
    initialPageParam: '',
    queryFn: async ({ pageParam, signal }) =>
      (await api.get<string>(`${addressOfDocument(collection, id)}/versions`, {
        query: { limit: 50, after: pageParam || undefined },
        signal,
      })) as unknown as VersionPage,
    getNextPageParam: (last) => last.next ?? undefined,
  });
}
