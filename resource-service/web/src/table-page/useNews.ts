// How many documents that meet the conditions of a table were stored since it was read. Counted when the stream says that
// something was, and now and then where there is no stream.
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';

import { useChanges, useStreamState } from '@/app/live';
import { useApi } from '@/app/services';

import { readPage } from './useRows';

/** Milliseconds between two looks without a stream, while the page is in sight. */
const INTERVAL = 30_000;
/** Milliseconds from an event to the count, in which more events may come. */
const SETTLE = 1500;

export function useNews(collection: string, conditions: URLSearchParams, opened: number): { added: number } {
  const api = useApi();
  const stream = useStreamState();
  const text = conditions.toString();
  // The newest document when the table was read, by the clock of the service.
  const newest = useQuery({
    queryKey: ['newest', collection, opened],
    staleTime: Infinity,
    refetchOnWindowFocus: false,
    queryFn: async ({ signal }) => {
      const search = new URLSearchParams({ sort: '-_created_at', limit: '1', fields: '_created_at' });
      const page = await readPage(api, collection, search, signal);
      return typeof page.items[0]?._created_at === 'string' ? page.items[0]._created_at : null;
    },
  });
  const since = newest.data;
  const news = useQuery({
    queryKey: ['news', collection, text, since, opened],
    enabled: since !== undefined,
    refetchInterval: stream.kind === 'live' ? false : INTERVAL,
    queryFn: async ({ signal }) => {
      const search = new URLSearchParams(text);
      if (since) search.append('_created_at[gt]', since);
      search.set('limit', '1');
      search.set('fields', '_id');
      search.set('count', 'exact');
      return (await readPage(api, collection, search, signal)).total ?? 0;
    },
  });
  const { refetch } = news;
  const isKnown = since !== undefined;
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  useChanges([collection], (event) => {
    if (!isKnown || timer.current !== undefined) return;
    if (event.kind === 'change' && event.change.type !== 'insert') return;
    timer.current = setTimeout(() => {
      timer.current = undefined;
      void refetch();
    }, SETTLE);
  });
  return { added: news.data ?? 0 };
}
