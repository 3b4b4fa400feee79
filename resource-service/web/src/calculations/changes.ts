// What differs between two revisions of a document, by the names that people use. Pure: it fetches and shows nothing.
import { asStored, isObject, toNumber, type Json, type JsonObject } from '@/api/json';
import { signed, single, type Digits } from '@/numbers/format';

/** One operation of a JSON Patch (RFC 6902). */
export interface PatchOperation {
  op: 'add' | 'remove' | 'replace' | 'move' | 'copy' | 'test';
  path: string;
  from?: string;
  value?: Json;
}

/** The parts of a calculation in the order in which a reviewer reads them. */
export const AREAS = ['status', 'results', 'quantities', 'inputs', 'notes', 'other'] as const;
export type Area = (typeof AREAS)[number];

export const AREA_TITLES: Record<Area, string> = {
  status: 'Status',
  results: 'Results',
  quantities: 'References',
  inputs: 'Inputs',
  notes: 'Notes',
  other: 'Other',
};

/** One thing that differs. `before` is absent for what was added, `after` for what was removed. */
export interface Change {
  area: Area;
  /** The path within the document. */
  path: readonly string[];
  name: string;
  before: Json | undefined;
  after: Json | undefined;
  unit?: string;
}

/** Members whose entries are changes of their own, even where the whole member was added or removed. */
const NAMED = new Set(['results', 'quantities', 'parameters', 'labels']);
/** Members whose entries are one thing each, with all that is in them. */
const WHOLE_ENTRIES = new Set(['results', 'quantities', 'labels']);
const AREA_OF: Record<string, Area> = {
  status: 'status',
  results: 'results',
  quantities: 'quantities',
  parameters: 'inputs',
  method: 'inputs',
  code: 'inputs',
  host: 'inputs',
  note: 'notes',
};

/** The changes that a patch makes to `before`, with `after` as the outcome. What the service keeps by itself is left out. */
export function changesOf(diff: readonly PatchOperation[], before: JsonObject, after: JsonObject): Change[] {
  const paths = new Map<string, readonly string[]>();
  for (const operation of diff) {
    if (operation.op === 'test') continue;
    const touched =
      operation.op === 'move' && operation.from !== undefined ? [operation.from, operation.path] : [operation.path];
    for (const pointer of touched) {
      for (const path of thingsAt(pointerParts(pointer), before, after)) paths.set(JSON.stringify(path), path);
    }
  }
  return [...paths.values()]
    .map((path) => changeAt(path, before, after))
    .filter((change) => change !== null)
    .toSorted((a, b) => AREAS.indexOf(a.area) - AREAS.indexOf(b.area));
}

/** The names of an RFC 6901 pointer. */
export function pointerParts(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The things that an operation at `path` touches. */
function thingsAt(path: readonly string[], before: Json, after: Json): (readonly string[])[] {
  const first = path[0];
  if (first === undefined) {
    return [...namesOf(before), ...namesOf(after)].flatMap((name) => thingsAt([name], before, after));
  }
  if (first.startsWith('_')) return [];
  if (path.length === 1 && NAMED.has(first)) {
    const names = new Set([...namesOf(member(before, path)), ...namesOf(member(after, path))]);
    return [...names].map((name) => [first, name]);
  }
  if (WHOLE_ENTRIES.has(first)) return [path.slice(0, 2)];
  // An array is one thing: the positions within it move when an entry is added.
  for (let length = 1; length < path.length; length += 1) {
    const prefix = path.slice(0, length);
    if (Array.isArray(member(before, prefix)) || Array.isArray(member(after, prefix))) return [prefix];
  }
  return [path];
}

function changeAt(path: readonly string[], before: Json, after: Json): Change | null {
  const [was, is] = [member(before, path), member(after, path)];
  if (asStored(was) === asStored(is)) return null;
  const first = path[0] ?? '';
  const name = path.length > 1 && NAMED.has(first) ? path.slice(1).join('.') : path.join('.');
  const area = AREA_OF[first] ?? 'other';
  if (first !== 'results') return { area, path, name, before: was, after: is };
  const [unitBefore, unitAfter] = [unitOf(was), unitOf(is)];
  // A value in another unit is another thing: both are shown with their units.
  if (was !== undefined && is !== undefined && unitBefore !== unitAfter) {
    return { area, path, name, before: was, after: is };
  }
  const unit = unitAfter ?? unitBefore;
  return { area, path, name, before: valueOf(was), after: valueOf(is), ...(unit !== undefined && { unit }) };
}

function member(document: Json | undefined, path: readonly string[]): Json | undefined {
  let here = document;
  for (const name of path) {
    if (Array.isArray(here)) here = here[Number(name)];
    else if (isObject(here) && Object.hasOwn(here, name)) here = here[name];
    else return undefined;
  }
  return here;
}

function namesOf(value: Json | undefined): string[] {
  return isObject(value) ? Object.keys(value) : [];
}

function valueOf(result: Json | undefined): Json | undefined {
  return isObject(result) ? result.value : result;
}

function unitOf(result: Json | undefined): string | undefined {
  const unit = isObject(result) ? result.unit : undefined;
  return typeof unit === 'string' && unit !== '1' ? unit : undefined;
}

/** After minus before, for numbers; undefined for anything else. */
export function differenceOf({ before, after }: Pick<Change, 'before' | 'after'>): number | undefined {
  const [was, is] = [toNumber(before), toNumber(after)];
  return was === undefined || is === undefined ? undefined : is - was;
}

/** A value in one line. */
export function valueText(value: Json | undefined, digits: Digits = 'auto'): string {
  if (value === undefined) return '';
  if (Array.isArray(value)) return value.map((one) => valueText(one, digits)).join(', ');
  if (isObject(value) && value.value !== undefined) {
    return [single(value.value, digits), value.unit].filter((part) => part !== undefined).join(' ');
  }
  return isObject(value) ? asStored(value) : single(value, digits);
}

/** Entries that one of two lists has and the other has not. */
export function listChanges(before: readonly Json[], after: readonly Json[]): { added: Json[]; removed: Json[] } {
  const [was, is] = [new Set(before.map(asStored)), new Set(after.map(asStored))];
  return {
    added: after.filter((one) => !was.has(asStored(one))),
    removed: before.filter((one) => !is.has(asStored(one))),
  };
}

/** A change in words: "energy changed from −1.5 to −1.6 Ha (−0.1)". */
export function wordsOf(change: Change, digits: Digits = 'auto'): string {
  const { name, before, after, unit } = change;
  const withUnit = unit === undefined ? '' : ` ${unit}`;
  if (before === undefined) return `${name} added: ${valueText(after, digits)}${withUnit}`;
  if (after === undefined) return `${name} removed; it was ${valueText(before, digits)}${withUnit}`;
  if (Array.isArray(before) && Array.isArray(after)) {
    const { added, removed } = listChanges(before, after);
    if (added.length + removed.length === 0) return `${name} reordered`;
    const parts = [
      added.length > 0 && `added ${valueText(added, digits)}`,
      removed.length > 0 && `removed ${valueText(removed, digits)}`,
    ];
    return `${name}: ${parts.filter((part) => part !== false).join('; ')}`;
  }
  const difference = differenceOf(change);
  const size = difference === undefined || Number.isNaN(difference) ? '' : ` (${signed(difference)})`;
  return `${name} changed from ${valueText(before, digits)} to ${valueText(after, digits)}${withUnit}${size}`;
}
