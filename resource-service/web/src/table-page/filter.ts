// What a filter is, and how it becomes the parameters of a list and is read from them. Nothing that was given is lost:
// what cannot be read stays as it is, so that the service says what is wrong with it.

export const OPERATORS = ['eq', 'ne', 'gt', 'gte', 'lt', 'lte', 'in', 'nin', 'exists', 'contains', 'prefix'] as const;
export type Operator = (typeof OPERATORS)[number];

/** One condition; `value` is text as the API reads it. */
export interface Condition {
  kind: 'condition';
  path: string;
  operator: Operator;
  value: string;
}
export interface Group {
  kind: 'any' | 'all';
  parts: Part[];
}
/** A parameter that is kept as it was given: `filter={…}`, and what is no condition. */
export interface Raw {
  kind: 'raw';
  name: string;
  value: string;
}
export type Part = Condition | Group | Raw;
/** All parts hold. */
export type Filter = readonly Part[];

export type Pair = readonly [name: string, value: string];

/** Parameters of a list that are no fields. A field of such a name is written `name[eq]`. */
export const CONTROLS: ReadonlySet<string> = new Set([
  ...['sort', 'fields', 'view', 'limit', 'after', 'count', 'explain', 'expand', 'or', 'filter', 'group', 'stat'],
]);

export const condition = (path: string, operator: Operator, value: string): Condition => ({
  kind: 'condition',
  path,
  operator,
  value,
});

export function isOperator(text: string): text is Operator {
  return (OPERATORS as readonly string[]).includes(text);
}

/** The path and operator that a parameter's name asks for; undefined where there is no such operator. */
export function splitName(name: string): { path: string; operator: Operator } | undefined {
  const found = /^(.+)\[([^[\]]*)\]$/s.exec(name);
  if (!found) return { path: name, operator: 'eq' };
  const [, path = '', operator = ''] = found;
  return isOperator(operator) ? { path, operator } : undefined;
}

/** The filter with other parts in place of one. Where the filter does not have that one, they are added at its end. */
export function replacePart(filter: Filter, part: Part | undefined, parts: Filter): Filter {
  const sought = JSON.stringify(part);
  const at = filter.findIndex((one) => JSON.stringify(one) === sought);
  return at < 0 ? [...filter, ...parts] : [...filter.slice(0, at), ...parts, ...filter.slice(at + 1)];
}

/** Reads a filter from parameters; those named in `reserved` are none of it. */
export function readFilter(pairs: Iterable<Pair>, reserved: ReadonlySet<string>): Filter {
  const parts: Part[] = [];
  for (const [name, value] of pairs) {
    if (name === 'filter') parts.push({ kind: 'raw', name, value });
    else if (name === 'or') parts.push(readGroup(value) ?? { kind: 'raw', name, value });
    else if (!reserved.has(name)) {
      const split = splitName(name);
      parts.push(split ? condition(split.path, split.operator, value) : { kind: 'raw', name, value });
    }
  }
  return parts;
}

/** The parameters that ask for a filter. */
export function writeFilter(filter: Filter, reserved: ReadonlySet<string>): Pair[] {
  return filter.flatMap((part): Pair[] => {
    switch (part.kind) {
      case 'raw':
        return [[part.name, part.value]];
      case 'condition':
        return [[nameOf(part, reserved), part.value]];
      case 'any':
        return [['or', `(${part.parts.map(grouped).join(',')})`]];
      // All parts of a filter hold anyway.
      case 'all':
        return writeFilter(part.parts, reserved);
    }
  });
}

function nameOf({ path, operator }: Condition, reserved: ReadonlySet<string>): string {
  return operator === 'eq' && !reserved.has(path) && !CONTROLS.has(path) && !path.endsWith(']')
    ? path
    : `${path}[${operator}]`;
}

/** A part within `or=(…)`. */
function grouped(part: Part): string {
  switch (part.kind) {
    case 'condition': {
      const name = part.operator === 'eq' && part.path !== 'or' && part.path !== 'and' ? part.path : nameWith(part);
      return `${name}=${quotedInGroup(part.value)}`;
    }
    case 'raw':
      return `${part.name}=${quotedInGroup(part.value)}`;
    default:
      return `${part.kind === 'any' ? 'or' : 'and'}=(${part.parts.map(grouped).join(',')})`;
  }
}

const nameWith = ({ path, operator }: Condition) => `${path}[${operator}]`;

function quotedInGroup(value: string): string {
  return /[,()"]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

/** Reads `(a[gt]=1,b=2)`; undefined where it is none. */
export function readGroup(text: string): Group | undefined {
  const reader = new GroupReader(text);
  const group = reader.group('any', 1);
  return reader.atEnd ? group : undefined;
}

/** How deep the service accepts groups. */
const DEEPEST = 16;

class GroupReader {
  private at = 0;

  constructor(private readonly text: string) {}

  get atEnd(): boolean {
    return this.at === this.text.length;
  }

  private take(letter: string): boolean {
    if (this.text[this.at] !== letter) return false;
    this.at += 1;
    return true;
  }

  group(kind: 'any' | 'all', depth: number): Group | undefined {
    if (depth > DEEPEST || !this.take('(')) return undefined;
    const parts: Part[] = [];
    do {
      const part = this.item(depth);
      if (!part) return undefined;
      parts.push(part);
    } while (this.take(','));
    return this.take(')') ? { kind, parts } : undefined;
  }

  private item(depth: number): Part | undefined {
    const name = /[^=,()]*/y;
    name.lastIndex = this.at;
    const found = name.exec(this.text)?.[0] ?? '';
    this.at += found.length;
    if (!this.take('=')) return undefined;
    if ((found === 'or' || found === 'and') && this.text[this.at] === '(') {
      return this.group(found === 'or' ? 'any' : 'all', depth + 1);
    }
    const value = this.value();
    const split = splitName(found);
    if (value === undefined || !split) return undefined;
    return condition(split.path, split.operator, value);
  }

  private value(): string | undefined {
    const pattern = this.text[this.at] === '"' ? /"((?:[^"]|"")*)"(?=[,)])/y : /([^,()"]*)(?=[,)])/y;
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (!found) return undefined;
    this.at = pattern.lastIndex;
    return (found[1] ?? '').replaceAll('""', '"');
  }
}

/** Parameters as a line of text that people can read and change. */
export function queryText(pairs: Iterable<Pair>): string {
  return [...pairs].map(([name, value]) => `${encoded(name).replaceAll('=', '%3D')}=${encoded(value)}`).join('&');
}

/** Encodes what would be read otherwise or not be seen, and no more. */
function encoded(text: string): string {
  return text.replaceAll(/[%&+#]|[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|^ | $/gu, encodeURIComponent);
}

/** Reads a line of parameters, an address, or the part of an address from its `?` on. */
export function readQueryText(text: string): Pair[] {
  const line = text.trim();
  // A value may hold a question mark; what precedes the first one in an address holds no `=`.
  const mark = line.indexOf('?');
  const query = mark >= 0 && !line.slice(0, mark).includes('=') ? line.slice(mark + 1) : line;
  return [...new URLSearchParams(query.split('#', 1)[0])];
}
