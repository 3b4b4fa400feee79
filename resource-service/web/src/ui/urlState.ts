// State of a page in its address, so that a link shows the same and Back restores it.
import { useCallback, useContext, useMemo } from 'react';
import { UNSAFE_DataRouterContext as DataRouterContext, useLocation } from 'react-router';

type Change = Record<string, string | null | undefined>;
type Update = (before: URLSearchParams) => URLSearchParams;
/** Makes a list from the newest one. */
export type ChangeList = (before: readonly string[]) => readonly string[];
export type ChangeSearch = (update: Update, how?: { push?: boolean }) => void;

/**
 * The parameters of the address, and how to change them. A change starts from the address that the router has, which the page may
 * not show yet: two quick changes are both kept. (React Router's `useSearchParams` starts from what is on the screen.) The router
 * has the new address at once, because no route has a loader.
 */
export function useSearch(): [URLSearchParams, ChangeSearch] {
  const router = useContext(DataRouterContext)?.router;
  const { search: text, pathname } = useLocation();
  const search = useMemo(() => new URLSearchParams(text), [text]);
  const change = useCallback<ChangeSearch>(
    (update, { push = false } = {}) => {
      if (!router) throw new Error('useSearch needs a data router');
      const { location } = router.state;
      // Another page is opening, whose address this one must not change.
      if (location.pathname !== pathname) return;
      const after = update(new URLSearchParams(location.search));
      void router.navigate({ search: after.toString() }, { replace: !push, preventScrollReset: true });
    },
    [router, pathname],
  );
  return [search, change];
}

/** Changes parameters of the address; null removes one. `push` makes an entry in the history. */
export function useSetParams(): (change: Change, how?: { push?: boolean }) => void {
  const [, setSearch] = useSearch();
  return useCallback(
    (change, how) => {
      setSearch((before) => {
        const after = new URLSearchParams(before);
        for (const [name, value] of Object.entries(change)) {
          if (value === null || value === undefined || value === '') after.delete(name);
          else after.set(name, value);
        }
        return after;
      }, how);
    },
    [setSearch],
  );
}

/** One text parameter of the address and how to change it. */
export function useParam(
  name: string,
  fallback = '',
): [string, (value: string | null, how?: { push?: boolean }) => void] {
  const [search] = useSearch();
  const set = useSetParams();
  const change = useCallback(
    (value: string | null, how?: { push?: boolean }) => set({ [name]: value }, how),
    [set, name],
  );
  return [search.get(name) ?? fallback, change];
}

/** A list in one parameter, commas between; a comma or percent sign within an entry is encoded. */
export function useListParam(name: string): [readonly string[], (change: ChangeList) => void] {
  const [search, setSearch] = useSearch();
  const text = search.get(name) ?? '';
  const values = useMemo(() => splitList(text), [text]);
  const change = useCallback(
    (next: ChangeList) =>
      setSearch((before) => {
        const after = new URLSearchParams(before);
        const list = joinList(next(splitList(before.get(name) ?? '')));
        if (list === '') after.delete(name);
        else after.set(name, list);
        return after;
      }),
    [setSearch, name],
  );
  return [values, change];
}

export function splitList(text: string): string[] {
  return text === '' ? [] : text.split(',').map((part) => part.replaceAll('%2C', ',').replaceAll('%25', '%'));
}

export function joinList(values: readonly string[]): string {
  return values.map((value) => value.replaceAll('%', '%25').replaceAll(',', '%2C')).join(',');
}
