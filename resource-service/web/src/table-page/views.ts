// Saved views of a page: documents of the collection `views`.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';

import { ProblemError } from '@/api/problem';
import { useApi, useScope } from '@/app/services';
import { useSearch } from '@/ui/urlState';

import { readView, searchOfView, viewStateOf, type SavedView } from './state';

const VIEWS = ['views'];

interface ViewPage {
  items: unknown[];
}

/** The views of a page that the caller may see: their own and the shared ones. */
export function useViews(page: string, enabled: boolean) {
  const api = useApi();
  const mayRead = useScope('views:read');
  return useQuery({
    queryKey: [...VIEWS, page],
    enabled: enabled && mayRead,
    queryFn: async ({ signal }) => {
      const query = { page, sort: 'name', limit: 500 };
      const found = (await api.get<string>('/api/views', { query, signal })) as unknown as ViewPage;
      return found.items.flatMap((one) => readView(one as Parameters<typeof readView>[0]) ?? []);
    },
  });
}

export interface OpenedView {
  data: SavedView | undefined;
  fault: string | undefined;
  /** The address says nothing else, and what the view says is not there yet. */
  isAwaited: boolean;
}

/** The view that the address names; its state becomes that of the page where the address has none of its own. */
export function useOpenedView(page: string): OpenedView {
  const api = useApi();
  const [search, setSearch] = useSearch();
  const id = search.get('view');
  const isBare = viewStateOf(search) === '';
  const view = useQuery({
    queryKey: [...VIEWS, 'one', id],
    enabled: id !== null,
    queryFn: async ({ signal }) =>
      readView((await api.get<string>('/api/views/{id}', { path: { id: id ?? '' }, signal })) as never) ?? null,
  });
  const found = id === null ? undefined : view.data;
  // What this page cannot show of a state is left out; nothing may be left.
  const wanted = id !== null && found?.page === page ? searchOfView(found.state, id).toString() : '';
  const isWanted = isBare && viewStateOf(new URLSearchParams(wanted)) !== '';
  useEffect(() => {
    if (isWanted)
      setSearch((before) =>
        viewStateOf(before) === '' && before.get('view') === id ? new URLSearchParams(wanted) : before,
      );
  }, [isWanted, wanted, id, setSearch]);
  const faulty = (fault: string) => ({ data: undefined, fault, isAwaited: false });
  if (id === null) return { data: undefined, fault: undefined, isAwaited: false };
  if (view.error) return faulty(faultOf(view.error));
  if (found === null) return faulty('This saved view cannot be read.');
  if (found && found.page !== page) return faulty(`This saved view belongs to the page ${found.page}.`);
  return { data: found, fault: undefined, isAwaited: isWanted || (isBare && view.isPending) };
}

function faultOf(error: unknown): string {
  if (error instanceof ProblemError && error.status === 404) {
    return 'There is no such saved view: it was deleted, or its owner no longer shares it. The table shows what the address says.';
  }
  return `The saved view could not be read: ${error instanceof Error ? error.message : String(error)}`;
}

/** What can be done with views. Each failure is shown where it was asked for. */
export function useViewChanges(page: string) {
  const api = useApi();
  const client = useQueryClient();
  const onSuccess = () => client.invalidateQueries({ queryKey: VIEWS });
  const save = useMutation({
    mutationFn: async ({ name, search, shared }: { name: string; search: URLSearchParams; shared: boolean }) =>
      readView(
        (await api.post<string>('/api/views', { body: { name, page, state: viewStateOf(search), shared } })) as never,
      ),
    onSuccess,
  });
  const change = useMutation({
    mutationFn: ({ view, part }: { view: SavedView; part: Partial<Pick<SavedView, 'name' | 'state' | 'shared'>> }) =>
      api.patch<string>('/api/views/{id}', {
        path: { id: view._id },
        headers: { 'content-type': 'application/merge-patch+json', 'if-match': `"${view._revision}"` },
        body: part,
      }),
    onSuccess,
  });
  const remove = useMutation({
    mutationFn: (view: SavedView) => api.delete('/api/views/{id}', { path: { id: view._id } }),
    onSuccess,
  });
  return { save, change, remove };
}
