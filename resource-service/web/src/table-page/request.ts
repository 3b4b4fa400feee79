// What is asked of the service for a state of the table.
import { splitPath } from '@/api/json';

import { writeFilter } from './filter';
import { readSilence, RESERVED, type SortKey, type TableState } from './state';

/** The most fields of one list (a bound of the service) less those that are always asked for. */
const MOST_FIELDS = 90;
/** The longest text of `fields`: addresses have bounds too. */
const LONGEST = 4000;

/**
 * The value of `fields` for these columns. A name with a dot or a comma in it is reached through the object above it, and very many
 * columns through the outermost ones. Undefined asks for whole documents.
 */
export function fieldsFor(paths: readonly string[]): string | undefined {
  const wanted = new Set<string>();
  for (const path of paths) {
    const names = splitPath(path.endsWith('.*') ? path.slice(0, -2) : path);
    const odd = names.findIndex((name) => name === '' || /[.,"*$]/.test(name));
    const reachable = odd < 0 ? names : names.slice(0, odd);
    if (reachable.length === 0) return undefined;
    wanted.add(unitToo(reachable).join('.'));
  }
  const least = withoutCovered([...wanted]);
  if (least.length <= MOST_FIELDS && least.join().length <= LONGEST) return least.join();
  const outermost = [...new Set(least.map((path) => path.split('.', 1)[0] ?? ''))];
  return outermost.length <= MOST_FIELDS ? outermost.join() : undefined;
}

/** A result is asked for with its unit. */
function unitToo(names: readonly string[]): readonly string[] {
  return names.length > 2 && names.at(-1) === 'value' && names[0] === 'results' ? names.slice(0, -1) : names;
}

function withoutCovered(paths: readonly string[]): string[] {
  const all = new Set(paths);
  return paths.filter((path) => {
    const names = path.split('.');
    return !names.some((_, length) => length > 0 && all.has(names.slice(0, length).join('.')));
  });
}

/** The condition on calculations that run and gave no sign of life since `before`. */
function silence(before: string, heartbeat: boolean): [string, string][] {
  const last = heartbeat
    ? `(heartbeat_at[lt]=${before},and=(heartbeat_at[exists]=false,_updated_at[lt]=${before}))`
    : `(_updated_at[lt]=${before})`;
  return [
    ['status', 'running'],
    ['or', last],
  ];
}

/** The conditions of a state. `now` is in milliseconds; `heartbeat`: the collection has `heartbeat_at`. */
export function conditionsOf(
  state: Pick<TableState, 'filter' | 'silent'>,
  now: number,
  heartbeat: boolean,
): URLSearchParams {
  const search = new URLSearchParams();
  for (const [name, value] of writeFilter(state.filter, RESERVED)) search.append(name, value);
  const length = readSilence(state.silent);
  if (length !== undefined) {
    for (const [name, value] of silence(new Date(now - length).toISOString(), heartbeat)) search.append(name, value);
  }
  return search;
}

/** The order as a list takes it. */
export function sortOf(sort: readonly SortKey[]): string | undefined {
  return sort.length === 0 ? undefined : sort.map(({ path, descending }) => (descending ? `-${path}` : path)).join();
}
