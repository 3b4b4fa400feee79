// Which field a typed name means: its path, or the title that the head of a column shows.
import { splitPath } from '@/api/json';

import { titleOf, type Field } from './fields';
import type { Filter, Part } from './filter';

/** What a name means; `near` are the paths to offer instead of a name that no field has, the likeliest first. */
export type Meaning = { path: string; near?: undefined } | { path?: undefined; near: readonly string[] };

/** The most paths that are offered for one name. */
const OFFERED = 4;

interface Names {
  fields: readonly Field[];
  /** Columns that are shown: their titles are what the reader sees. */
  shown?: readonly string[];
  title?(path: string): string;
}

/** Finds the field that `typed` names. A path below an open field is left to the service, which knows all documents. */
export function meaningOf(typed: string, { fields, shown = [], title = titleOf }: Names): Meaning {
  if (fields.length === 0 || fields.some(({ path, types }) => path === typed && !types.includes('object'))) {
    return { path: typed };
  }
  const wanted = typed.toLowerCase();
  const titled = (paths: readonly string[]) => paths.filter((path) => title(path).toLowerCase() === wanted);
  const seen = titled(shown);
  if (seen.length === 1 && seen[0] !== undefined) return { path: seen[0] };
  if (isKnown(typed, fields)) return { path: typed };
  const paths = fields.map(({ path }) => path);
  const all = [...new Set([...seen, ...titled(paths)])];
  if (all.length === 1 && all[0] !== undefined) return { path: all[0] };
  return { near: (all.length > 0 ? all : nearest(wanted, paths, title)).slice(0, OFFERED) };
}

function isKnown(path: string, fields: readonly Field[]): boolean {
  const [root] = splitPath(path);
  return fields.some((field) => field.path === path || splitPath(field.path)[0] === root);
}

/** Paths whose names are like the wanted one, the most alike first. */
function nearest(wanted: string, paths: readonly string[], title: (path: string) => string): string[] {
  const allowed = Math.min(2, Math.floor(wanted.length / 3));
  const ranked = paths.flatMap((path) => {
    const names = [title(path).toLowerCase(), ...splitPath(path.toLowerCase())];
    if (names.some((name) => wanted.length > 2 && name.startsWith(wanted))) return [{ path, rank: 0 }];
    const distance = Math.min(...names.map((name) => distanceBetween(name, wanted)));
    return distance <= allowed ? [{ path, rank: distance }] : [];
  });
  return ranked.toSorted((a, b) => a.rank - b.rank).map(({ path }) => path);
}

/** Levenshtein's distance: how many letters are added, left out or replaced. */
export function distanceBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [above, letter] of [...a].entries()) {
    const next = [above + 1];
    for (const [left, other] of [...b].entries()) {
      const replaced = (row[left] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[left + 1] ?? 0) + 1, (next[left] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? a.length;
}

/** A name of a filter that no field has, with the paths to offer instead. */
export interface Unknown {
  name: string;
  near: readonly string[];
}

/** Replaces titles in a filter by the paths that they mean; names the first one that means none or several. */
export function withMeanings(filter: Filter, names: Names): { filter: Filter; unknown: Unknown | undefined } {
  let unknown: Unknown | undefined;
  const visit = (part: Part): Part => {
    if (part.kind === 'raw') return part;
    if (part.kind !== 'condition') return { ...part, parts: part.parts.map(visit) };
    const meaning = meaningOf(part.path, names);
    if (meaning.path !== undefined) return meaning.path === part.path ? part : { ...part, path: meaning.path };
    unknown ??= { name: part.path, near: meaning.near };
    return part;
  };
  return { filter: filter.map(visit), unknown };
}

/** The first name of a filter that is no field's, with the paths that it may mean. */
export function misnamed(filter: Filter, names: Names): Unknown | undefined {
  for (const part of filter) {
    if (part.kind === 'raw') continue;
    if (part.kind !== 'condition') {
      const inner = misnamed(part.parts, names);
      if (inner) return inner;
      continue;
    }
    const meaning = meaningOf(part.path, names);
    if (meaning.path !== part.path) return { name: part.path, near: meaning.near ?? [meaning.path] };
  }
  return undefined;
}

/** The filter with another path in the place of a name. */
export function renamed(filter: Filter, name: string, path: string): Filter {
  const visit = (part: Part): Part => {
    if (part.kind === 'raw') return part;
    if (part.kind !== 'condition') return { ...part, parts: part.parts.map(visit) };
    return part.path === name ? { ...part, path } : part;
  };
  return filter.map(visit);
}
