// JSON values as documents have them: equality by what is stored, members that belong to the service, differences.
import { isObject, stringifyJson, type Json, type JsonObject } from '@/api/json';

/** Whether two values are stored alike. The order of members says nothing. */
export function isSame(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => isSame(item, b[i]));
  if (isObject(a) && isObject(b)) return [...membersOf(a, b)].every((name) => isSame(a[name], b[name]));
  return stringifyJson(a) === stringifyJson(b);
}

/** The names that any of the objects has. */
export function membersOf(...objects: (JsonObject | undefined)[]): Set<string> {
  return new Set(objects.flatMap((object) => Object.keys(object ?? {})));
}

/** What of a record a client may set: neither `id`, which react-admin adds, nor members of the service. */
export function contentOf(record: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== 'id' && !name.startsWith('_')));
}

/**
 * Without members that are `null` or undefined where `base` has no such member: forms write them for fields that were
 * left empty, and most schemas refuse them. Items of lists stay as they are.
 */
export function withoutEmpty(value: Json, base?: Json): Json {
  if (!isObject(value)) return value;
  const was = isObject(base) ? base : {};
  const kept = Object.entries(value).filter(
    ([name, member]) => member !== undefined && (member !== null || was[name] === null),
  );
  return Object.fromEntries(kept.map(([name, member]) => [name, withoutEmpty(member as Json, was[name])]));
}

/** A step of a JSON Patch (RFC 6902). */
export type Operation = { op: 'add' | 'replace'; path: string; value: Json } | { op: 'remove'; path: string };

/** What makes `next` of `base`. Lists are replaced as a whole. */
export function difference(base: JsonObject, next: JsonObject, path = ''): Operation[] {
  return [...membersOf(base, next)].flatMap((name): Operation[] => {
    const [before, after] = [base[name], next[name]];
    const here = `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (isSame(before, after)) return [];
    if (after === undefined) return [{ op: 'remove', path: here }];
    if (before === undefined) return [{ op: 'add', path: here, value: after }];
    if (isObject(before) && isObject(after)) return difference(before, after, here);
    return [{ op: 'replace', path: here, value: after }];
  });
}
