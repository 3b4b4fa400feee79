// A filter in words, as the bar shows it and reads it back: `status is finished`, `results.energy.value < -10`.
import { condition, isOperator, readGroup, splitName, type Filter, type Operator, type Part } from './filter';

/** The word for each operator. */
export const WORDS: Record<Operator, string> = {
  eq: 'is',
  ne: 'is not',
  gt: '>',
  gte: '≥',
  lt: '<',
  lte: '≤',
  in: 'is one of',
  nin: 'is none of',
  exists: 'exists',
  contains: 'contains',
  prefix: 'begins with',
};

/** What is read as an operator, longer ones first. */
const READ: readonly (readonly [string, Operator])[] = [
  ['is none of', 'nin'],
  ['is not one of', 'nin'],
  ['is one of', 'in'],
  ['is not', 'ne'],
  ['begins with', 'prefix'],
  ['starts with', 'prefix'],
  ['contains', 'contains'],
  ['exists', 'exists'],
  ['not in', 'nin'],
  ['in', 'in'],
  ['is', 'eq'],
  ['>=', 'gte'],
  ['<=', 'lte'],
  ['≥', 'gte'],
  ['≤', 'lte'],
  ['!=', 'ne'],
  ['≠', 'ne'],
  ['==', 'eq'],
  ['=', 'eq'],
  ['>', 'gt'],
  ['<', 'lt'],
];

/** A part of a filter in words. */
export function wordsOf(part: Part): string {
  switch (part.kind) {
    case 'raw':
      return `${part.name} = ${part.value}`;
    case 'condition': {
      if (part.operator === 'exists' && part.value === 'false') return `${pathText(part.path)} is missing`;
      if (part.operator === 'exists' && part.value === 'true') return `${pathText(part.path)} is present`;
      return `${pathText(part.path)} ${WORDS[part.operator]} ${valueText(part.value)}`;
    }
    default: {
      const joint = part.kind === 'any' ? ' or ' : ' and ';
      return part.parts.map((inner) => (isGroup(inner) ? `(${wordsOf(inner)})` : wordsOf(inner))).join(joint);
    }
  }
}

const isGroup = (part: Part) => part.kind === 'any' || part.kind === 'all';

function pathText(path: string): string {
  return /^[^\s()"[\]<>=!≤≥≠]+$/.test(path) ? path : JSON.stringify(path);
}

function valueText(value: string): string {
  const isPlain = value !== '' && value.trim() === value && !/^"|[()\n]|\s(and|or)(\s|$)/i.test(value);
  return isPlain ? value : JSON.stringify(value);
}

/** What was read, or what is wrong with the text. */
export type Reading = { filter: Filter; fault?: undefined } | { fault: string; filter?: undefined };

/** Reads words, or a parameter of the API such as `status=finished` and `a.b[lt]=3`. */
export function readWords(text: string): Reading {
  if (text.trim() === '') return { filter: [] };
  const reader = new WordReader(text);
  try {
    const part = reader.any(1);
    if (!reader.atEnd) return { fault: `Not understood: “${reader.rest}”.` };
    return { filter: part.kind === 'all' ? part.parts : [part] };
  } catch (fault) {
    if (fault instanceof WordFault) return { fault: fault.message };
    throw fault;
  }
}

class WordFault extends Error {}

const DEEPEST = 16;

class WordReader {
  private at = 0;

  constructor(private readonly text: string) {}

  get rest(): string {
    return this.text.slice(this.at).trim();
  }

  get atEnd(): boolean {
    return this.rest === '';
  }

  private match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found) this.at = pattern.lastIndex;
    return found;
  }

  any(depth: number): Part {
    return this.joined('any', /\s+or(?=[\s(]|$)/iy, () => this.all(depth));
  }

  private all(depth: number): Part {
    return this.joined('all', /\s+and(?=[\s(]|$)/iy, () => this.one(depth));
  }

  private joined(kind: 'any' | 'all', joint: RegExp, next: () => Part): Part {
    const parts = [next()];
    while (this.match(joint)) parts.push(next());
    return parts.length === 1 && parts[0] ? parts[0] : { kind, parts };
  }

  private one(depth: number): Part {
    if (depth > DEEPEST) throw new WordFault(`Groups are nested deeper than ${DEEPEST} levels.`);
    this.match(/\s*/y);
    if (this.match(/\(/y)) {
      const part = this.any(depth + 1);
      if (!this.match(/\s*\)/y)) throw new WordFault('A group ends with ).');
      return part;
    }
    return this.asParameter() ?? this.asWords();
  }

  /** `a.b[lt]=3`, `status=finished`, `or=(…)`, `filter={…}`. */
  private asParameter(): Part | undefined {
    const before = this.at;
    const found = this.match(/([^\s()"[\]<>=!≤≥≠]+)(?:\[(\w*)\])?=(?!=)(?=\S|$)/y);
    if (!found) return undefined;
    const [, path = '', operator] = found;
    if (path === 'filter' && this.text[this.at] === '{') {
      const value = this.rest;
      this.at = this.text.length;
      return { kind: 'raw', name: 'filter', value };
    }
    if (path === 'or' && this.text[this.at] === '(') {
      const group = readGroup(this.rest);
      if (!group) throw new WordFault('or= expects (field[operator]=value,…).');
      this.at = this.text.length;
      return group;
    }
    if (operator !== undefined && !isOperator(operator)) throw new WordFault(`There is no operator “${operator}”.`);
    const split = splitName(operator === undefined ? path : `${path}[${operator}]`);
    if (!split) {
      this.at = before;
      return undefined;
    }
    return condition(split.path, split.operator, this.value());
  }

  private asWords(): Part {
    const path = this.path();
    this.match(/\s*/y);
    if (this.match(/is missing\b/iy)) return condition(path, 'exists', 'false');
    if (this.match(/is (present|there)\b/iy)) return condition(path, 'exists', 'true');
    const operator = this.operator(path);
    this.match(/\s*/y);
    return condition(path, operator, this.value());
  }

  private path(): string {
    const found = this.match(/"(?:[^"\\]|\\.)*"|[^\s()"[\]<>=!≤≥≠]+/y);
    if (!found) throw new WordFault(this.atEnd ? 'A field is missing at the end.' : `“${this.rest}” is not a field.`);
    return unquoted(found[0]);
  }

  private operator(path: string): Operator {
    const rest = this.text.slice(this.at).toLowerCase();
    const found = READ.find(
      ([word]) => rest.startsWith(word) && (!/\w$/.test(word) || !/^\w/.test(rest.slice(word.length))),
    );
    if (!found) throw new WordFault(`“${path}” needs an operator such as is, is not, <, ≥, contains, is one of.`);
    this.at += found[0].length;
    return found[1];
  }

  private value(): string {
    const quoted = this.match(/"(?:[^"\\]|\\.)*"(?=\s*$|\s*\)|\s+(?:and|or)(?:[\s(]|$))/iy);
    if (quoted) return unquoted(quoted[0]);
    const found = this.match(/[^()]*?(?=\s*$|\s*\)|\s+(?:and|or)(?:[\s(]|$))/iy);
    const value = found?.[0].trim() ?? '';
    if (value === '') throw new WordFault('A value is missing; write "" for the empty text.');
    return value;
  }
}

function unquoted(text: string): string {
  if (!text.startsWith('"')) return text;
  try {
    return JSON.parse(text) as string;
  } catch {
    return text.slice(1, -1);
  }
}
