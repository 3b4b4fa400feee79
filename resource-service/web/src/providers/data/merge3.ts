// A three-way merge of documents: what two people changed independently is joined, what they changed differently is
// left to a person.
import { isObject, type Json, type JsonObject } from '@/api/json';

import { isSame, membersOf } from './values';

/** A place that both changed, each to something else. `undefined`: the member is not there. */
export interface Collision {
  /** The names from the root to the member. */
  path: string[];
  base: Json | undefined;
  mine: Json | undefined;
  theirs: Json | undefined;
}

export interface Merge {
  /** Both changes. At a collision it has theirs, which is what is stored. */
  merged: JsonObject;
  collisions: Collision[];
}

/** Merges member by member. Lists and scalars are one value each. */
export function merge3(base: JsonObject, mine: JsonObject, theirs: JsonObject): Merge {
  const collisions: Collision[] = [];
  const merged = mergeObjects({ base, mine, theirs }, [], collisions);
  return { merged, collisions };
}

/** The document with `value` at a path; without the member where it is `undefined`. */
export function withValue(document: JsonObject, path: readonly string[], value: Json | undefined): JsonObject {
  const [name, ...rest] = path;
  if (name === undefined) return document;
  const { [name]: inner, ...others } = document;
  const next = rest.length === 0 ? value : withValue(isObject(inner) ? inner : {}, rest, value);
  if (next === undefined) return others;
  // The order of the members stays as it is.
  return { ...document, [name]: next };
}

type Three<T> = { base: T | undefined; mine: T; theirs: T };

function mergeObjects({ base, mine, theirs }: Three<JsonObject>, path: string[], collisions: Collision[]): JsonObject {
  const merged: JsonObject = {};
  for (const name of membersOf(theirs, mine)) {
    const three = { base: base?.[name], mine: mine[name], theirs: theirs[name] };
    // A member that was removed is there as undefined: a save without it would leave it as it is.
    merged[name] = mergeMember(three, [...path, name], collisions);
  }
  return merged;
}

function mergeMember(
  { base, mine, theirs }: Three<Json | undefined>,
  path: string[],
  collisions: Collision[],
): Json | undefined {
  if (isSame(mine, theirs) || isSame(mine, base)) return theirs;
  if (isSame(theirs, base)) return mine;
  if (isObject(mine) && isObject(theirs)) {
    return mergeObjects({ base: isObject(base) ? base : undefined, mine, theirs }, path, collisions);
  }
  collisions.push({ path, base, mine, theirs });
  return theirs;
}
