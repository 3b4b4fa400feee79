// A form made from a JSON Schema: its fields, the text that each shows, and the value that a text stands for. A field keeps the
// text that was typed, so that no digit is lost.
import { asStored, isObject, parseJson, stringifyJson, type Json, type JsonObject } from '@/api/json';
import { typesOf } from '@/table-page/fields';

export type Kind =
  'string' | 'text' | 'number' | 'integer' | 'boolean' | 'enum' | 'date-time' | 'list' | 'json' | 'object' | 'rest';

export interface FormField {
  /** A name without dots, by which the form knows it. */
  key: string;
  path: readonly string[];
  title: string;
  description: string | undefined;
  kind: Kind;
  required: boolean;
  nullable: boolean;
  /** NaN and infinities are values of it. */
  special: boolean;
  /** The texts of an enumeration's values. */
  options: readonly string[];
  /** What the items of a list are. */
  items: FormField | undefined;
  /** The fields of an object, or the names that the schema declares beside the rest. */
  children: readonly FormField[];
  declared: readonly string[];
}

/** The key of the field for all other members. */
export const REST = '/rest';

const SPECIALS = new Set(['NaN', 'Infinity', '-Infinity']);
/** Texts that may be longer get several lines. */
const LONG = 300;
const DEEPEST = 8;

const asObject = (value: Json | undefined): JsonObject => (isObject(value) ? value : {});

/** The fields of a form for documents of this schema. What the service sets itself is left out. */
export function formFields(schema: Json | undefined, path: readonly string[] = []): FormField[] {
  const { properties, required, additionalProperties } = asObject(schema);
  const needed = Array.isArray(required) ? required : [];
  const declared = Object.keys(asObject(properties));
  const fields = Object.entries(asObject(properties))
    .filter(([, property]) => asObject(property).readOnly !== true)
    .map(([name, property]) => fieldOf(asObject(property), [...path, name], needed.includes(name)));
  if (path.length > 0 || additionalProperties === false) return fields;
  const rest = { ...EMPTY, key: REST, path: [], title: 'Further members', kind: 'rest', declared } as const;
  return [...fields, { ...rest, description: 'Members that the schema does not declare, as a JSON object.' }];
}

const EMPTY = {
  description: undefined,
  required: false,
  nullable: false,
  special: false,
  options: [],
  items: undefined,
  children: [],
  declared: [],
} as const;

function fieldOf(schema: JsonObject, path: readonly string[], required: boolean): FormField {
  const types = typesOf(schema);
  const kind = kindOf(schema, types, path);
  return {
    ...EMPTY,
    key: pointerOf(path).replaceAll('.', '~2').slice(1),
    path,
    title: path.at(-1) ?? '',
    description: typeof schema.description === 'string' ? schema.description : undefined,
    kind,
    required,
    nullable: types.includes('null'),
    special: schema.format === 'ieee754',
    options: Array.isArray(schema.enum) ? schema.enum.map((one) => asStored(one)) : [],
    items: kind === 'list' ? fieldOf(asObject(schema.items), [...path, '0'], true) : undefined,
    children: kind === 'object' ? formFields(schema, path) : [],
  };
}

function kindOf(schema: JsonObject, types: readonly string[], path: readonly string[]): Kind {
  if (Array.isArray(schema.enum) && schema.enum.every((one) => typeof one === 'string')) return 'enum';
  if (schema.format === 'ieee754') return 'number';
  const [type, ...others] = types.filter((one) => one !== 'null');
  if (others.length > 0) return 'json';
  switch (type) {
    case 'string':
      if (schema.format === 'date-time') return 'date-time';
      return typeof schema.maxLength === 'number' && schema.maxLength <= LONG ? 'string' : 'text';
    case 'number':
    case 'integer':
    case 'boolean':
      return type;
    case 'array': {
      const items = asObject(schema.items);
      const kind = kindOf(items, typesOf(items), [...path, '0']);
      return kind === 'object' || kind === 'json' || kind === 'list' || kind === 'boolean' ? 'json' : 'list';
    }
    case 'object': {
      const isClosed = schema.additionalProperties === false && Object.keys(asObject(schema.properties)).length > 0;
      return isClosed && path.length < DEEPEST ? 'object' : 'json';
    }
    default:
      return 'json';
  }
}

export function pointerOf(path: readonly string[]): string {
  return path.map((name) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** All fields that hold a text, those of objects among them. */
export function leaves(fields: readonly FormField[]): FormField[] {
  return fields.flatMap((field) => (field.kind === 'object' ? leaves(field.children) : [field]));
}

export function valueAt(document: Json | undefined, path: readonly string[]): Json | undefined {
  let here = document;
  for (const name of path) {
    if (!isObject(here) || !Object.hasOwn(here, name)) return undefined;
    here = here[name];
  }
  return here;
}

/** The text that a field shows for a document. */
export function textOf(field: FormField, document: JsonObject): string {
  if (field.kind === 'rest') {
    const rest = Object.entries(document).filter(([name]) => !name.startsWith('_') && !field.declared.includes(name));
    return rest.length === 0 ? '' : pretty(Object.fromEntries(rest));
  }
  const value = valueAt(document, field.path);
  if (value === undefined) return '';
  if (field.kind === 'json') return pretty(value);
  if (field.kind === 'list') return Array.isArray(value) ? value.map((one) => asStored(one)).join('\n') : pretty(value);
  if (value === null) return field.kind === 'enum' || field.kind === 'boolean' ? '' : field.nullable ? '' : 'null';
  return asStored(value);
}

function pretty(value: Json): string {
  return stringifyJson(value).length < 60 ? stringifyJson(value) : indented(value, '');
}

function indented(value: Json, before: string): string {
  const within = `${before}  `;
  if (Array.isArray(value) && value.length > 0) {
    return `[\n${value.map((one) => within + indented(one, within)).join(',\n')}\n${before}]`;
  }
  if (isObject(value) && Object.keys(value).length > 0) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    return `{\n${members.map(([name, member]) => `${within}${JSON.stringify(name)}: ${indented(member ?? null, within)}`).join(',\n')}\n${before}}`;
  }
  return stringifyJson(value);
}

export type Read = { value: Json | undefined; fault?: undefined } | { fault: string };

/** What a text stands for. Only what is no JSON value of the field's kind is a fault here: the service judges the rest. */
export function readText(field: FormField, text: string): Read {
  const isEmpty = text.trim() === '';
  if (isEmpty && field.required && !(field.kind === 'string' || field.kind === 'text' || field.kind === 'list')) {
    return { fault: 'A value is required.' };
  }
  switch (field.kind) {
    case 'string':
    case 'text':
      return { value: text === '' && !field.required ? undefined : text };
    case 'enum':
    case 'date-time':
      return { value: isEmpty ? undefined : text.trim() };
    case 'boolean':
      return { value: isEmpty ? undefined : text === 'true' };
    case 'number':
    case 'integer':
      return isEmpty ? { value: undefined } : readNumber(field, text.trim());
    case 'list':
      return readList(field, text);
    default:
      return isEmpty ? { value: undefined } : readJson(field, text);
  }
}

const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

function readNumber(field: FormField, text: string): Read {
  if (field.special && SPECIALS.has(text)) return { value: text };
  if (!NUMBER.test(text)) {
    const hint = field.special ? ', NaN, Infinity or -Infinity' : '';
    return { fault: `Write a number${hint}; a point separates decimals, as in -1.5e-3.` };
  }
  if (field.kind === 'integer' && /[.eE]/.test(text)) return { fault: 'Write an integer.' };
  return { value: parseJson(text) };
}

function readList(field: FormField, text: string): Read {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (lines.length === 0) return { value: field.required ? [] : undefined };
  const values: Json[] = [];
  for (const [index, line] of lines.entries()) {
    const read = field.items ? readText(field.items, line.trim()) : { value: line };
    if ('fault' in read && read.fault !== undefined) return { fault: `Line ${index + 1}: ${read.fault}` };
    if ('value' in read && read.value !== undefined) values.push(read.value);
  }
  return { value: values };
}

function readJson(field: FormField, text: string): Read {
  try {
    const value = parseJson(text);
    if (field.kind !== 'rest') return { value };
    if (!isObject(value)) return { fault: 'Write a JSON object.' };
    const known = Object.keys(value).find((name) => field.declared.includes(name) || name.startsWith('_'));
    return known === undefined ? { value } : { fault: `“${known}” has a field of its own, or is set by the service.` };
  } catch (error) {
    return { fault: `This is not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
}

export type Texts = Readonly<Record<string, string>>;

export function textsOf(fields: readonly FormField[], document: JsonObject): Record<string, string> {
  return Object.fromEntries(leaves(fields).map((field) => [field.key, textOf(field, document)]));
}

/** The document that the texts make of `base`: what was not touched is exactly as it was. */
export function documentOf(
  fields: readonly FormField[],
  texts: Texts,
  base: JsonObject,
): { document: JsonObject; faults: Record<string, string> } {
  let document = base;
  const faults: Record<string, string> = {};
  for (const field of leaves(fields)) {
    const text = texts[field.key] ?? '';
    if (text === textOf(field, base) && (text !== '' || !field.required || valueAt(base, field.path) !== undefined))
      continue;
    const read = readText(field, text);
    if (read.fault !== undefined) faults[field.key] = read.fault;
    else if (field.kind === 'rest') document = withRest(document, field, read.value);
    else document = withMember(document, field.path, read.value);
  }
  return { document, faults };
}

function withRest(document: JsonObject, { declared }: FormField, rest: Json | undefined): JsonObject {
  const kept = Object.entries(document).filter(([name]) => name.startsWith('_') || declared.includes(name));
  return { ...Object.fromEntries(kept), ...asObject(rest) };
}

function withMember(
  document: JsonObject,
  [name = '', ...below]: readonly string[],
  value: Json | undefined,
): JsonObject {
  const { [name]: inner, ...others } = document;
  const next = below.length === 0 ? value : withMember(asObject(inner), below, value);
  // An object of which every member was taken out goes too.
  if (next === undefined || (below.length > 0 && isObject(next) && Object.keys(next).length === 0)) return others;
  return { ...document, [name]: next };
}

/** Puts each fault of the service to the field that its pointer leads to or into; the others are returned. */
export function placeFaults(
  fields: readonly FormField[],
  faults: readonly { pointer?: string; message: string }[],
): { placed: Record<string, string>; others: string[] } {
  const placed: Record<string, string> = {};
  const others: string[] = [];
  const all = leaves(fields);
  for (const { pointer, message } of faults) {
    const field = all.find(({ path, kind }) => {
      const own = pointerOf(path);
      return kind !== 'rest' && (pointer === own || pointer?.startsWith(`${own}/`));
    });
    const inside =
      field && pointer !== pointerOf(field.path) ? `${pointer?.slice(pointerOf(field.path).length)}: ` : '';
    if (field) placed[field.key] = [placed[field.key], inside + message].filter(Boolean).join(' ');
    else others.push(pointer ? `${pointer}: ${message}` : message);
  }
  return { placed, others };
}
