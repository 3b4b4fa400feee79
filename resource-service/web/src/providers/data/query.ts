// A list of react-admin as parameters of the API: filter, order, fields.
import { isNumeric, isObject, stringifyJson, type Json } from '@/api/json';

/** What a list can be asked beside its filter, as `meta` of react-admin. */
export interface ListMeta {
  /** Members to show, by dotted path. */
  fields?: readonly string[];
  /** A view of the definition, instead of fields. */
  view?: string;
  /** How to count: `none` unless this says otherwise. */
  count?: 'none' | 'exact' | 'estimated';
  /** An order by several fields, such as `-_created_at,name`. */
  sort?: string;
  /** Further expansions, such as `_stale`. */
  expand?: string;
}

export interface ListQuery {
  filter?: { [name: string]: unknown };
  sort?: { field: string; order: string };
  meta?: ListMeta;
}

/** Parameters that are passed on as they are written. */
const GROUPS = new Set(['or', 'and', 'filter']);

/** The parameters of a list, without page. */
export function searchOf({ filter, sort, meta = {} }: ListQuery): URLSearchParams {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(filter ?? {})) addCondition(search, name, value as Json);
  const order = meta.sort ?? (sort && `${sort.order === 'DESC' ? '-' : ''}${fieldOf(sort.field)}`);
  if (order) search.set('sort', order);
  if (meta.fields) search.set('fields', meta.fields.join());
  if (meta.view) search.set('view', meta.view);
  if (meta.count) search.set('count', meta.count);
  if (meta.expand) search.set('expand', meta.expand);
  return search;
}

/** A value of a list: in quotes if it could be read as several (RFC 4180). */
export function listItem(value: Json): string {
  const text = textOf(value);
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function fieldOf(name: string): string {
  return name === 'id' ? '_id' : name;
}

/**
 * `{status: "finished", "results.energy.value[lt]": -10, tags: ["a", "b"]}`: names are dotted paths with an operator;
 * forms nest them instead. A list means any of its values. Empty values, of inputs that were left empty, say nothing.
 */
function addCondition(search: URLSearchParams, name: string, value: Json | undefined): void {
  if (value === undefined || value === null || value === '') return;
  if (GROUPS.has(name)) return search.append(name, typeof value === 'string' ? value : stringifyJson(value));
  if (value instanceof Date) return search.append(fieldOf(name), value.toISOString());
  if (isObject(value)) {
    for (const [member, inner] of Object.entries(value)) addCondition(search, `${name}.${member}`, inner);
    return;
  }
  const field = fieldOf(name);
  if (!Array.isArray(value)) return search.append(field, textOf(value));
  if (value.length === 0) return;
  search.append(field.endsWith(']') ? field : `${field}[in]`, value.map(listItem).join());
}

function textOf(value: Json): string {
  return typeof value === 'string' ? value : isNumeric(value) ? value.toString() : stringifyJson(value);
}
