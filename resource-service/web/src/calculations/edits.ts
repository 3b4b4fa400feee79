// What a person changed of a calculation, as a merge patch, and how it goes together with what others changed meanwhile. Pure.
import { asStored, isObject, type Json, type JsonObject } from '@/api/json';

/** The members that people edit. */
export interface Edited {
  name: string;
  status: string;
  tags: readonly string[];
  labels: Readonly<Record<string, string>>;
  note: string;
}

export function editedOf(calculation: JsonObject): Edited {
  const { name, status, tags, labels, note } = calculation;
  const text = (value: Json | undefined) => (typeof value === 'string' ? value : '');
  return {
    name: text(name),
    status: text(status),
    tags: Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : [],
    labels: isObject(labels)
      ? Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, text(value)]))
      : {},
    note: text(note),
  };
}

/** A merge patch (RFC 7396) of what differs; empty where nothing does. */
export function patchOf(before: Edited, after: Edited): JsonObject {
  const patch: JsonObject = {};
  if (after.name !== before.name) patch.name = after.name;
  if (after.status !== before.status) patch.status = after.status;
  if (after.note !== before.note) patch.note = after.note === '' ? null : after.note;
  if (asStored([...after.tags]) !== asStored([...before.tags])) patch.tags = [...after.tags];
  const labels: JsonObject = {};
  for (const key of new Set([...Object.keys(before.labels), ...Object.keys(after.labels)])) {
    const value = Object.hasOwn(after.labels, key) ? after.labels[key] : null;
    if (value !== (Object.hasOwn(before.labels, key) ? before.labels[key] : null)) setOwn(labels, key, value ?? null);
  }
  if (Object.keys(labels).length > 0) patch.labels = labels;
  return patch;
}

/** A label may have any name, `__proto__` too. */
function setOwn(target: JsonObject, key: string, value: Json): void {
  Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
}

/** A member that both changed, each in another way. */
export interface Clash {
  path: readonly string[];
  theirs: Json | undefined;
  mine: Json | undefined;
}

export interface Merged {
  /** What is to be sent on top of the current document; clashes are as `mine`. */
  patch: JsonObject;
  clashes: Clash[];
}

/** Puts a patch, made for `base`, onto `current`. Tags that came and went on both sides go together. */
export function mergePatch(patch: JsonObject, base: JsonObject, current: JsonObject): Merged {
  const merged: JsonObject = {};
  const clashes: Clash[] = [];
  const keep = (
    target: JsonObject,
    path: readonly string[],
    was: Json | undefined,
    is: Json | undefined,
    mine: Json,
  ) => {
    const key = path.at(-1) ?? '';
    if (same(is, mine)) return;
    setOwn(target, key, mine);
    if (!same(was, is)) clashes.push({ path, theirs: is, mine });
  };
  for (const [name, mine = null] of Object.entries(patch)) {
    const [was, is] = [base[name], current[name]];
    if (name === 'tags' && Array.isArray(mine)) merged.tags = mergeLists(listOf(was), mine, listOf(is));
    else if (name === 'labels' && isObject(mine)) {
      const labels: JsonObject = {};
      for (const [key, value = null] of Object.entries(mine)) {
        keep(labels, [name, key], own(was, key), own(is, key), value);
      }
      if (Object.keys(labels).length > 0) merged.labels = labels;
    } else keep(merged, [name], was, is, mine);
  }
  return { patch: merged, clashes };
}

/** The patch without what the person gives up of it. */
export function withoutMine(patch: JsonObject, given: readonly Clash[]): JsonObject {
  const gone = new Set(given.map(({ path }) => JSON.stringify(path)));
  const rest: JsonObject = {};
  for (const [name, value] of Object.entries(patch)) {
    if (gone.has(JSON.stringify([name]))) continue;
    if (name !== 'labels' || !isObject(value)) rest[name] = value;
    else {
      const labels: JsonObject = {};
      for (const [key, one = null] of Object.entries(value)) {
        if (!gone.has(JSON.stringify([name, key]))) setOwn(labels, key, one);
      }
      if (Object.keys(labels).length > 0) rest.labels = labels;
    }
  }
  return rest;
}

const same = (a: Json | undefined, b: Json | undefined) => asStored(a ?? null) === asStored(b ?? null);
const own = (value: Json | undefined, key: string) =>
  isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
const listOf = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : []);

function mergeLists(base: readonly Json[], mine: readonly Json[], theirs: readonly Json[]): Json[] {
  const [was, wanted, is] = [base, mine, theirs].map((list) => new Set(list.map(asStored)));
  const kept = theirs.filter((one) => !was?.has(asStored(one)) || wanted?.has(asStored(one)));
  const added = mine.filter((one) => !was?.has(asStored(one)) && !is?.has(asStored(one)));
  return [...kept, ...added];
}

/**
 * "team: solids" by line, as labels are typed. A name or value in double quotes is a JSON string. `fault` says what is wrong
 * with the first line that is no label, or that has the name of one above.
 */
export function readLabels(text: string): { labels: Record<string, string>; fault?: string } {
  const labels: JsonObject = {};
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    const [, quoted, plain = '', rest] = LABEL.exec(line) ?? [];
    const key = quoted === undefined ? plain : textOfJson(quoted);
    if (key === undefined || (key === '' && quoted === undefined) || rest === undefined) {
      return { labels: {}, fault: `“${line.trim()}” is not name: value` };
    }
    if (Object.hasOwn(labels, key)) return { labels: {}, fault: `“${key}” is given more than once` };
    const value = rest.trim();
    setOwn(labels, key, (QUOTED.test(value) ? textOfJson(value) : undefined) ?? value);
  }
  return { labels: labels as Record<string, string> };
}

/** Labels by line, so that reading them gives the same labels. */
export const writeLabels = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(
      ([key, value]) =>
        `${isPlain(key) && key !== '' && !key.includes(':') ? key : quote(key)}: ${isPlain(value) ? value : quote(value)}`,
    )
    .join('\n');

const QUOTED = /^"(?:[^"\\]|\\.)*"$/;
const LABEL = /^\s*(?:("(?:[^"\\]|\\.)*")|([^:]*?))\s*:(.*)$/s;
/** Text fields turn every line break into a line feed. U+2028 and U+2029 look like line breaks. */
const BREAKS = /[\u2028\u2029]/g;

/** Whether a text survives as it is: on one line, without outer spaces, and not like a JSON string. */
const isPlain = (text: string) => text === text.trim() && !/^"|[\r\n\u2028\u2029]/.test(text);

const quote = (text: string) =>
  JSON.stringify(text).replaceAll(BREAKS, (found) => `\\u${found.charCodeAt(0).toString(16)}`);

function textOfJson(text: string): string | undefined {
  try {
    return JSON.parse(text) as string;
  } catch {
    return undefined;
  }
}
