// Writes the newest state of rows that change into their places. No row moves, comes or goes.
import { useQueryClient, type InfiniteData, type QueryKey } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';

import type { JsonObject } from '@/api/json';
import { useChanges } from '@/app/live';
import { useApi } from '@/app/services';

import { listParameters, readPage, type Asked, type ListPage } from './useRows';

/** Milliseconds in which changes are gathered, and how many are read at once. */
const SETTLE = 1000;
const AT_ONCE = 100;

export function useLiveRows(asked: Asked, queryKey: QueryKey): void {
  const api = useApi();
  const client = useQueryClient();
  const changed = useRef(new Set<string>());
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);

  const isShown = (id: string) =>
    client
      .getQueryData<InfiniteData<ListPage>>(queryKey)
      ?.pages.some((page) => page.items.some((row) => row._id === id));
  const update = async () => {
    const ids = [...changed.current].filter(isShown).slice(0, AT_ONCE);
    changed.current.clear();
    if (ids.length === 0) return;
    const conditions = new URLSearchParams({ '_id[in]': ids.join() });
    const search = listParameters({ conditions, sort: undefined, fields: asked.fields, owners: asked.owners });
    search.set('limit', String(AT_ONCE));
    const { items } = await readPage(api, asked.collection, search);
    const byId = new Map(items.map((row) => [row._id, row]));
    client.setQueryData<InfiniteData<ListPage>>(queryKey, (data) => data && withRows(data, byId));
  };
  useChanges([asked.collection], (event) => {
    if (event.kind !== 'change' || event.change.type === 'insert') return;
    changed.current.add(event.change._id);
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      // Rows that could not be read stay as they were; the next change reads them again.
      update().catch(() => undefined);
    }, SETTLE);
  });
}

function withRows(data: InfiniteData<ListPage>, byId: ReadonlyMap<unknown, JsonObject>): InfiniteData<ListPage> {
  const pages = data.pages.map((page) =>
    page.items.some((row) => byId.has(row._id))
      ? { ...page, items: page.items.map((row) => byId.get(row._id) ?? row) }
      : page,
  );
  return { ...data, pages };
}
