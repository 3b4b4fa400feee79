// State of a page in its address, so that a link shows the same and Back restores it.
import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'react-router';

type Change = Record<string, string | null | undefined>;

/** Changes parameters of the address; null removes one. `push` makes an entry in the history. */
export function useSetParams(): (change: Change, how?: { push?: boolean }) => void {
  const [, setSearch] = useSearchParams();
  return useCallback(
    (change, { push = false } = {}) => {
      setSearch(
        (before) => {
          const after = new URLSearchParams(before);
          for (const [name, value] of Object.entries(change)) {
            if (value === null || value === undefined || value === '') after.delete(name);
            else after.set(name, value);
          }
          return after;
        },
        { replace: !push, preventScrollReset: true },
      );
    },
    [setSearch],
  );
}

/** One text parameter of the address and how to change it. */
export function useParam(
  name: string,
  fallback = '',
): [string, (value: string | null, how?: { push?: boolean }) => void] {
  const [search] = useSearchParams();
  const set = useSetParams();
  const change = useCallback(
    (value: string | null, how?: { push?: boolean }) => set({ [name]: value }, how),
    [set, name],
  );
  return [search.get(name) ?? fallback, change];
}

/** A list in one parameter, commas between; a comma or percent sign within an entry is encoded. */
export function useListParam(name: string): [readonly string[], (values: readonly string[]) => void] {
  const [text, set] = useParam(name);
  const values = useMemo(() => splitList(text), [text]);
  const change = useCallback((next: readonly string[]) => set(next.length === 0 ? null : joinList(next)), [set]);
  return [values, change];
}

export function splitList(text: string): string[] {
  return text === '' ? [] : text.split(',').map((part) => part.replaceAll('%2C', ',').replaceAll('%25', '%'));
}

export function joinList(values: readonly string[]): string {
  return values.map((value) => value.replaceAll('%', '%25').replaceAll(',', '%2C')).join(',');
}
