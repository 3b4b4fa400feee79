// The state of a table in the address, and the place of a reader beside it, kept for Back.
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useLocation } from 'react-router';

import type { Place } from '@/ui/table';
import { joinList, splitList, useSearch } from '@/ui/urlState';

import { readState, writeState, type TableState } from './state';

/** Some parts of the state, or a function that makes them from the newest state. */
type Change = Partial<TableState> | ((before: TableState) => Partial<TableState>);
export type ChangeState = (change: Change, how?: { push?: boolean }) => void;

export function useTableState(): [TableState, ChangeState] {
  const [search, setSearch] = useSearch();
  const state = useMemo(() => readState(search), [search]);
  const change = useCallback<ChangeState>(
    (part, how) =>
      setSearch((given) => {
        const before = readState(given);
        return writeState({ ...before, ...(typeof part === 'function' ? part(before) : part) }, given);
      }, how),
    [setSearch],
  );
  return [state, change];
}

/** The most chosen rows that stand in the address; more are kept for this tab only. */
const MOST_IN_ADDRESS = 20;

interface Kept {
  /** When the rows were read, in milliseconds: with it the same rows are shown again. */
  opened: number;
  loaded: number;
  place?: Place;
  selected?: string[];
}

function readKept(key: string): Kept | undefined {
  try {
    const kept = JSON.parse(sessionStorage.getItem(`tessera.table.${key}`) ?? 'null') as Kept | null;
    return kept && Number.isFinite(kept.opened) ? kept : undefined;
  } catch {
    return undefined;
  }
}

function writeKept(key: string, kept: Kept): void {
  try {
    sessionStorage.setItem(`tessera.table.${key}`, JSON.stringify(kept));
  } catch {
    // Without storage Back shows the table from its beginning.
  }
}

export interface Visit {
  opened: number;
  /** Rows that were loaded when the reader left. */
  loaded: number;
  start: Place | undefined;
  selected: ReadonlySet<string>;
  select(keys: ReadonlySet<string>): void;
  onPlace(place: Place): void;
  onLoaded(rows: number): void;
  /** Reads the rows anew. */
  reopen(): void;
}

/** Where the reader is in this entry of the history. */
export function useVisit(): Visit {
  const { key } = useLocation();
  const [search, setSearch] = useSearch();
  const [first] = useState<Kept>(() => readKept(key) ?? { opened: Date.now(), loaded: 0 });
  const [opened, setOpened] = useState(first.opened);
  const kept = useRef<Kept>(first);
  const [selected, setSelected] = useState<ReadonlySet<string>>(
    () => new Set(search.has('sel') ? splitList(search.get('sel') ?? '') : (first.selected ?? [])),
  );

  const keep = useCallback(
    (part: Partial<Kept>) => {
      kept.current = { ...kept.current, ...part };
      writeKept(key, kept.current);
    },
    [key],
  );
  // An entry that replaces this one takes over where the reader is.
  useEffect(() => keep({}), [keep]);

  const select = useCallback(
    (keys: ReadonlySet<string>) => {
      setSelected(keys);
      keep({ selected: [...keys] });
      setSearch((before) => {
        const after = new URLSearchParams(before);
        if (keys.size === 0 || keys.size > MOST_IN_ADDRESS) after.delete('sel');
        else after.set('sel', joinList([...keys]));
        return after;
      });
    },
    [keep, setSearch],
  );
  const reopen = useCallback(() => {
    const now = Date.now();
    setOpened(now);
    keep({ opened: now });
  }, [keep]);
  const onPlace = useCallback((place: Place) => keep({ place }), [keep]);
  const onLoaded = useCallback((loaded: number) => keep({ loaded }), [keep]);
  return { opened, loaded: first.loaded, start: first.place, selected, select, onPlace, onLoaded, reopen };
}
