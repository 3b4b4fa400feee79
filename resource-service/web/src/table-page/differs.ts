// Which columns tell rows apart, and what the others have in common.
import { asStored, at, type JsonObject } from '@/api/json';

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
    const value = textAt(first, path);
    if (others.every((row) => textAt(row, path) === value)) split.same.push({ path, value });
    else split.differing.push(path);
  }
  return split;
}

function textAt(row: JsonObject, path: string): string | undefined {
  const value = at(row, path);
  return value === undefined ? undefined : asStored(value);
}
