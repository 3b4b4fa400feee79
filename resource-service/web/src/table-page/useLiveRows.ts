// Writes the newest state of rows that change into their places, and says which are gone. No row moves, comes or goes.
import { skipToken, useQuery, useQueryClient, type InfiniteData, type QueryKey } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';

import { asStored, type JsonObject } from '@/api/json';
import { useChanges, useStreamState } from '@/app/live';
import { useApi } from '@/app/services';

import { listParameters, readPage, type Asked, type ListPage } from './useRows';

/** Milliseconds in which changes are gathered, and how many rows one request reads. */
const SETTLE = 1000;
const AT_ONCE = 100;

const NONE: ReadonlySet<string> = new Set();

/** Returns the rows that the caller cannot read any more: they were removed, or the caller lost access. */
export function useLiveRows(asked: Asked, queryKey: QueryKey): ReadonlySet<string> {
  const api = useApi();
  const client = useQueryClient();
  const stream = useStreamState();
  // Kept beside the rows, which are there again after Back.
  const goneKey = [...queryKey, 'gone'];
  const { data: gone = NONE } = useQuery<ReadonlySet<string>>({ queryKey: goneKey, queryFn: skipToken });
  const changed = useRef(new Set<string>());
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);

  const shownIds = () => idsOf(client.getQueryData<InfiniteData<ListPage>>(queryKey));
  const read = async (ids: readonly string[]) => {
    const conditions = new URLSearchParams({ '_id[in]': ids.join() });
    const search = listParameters({ conditions, sort: undefined, fields: asked.fields, owners: asked.owners });
    search.set('limit', String(AT_ONCE));
    const { items } = await readPage(api, asked.collection, search);
    const byId = new Map(items.map((row) => [asStored(row._id), row]));
    client.setQueryData<InfiniteData<ListPage>>(queryKey, (data) => data && withRows(data, byId));
    client.setQueryData<ReadonlySet<string>>(goneKey, (before = NONE) => withGone(before, ids, byId));
  };
  const update = async () => {
    const shown = shownIds();
    const ids = [...changed.current].filter((id) => shown.has(id));
    changed.current.clear();
    for (let at = 0; at < ids.length; at += AT_ONCE) await read(ids.slice(at, at + AT_ONCE));
  };
  useChanges([asked.collection], (event) => {
    if (event.kind === 'change') changed.current.add(event.change._id);
    // The first connection begins when the rows are read; a later one that begins anew may have missed changes.
    else if (stream.kind === 'off' && !stream.isCrowded) return;
    else shownIds().forEach((id) => changed.current.add(id));
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      // Rows that could not be read stay as they were; the next change reads them again.
      update().catch(() => undefined);
    }, SETTLE);
  });
  return gone;
}

function idsOf(data: InfiniteData<ListPage> | undefined): Set<string> {
  return new Set(data?.pages.flatMap((page) => page.items.map((row) => asStored(row._id))));
}

function withRows(data: InfiniteData<ListPage>, byId: ReadonlyMap<string, JsonObject>): InfiniteData<ListPage> {
  const pages = data.pages.map((page) =>
    page.items.some((row) => byId.has(asStored(row._id)))
      ? { ...page, items: page.items.map((row) => byId.get(asStored(row._id)) ?? row) }
      : page,
  );
  return { ...data, pages };
}

/** What is gone after these rows were asked for. The same set where nothing changes. */
function withGone(
  before: ReadonlySet<string>,
  ids: readonly string[],
  found: ReadonlyMap<string, JsonObject>,
): ReadonlySet<string> {
  if (ids.every((id) => before.has(id) !== found.has(id))) return before;
  const after = new Set(before);
  for (const id of ids) {
    if (found.has(id)) after.delete(id);
    else after.add(id);
  }
  return after;
}
