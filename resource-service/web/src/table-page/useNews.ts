// How many documents that meet the conditions of a table were stored since it was read.
import { useQuery } from '@tanstack/react-query';

import { useApi } from '@/app/services';

import { readPage } from './useRows';

/** Milliseconds between two looks while the page is in sight. */
const INTERVAL = 15_000;

export function useNews(collection: string, conditions: URLSearchParams, opened: number): { added: number } {
  const api = useApi();
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
    staleTime: 0,
    refetchInterval: INTERVAL,
    queryFn: async ({ signal }) => {
      const search = new URLSearchParams(text);
      if (since) search.append('_created_at[gt]', since);
      search.set('limit', '1');
      search.set('fields', '_id');
      search.set('count', 'exact');
      return (await readPage(api, collection, search, signal)).total ?? 0;
    },
  });
  return { added: news.data ?? 0 };
}
