// JSON without loss: a number whose text JavaScript would write otherwise keeps that text.
import { isLosslessNumber, LosslessNumber, parse, stringify } from 'lossless-json';

/** Any JSON value as `parseJson` returns it. */
export type Json = null | boolean | string | Numeric | Json[] | JsonObject;
export interface JsonObject {
  [member: string]: Json | undefined;
}

/** A number of JSON: a plain one where that says all, else one that keeps its text. */
export type Numeric = number | ExactNumber;

/** A number that a JavaScript number cannot show as it was stored: 64-bit integers, `1.0`, `1e400`. */
export class ExactNumber extends LosslessNumber {
  constructor(readonly text: string) {
    super(text);
  }

  /** The nearest JavaScript number. */
  override valueOf(): number {
    return Number(this.text);
  }

  override toString(): string {
    return this.text;
  }
}

function numberOf(text: string): Numeric {
  const value = Number(text);
  return String(value) === text ? value : new ExactNumber(text);
}

export function parseJson(text: string): Json {
  return parse(text, null, numberOf) as Json;
}

export function stringifyJson(value: unknown): string {
  return stringify(value) ?? 'null';
}

export function isNumeric(value: unknown): value is Numeric {
  return typeof value === 'number' || isLosslessNumber(value);
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isLosslessNumber(value);
}

/** The special numbers of fields with format `ieee754`. */
const SPECIAL: Record<string, number> = { NaN: NaN, Infinity: Infinity, '-Infinity': -Infinity };

/** The JavaScript number nearest to a stored one, special ones included; undefined for what is no number. */
export function toNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (isLosslessNumber(value)) return Number(value.toString());
  return typeof value === 'string' ? SPECIAL[value] : undefined;
}

/** A value as it is stored, as text: what copying gives. */
export function asStored(value: unknown): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return value;
  return stringifyJson(value);
}

/** The member at a dotted path; undefined where there is none. */
export function at(value: Json | undefined, path: string): Json | undefined {
  let here = value;
  for (const name of splitPath(path)) {
    if (Array.isArray(here)) here = here[Number(name)];
    else if (isObject(here) && Object.hasOwn(here, name)) here = here[name];
    else return undefined;
  }
  return here;
}

/** The names of a dotted path. A name with a dot or a quote in it is a JSON string within the path. */
export function splitPath(path: string): string[] {
  const names: string[] = [];
  const pattern = /"((?:[^"\\]|\\.)*)"(?:\.|$)|([^.]*)(?:\.|$)/gy;
  while (pattern.lastIndex < path.length) {
    const found = pattern.exec(path);
    if (!found) break;
    names.push(found[1] === undefined ? (found[2] ?? '') : unquoted(found[1]));
  }
  return names;
}

/** The text of a JSON string without its quotes. What is none stays as it is. */
function unquoted(inner: string): string {
  try {
    return JSON.parse(`"${inner}"`) as string;
  } catch {
    return `"${inner}"`;
  }
}

/** A dotted path of names. */
export function joinPath(names: readonly string[]): string {
  return names.map((name) => (name === '' || /[."]/.test(name) ? JSON.stringify(name) : name)).join('.');
}
