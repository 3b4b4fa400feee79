// The fields of a collection: what its schema declares, what is found in its documents, and what each can be asked.
import { isNumeric, isObject, joinPath, splitPath, type Json, type JsonObject } from '@/api/json';

import type { Operator } from './filter';

export interface Field {
  path: string;
  types: readonly string[];
  format?: string;
  description?: string;
  unit?: string;
  /** The values of an enumeration. */
  values?: readonly string[];
  /** Any members may be below it. */
  open?: boolean;
  readOnly?: boolean;
  indexed?: boolean;
  /** How many of the sampled documents have it. */
  count?: number;
}

/** What the service adds to each document. */
export const SYSTEM: readonly Field[] = [
  { path: '_id', types: ['string'], description: 'The id of the document.' },
  { path: '_revision', types: ['integer'], description: 'Counts the changes of the document.' },
  { path: '_created_at', types: ['string'], format: 'date-time', description: 'When it was stored first.' },
  { path: '_updated_at', types: ['string'], format: 'date-time', description: 'When it was changed last.' },
  { path: '_owner', types: ['string'], description: 'Who stored it first.' },
];

const DEEPEST = 8;

const asObject = (value: Json | undefined): JsonObject => (isObject(value) ? value : {});

export function typesOf(schema: JsonObject): string[] {
  const type = schema.type;
  if (typeof type === 'string') return [type];
  if (Array.isArray(type)) return type.filter((one) => typeof one === 'string');
  return [];
}

/** The fields that a schema declares, those of its objects too. */
export function schemaFields(schema: Json | undefined, above: readonly string[] = []): Field[] {
  const fields: Field[] = [];
  for (const [name, value] of Object.entries(asObject(asObject(schema).properties))) {
    const property = asObject(value);
    const names = [...above, name];
    const inner = asObject(property.properties);
    const isOpen = typesOf(property).includes('object') && property.additionalProperties !== false;
    fields.push({
      path: joinPath(names),
      types: typesOf(property),
      ...(typeof property.format === 'string' && { format: property.format }),
      ...(typeof property.description === 'string' && { description: property.description }),
      ...(Array.isArray(property.enum) && { values: property.enum.map((one) => String(one)) }),
      ...(isOpen && { open: true }),
      ...(property.readOnly === true && { readOnly: true }),
    });
    if (Object.keys(inner).length > 0 && names.length < DEEPEST) fields.push(...schemaFields(property, names));
  }
  return fields;
}

/** Fields by path, where those given later add to earlier ones. */
export function mergeFields(...lists: readonly (readonly Field[])[]): Field[] {
  const byPath = new Map<string, Field>();
  for (const field of lists.flat()) {
    const known = byPath.get(field.path);
    byPath.set(field.path, known ? { ...field, ...known, ...(field.count && { count: field.count }) } : field);
  }
  return [...byPath.values()];
}

/** The most paths that are looked for below one object. */
export const MOST_FOUND = 10_000;

/** The paths of single values below `path` that the documents have, with the type and unit first found. */
export function foundFields(documents: readonly JsonObject[], path: string, most = MOST_FOUND): Field[] {
  const found = new Map<string, Field>();
  const start = splitPath(path);
  const visit = (value: Json | undefined, names: readonly string[]) => {
    if (found.size >= most || value === undefined) return;
    if (isObject(value) && names.length < start.length + DEEPEST) {
      const members = Object.entries(value);
      // A value with its unit is one quantity.
      const isQuantity = 'value' in value && 'unit' in value;
      for (const [name, member] of members) {
        if (!(isQuantity && name === 'unit')) visit(member, [...names, name]);
      }
      const at = joinPath([...names, 'value']);
      const known = found.get(at);
      if (isQuantity && known && !known.unit && typeof value.unit === 'string')
        found.set(at, { ...known, unit: value.unit });
      return;
    }
    const at = joinPath(names);
    if (!found.has(at)) found.set(at, { path: at, types: [typeOf(value)] });
  };
  for (const document of documents) {
    let here: Json | undefined = document;
    for (const name of start) here = isObject(here) && Object.hasOwn(here, name) ? here[name] : undefined;
    if (isObject(here)) visit(here, start);
  }
  return [...found.values()];
}

export function typeOf(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (isNumeric(value)) return 'number';
  return typeof value;
}

/** What the name of a column or field is short for: `results.energy.value` is `energy`. */
export function titleOf(path: string): string {
  const names = splitPath(path);
  const known: Record<string, string> = {
    _id: 'id',
    _revision: 'revision',
    _created_at: 'created',
    _updated_at: 'changed',
    _owner: 'owner',
    'code.name': 'code',
    'code.version': 'version',
  };
  if (known[path]) return known[path];
  if (names.length > 2 && names.at(-1) === 'value') return names.slice(1, -1).join('.');
  if (names.length > 1 && (names[0] === 'parameters' || names[0] === 'labels')) return names.slice(1).join('.');
  return path;
}

/** The operators that have a meaning for a field, the usual first. */
export function operatorsFor(field: Field | undefined): readonly Operator[] {
  const types = field?.types ?? [];
  const has = (...names: string[]) => names.some((name) => types.includes(name));
  if (field?.open || (has('object') && !has('string', 'number'))) return ['exists'];
  if (has('array')) return ['contains', 'in', 'exists'];
  if (has('boolean')) return ['eq', 'ne', 'exists'];
  if (field?.values) return ['eq', 'ne', 'in', 'nin', 'exists'];
  if (field?.format === 'date-time') return ['gte', 'lt', 'gt', 'lte', 'exists'];
  if (has('integer', 'number') || field?.format === 'ieee754')
    return ['lt', 'gt', 'lte', 'gte', 'eq', 'ne', 'in', 'exists'];
  return ['eq', 'contains', 'prefix', 'ne', 'in', 'nin', 'lt', 'gt', 'exists'];
}
