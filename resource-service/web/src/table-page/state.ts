// The state of a table, as it stands in the address of its page and in saved views.
import { isObject, type Json } from '@/api/json';
import { joinList, splitList } from '@/ui/urlState';

import { readFilter, writeFilter, type Filter, type Pair } from './filter';

export interface SortKey {
  path: string;
  descending: boolean;
}

export interface TableState {
  filter: Filter;
  /** Empty: the usual order of the collection. */
  sort: readonly SortKey[];
  /** Dotted paths; `results.*` is all that is found below `results`. Absent: the usual ones of the collection. */
  columns: readonly string[] | undefined;
  /** Widths in pixels by path, where the reader changed them. */
  widths: Readonly<Record<string, number>>;
  /** Only columns in which rows differ. */
  differs: boolean;
  /** Numbers as they are stored. */
  stored: boolean;
  /** Running, and without a sign of life for so long (`15m`, `3h`, `2d`). */
  silent: string | undefined;
}

/** Parameters of the page; a field of such a name is written `name[eq]`. */
export const RESERVED: ReadonlySet<string> = new Set([
  ...[
    'sort',
    'cols',
    'w',
    'd',
    'stored',
    'silent',
    'view',
    'sel',
    'tab',
    'limit',
    'after',
    'count',
    'fields',
    'explain',
  ],
  ...['expand', 'by', 'stat', 'x', 'y', 'new'],
]);
/** Parameters that a page has beside its table. */
const BESIDE = ['view', 'sel', 'tab', 'by', 'stat', 'x', 'y'];
/** What is no part of a saved view: which rows are chosen, and the view itself. */
const PASSING: ReadonlySet<string> = new Set(['sel', 'view', 'after', 'limit', 'count', 'explain', 'expand']);

const NARROWEST = 48;
const WIDEST = 1200;

export function clampWidth(width: number): number {
  return Math.round(Math.min(WIDEST, Math.max(NARROWEST, width)));
}

export function readState(search: URLSearchParams): TableState {
  const columns = search.get('cols') ?? search.get('fields');
  return {
    filter: readFilter(search, RESERVED),
    sort: readSort(search.get('sort') ?? ''),
    columns: columns ? unique(splitList(columns).filter((path) => path !== '')) : undefined,
    widths: readWidths(search.get('w') ?? ''),
    differs: search.get('d') === '1',
    stored: search.get('stored') === '1',
    silent: readSilence(search.get('silent')) === undefined ? undefined : (search.get('silent') ?? undefined),
  };
}

const unique = <T>(values: readonly T[]): T[] => [...new Set(values)];

export function readSort(text: string): SortKey[] {
  const keys = splitList(text)
    .filter((one) => one !== '' && one !== '-')
    .map((one) => (one.startsWith('-') ? { path: one.slice(1), descending: true } : { path: one, descending: false }));
  return keys.filter((key, index) => keys.findIndex((other) => other.path === key.path) === index);
}

export function writeSort(sort: readonly SortKey[]): string {
  return joinList(sort.map(({ path, descending }) => (descending ? `-${path}` : path)));
}

function readWidths(text: string): Record<string, number> {
  const widths: Record<string, number> = {};
  for (const one of splitList(text)) {
    const found = /^(.*):(\d{1,4})$/s.exec(one);
    if (found?.[1]) widths[found[1]] = clampWidth(Number(found[2]));
  }
  return widths;
}

/** Milliseconds of `90s`, `15m`, `3h`, `2d`; undefined where it is none. */
export function readSilence(text: string | null | undefined): number | undefined {
  const found = /^(\d{1,6})([smhd])$/.exec(text ?? '');
  if (!found) return undefined;
  const seconds = { s: 1, m: 60, h: 3600, d: 86_400 }[found[2] as 's' | 'm' | 'h' | 'd'];
  return Number(found[1]) * seconds * 1000;
}

/** The address's parameters for a state; those that are no part of it are kept from `before`. */
export function writeState(state: TableState, before: URLSearchParams = new URLSearchParams()): URLSearchParams {
  const after = new URLSearchParams(
    writeFilter(state.filter, RESERVED).map(([name, value]): [string, string] => [name, value]),
  );
  const set = (name: string, value: string | undefined) => {
    if (value !== undefined && value !== '') after.set(name, value);
  };
  set('sort', writeSort(state.sort));
  set('cols', state.columns && joinList(state.columns));
  set('w', joinList(Object.entries(state.widths).map(([path, width]) => `${path}:${width}`)));
  set('d', state.differs ? '1' : undefined);
  set('stored', state.stored ? '1' : undefined);
  set('silent', state.silent);
  for (const name of BESIDE) for (const value of before.getAll(name)) after.append(name, value);
  return after;
}

/** How a click on a column's head changes the order: ascending, descending, none. */
export function nextSort(sort: readonly SortKey[], path: string, keepOthers: boolean): SortKey[] {
  const known = sort.find((key) => key.path === path);
  const next = !known ? [{ path, descending: false }] : known.descending ? [] : [{ path, descending: true }];
  if (!keepOthers) return next;
  return known ? sort.flatMap((key) => (key.path === path ? next : [key])) : [...sort, ...next];
}

/** A view as it is stored. */
export interface SavedView {
  _id: string;
  _revision: number;
  _owner: string;
  name: string;
  page: string;
  state: string;
  shared: boolean;
}

/** Reads a stored view; whatever is wrong with one of its members hides none of the others. */
export function readView(document: Json | undefined): SavedView | undefined {
  if (!isObject(document) || typeof document._id !== 'string') return undefined;
  const text = (value: Json | undefined) => (typeof value === 'string' ? value : '');
  return {
    _id: document._id,
    _revision: Number(document._revision ?? 0),
    _owner: text(document._owner),
    name: text(document.name) || 'Unnamed view',
    page: text(document.page),
    state: text(document.state),
    shared: document.shared === true,
  };
}

/** What a view keeps of an address. */
export function viewStateOf(search: URLSearchParams): string {
  return new URLSearchParams([...search].filter(([name]) => !PASSING.has(name))).toString();
}

/** The address's parameters for a saved state; what is unreadable in it is left out. */
export function searchOfView(state: string, id: string): URLSearchParams {
  const text = state.startsWith('?') ? state.slice(1) : state;
  const pairs = [...new URLSearchParams(text)].filter(([name]) => name !== '' && !PASSING.has(name));
  // Reading and writing it once drops what this page does not know how to show.
  const given = new URLSearchParams(pairs.map(([name, value]): [string, string] => [name, value]));
  const known = writeState(readState(given), given);
  known.set('view', id);
  return known;
}

/** Whether two addresses show the same, whatever the order of their parameters. */
export function sameState(one: URLSearchParams, other: string): boolean {
  const sorted = (text: string) => new URLSearchParams([...new URLSearchParams(text)].toSorted(byName)).toString();
  return sorted(viewStateOf(one)) === sorted(viewStateOf(new URLSearchParams(other)));
}

function byName([a, x]: Pair, [b, y]: Pair): number {
  return a < b ? -1 : a > b ? 1 : x < y ? -1 : x > y ? 1 : 0;
}
