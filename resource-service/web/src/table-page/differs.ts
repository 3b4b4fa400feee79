// Which columns tell rows apart, and what the others have in common.
import { asStored, type JsonObject } from '@/api/json';

import { readerOf, type Reader } from './reader';

export interface Agreement {
  path: string;
  /** The value that all rows have, as stored; undefined where none has one. */
  value: string | undefined;
}

export interface Split {
  /** Columns in which rows differ. */
  differing: string[];
  same: Agreement[];
}

/** Splits columns by whether all rows agree in them. Fewer than two rows agree in nothing. */
export function splitByDifference(rows: readonly JsonObject[], paths: readonly string[], pinned?: string): Split {
  const split: Split = { differing: [], same: [] };
  const [first, ...others] = rows;
  for (const path of paths) {
    if (path === pinned || !first || others.length === 0) {
      split.differing.push(path);
      continue;
    }
    const read = readerOf(path);
    const value = textAt(first, read);
    if (others.every((row) => textAt(row, read) === value)) split.same.push({ path, value });
    else split.differing.push(path);
  }
  return split;
}

function textAt(row: JsonObject, read: Reader): string | undefined {
  const value = read(row);
  return value === undefined ? undefined : asStored(value);
}
