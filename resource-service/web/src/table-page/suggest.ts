// What the filter bar offers to complete what is typed: fields, then operators, then values.
import { operatorsFor, type Field } from './fields';
import { WORDS } from './words';

export interface Suggestion {
  /** The whole text once it is chosen. */
  text: string;
  label: string;
  detail?: string;
  /** Choosing it ends the condition. */
  complete: boolean;
}

const MOST = 40;

/** Suggestions for the text up to its end. `valuesOf` gives values seen in the rows that are loaded. */
export function suggest(
  text: string,
  fields: readonly Field[],
  valuesOf: (path: string) => readonly string[],
): Suggestion[] {
  const before = /^(?:.*\s(?:and|or)\s+\(?|\(*)/is.exec(text)?.[0] ?? '';
  const last = text.slice(before.length);
  const named = /^(\S+)(\s+)(.*)$/s.exec(last);
  if (!named) return ofFields(before, last, fields);
  const [, path = '', , rest = ''] = named;
  const field = fields.find((one) => one.path === path);
  const words = operatorsFor(field).flatMap((operator) =>
    operator === 'exists' ? ['is present', 'is missing'] : [WORDS[operator]],
  );
  const used = words.filter((word) => rest.startsWith(`${word} `)).toSorted((a, b) => b.length - a.length)[0];
  const start = `${before}${path} `;
  if (used === undefined) {
    return words
      .filter((word) => word.startsWith(rest.trim()))
      .map((word) => ({
        text: word.startsWith('is p') || word.startsWith('is m') ? start + word : `${start}${word} `,
        label: word,
        complete: word === 'is present' || word === 'is missing',
      }));
  }
  const typed = rest.slice(used.length + 1).trim();
  const listed = used === 'is one of' || used === 'is none of';
  const kept = listed ? typed.slice(0, typed.lastIndexOf(',') + 1) : '';
  const part = typed.slice(kept.length).toLowerCase();
  const known = field?.values ?? (field?.types.includes('boolean') ? ['true', 'false'] : valuesOf(path));
  return known
    .filter((value) => value.toLowerCase().includes(part) && value.toLowerCase() !== part)
    .slice(0, MOST)
    .map((value) => ({ text: `${start}${used} ${kept}${quoted(value)}`, label: value, complete: !listed }));
}

function quoted(value: string): string {
  return /^"|[()\n]|^\s|\s$|\s(and|or)(\s|$)/i.test(value) ? JSON.stringify(value) : value;
}

function ofFields(before: string, typed: string, fields: readonly Field[]): Suggestion[] {
  const wanted = typed.toLowerCase();
  return fields
    .map((field) => ({ field, rank: rankOf(field, wanted) }))
    .filter(({ field, rank }) => rank > 0 && !/[\s()"]/.test(field.path))
    .toSorted((a, b) => b.rank - a.rank)
    .slice(0, MOST)
    .map(({ field }) => ({
      text: `${before}${field.path} `,
      label: field.path,
      detail: [unitOf(field) ?? field.format ?? field.types.join(' or '), field.indexed ? 'indexed' : '']
        .filter(Boolean)
        .join(', '),
      complete: false,
    }));
}

/** A unit of 1 says that there is none, and reads as a count. */
const unitOf = ({ unit }: Field) => (unit === '1' ? undefined : unit);

function rankOf({ path }: Field, wanted: string): number {
  const name = path.toLowerCase();
  if (name === wanted) return 4;
  if (name.startsWith(wanted)) return 3;
  if (name.split('.').some((part) => part.startsWith(wanted))) return 2;
  return name.includes(wanted) ? 1 : 0;
}
