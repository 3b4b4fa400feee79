// A JSON Patch in a few words, without the document that it changes. Pure.
import { asStored, isObject, type Json } from '@/api/json';
import { single } from '@/numbers/format';

import { pointerParts, type PatchOperation } from './changes';

/** Changes that are named; of more their number is said. */
const NAMED = 4;
/** Characters of a value that are shown. */
const LONG = 40;

const VERBS: Record<string, string> = { add: 'added', remove: 'removed' };

/** "status set to finished; results added (5); parameters.n set to 9". */
export function summaryOf(diff: readonly PatchOperation[], isFirst = false): string {
  if (isFirst) return 'created';
  const phrases = diff.filter(({ op, path }) => op !== 'test' && !path.startsWith('/_')).map(phraseOf);
  const unique = [...new Set(phrases)];
  if (unique.length === 0) return 'nothing';
  const more = unique.length - NAMED;
  const shown = unique.slice(0, more === 1 ? NAMED + 1 : NAMED);
  return shown.join('; ') + (more > 1 ? `; ${more} more changes` : '');
}

function phraseOf({ op, path, value, from }: PatchOperation): string {
  const parts = pointerParts(path);
  // An entry of a list is named by its list: its place says little.
  const isEntry = /^(\d+|-)$/.test(parts.at(-1) ?? '') && parts.length > 1;
  const name = (isEntry ? parts.slice(0, -1) : parts).join('.') || 'the document';
  if (op === 'move') return `${pointerParts(from ?? '').join('.')} moved to ${name}`;
  if (op === 'copy') return `${name} copied from ${pointerParts(from ?? '').join('.')}`;
  if (op === 'remove') return isEntry ? `${name}: an entry removed` : `${name} removed`;
  const text = textOf(value);
  if (isEntry) return text === undefined ? `${name} changed` : `${name}: ${VERBS[op] ?? 'now'} ${text}`;
  if (text !== undefined) return `${name} set to ${text}`;
  const size = Array.isArray(value) ? value.length : isObject(value) ? Object.keys(value).length : 0;
  return `${name} ${VERBS[op] ?? 'replaced'} (${size.toLocaleString('en')})`;
}

/** A short value; nothing for what has parts. A result is its value and unit. */
function textOf(value: Json | undefined): string | undefined {
  if (isObject(value) && value.value !== undefined && !isObject(value.value)) {
    return [single(value.value), value.unit].filter((part) => part !== undefined && part !== '1').join(' ');
  }
  if (value === undefined || isObject(value) || Array.isArray(value)) return undefined;
  const text = typeof value === 'string' ? value : single(asStored(value));
  return text.length > LONG ? `${text.slice(0, LONG)}…` : text;
}
