// How the numbers of each column are written. A column that grows is measured again while the browser is idle, so that scrolling
// never waits for it.
import { useCallback, useEffect, useMemo, useState } from 'react';

import { isNumeric, type Json, type JsonObject } from '@/api/json';
import { columnFormat, type Digits, type Formatter } from '@/numbers/format';

import { readerOf } from './reader';

/** Rows that are measured at once; all of them are later. */
const AT_ONCE = 500;

interface Known {
  rows: readonly JsonObject[];
  measured: number;
  format: Formatter;
  isNumeric: boolean;
  longest: number;
}

export interface ColumnFormat {
  format: Formatter;
  /** Whether the column holds numbers, which stand at the right. */
  isNumeric: boolean;
  /** Letters of the longest number, as it is written. */
  longest: number;
}

function measure(rows: readonly JsonObject[], path: string, digits: Digits, most: number): Known {
  const read = readerOf(path);
  const values: (Json | undefined)[] = [];
  let numbers = 0;
  for (const row of rows.slice(0, most)) {
    const value = read(row);
    if (isNumeric(value)) numbers += 1;
    values.push(value);
  }
  const format = columnFormat(values, digits);
  // Of numbers that are written alike the first ones are as long as the others, or nearly so.
  const written =
    numbers > 0 ? values.slice(0, AT_ONCE).map((value) => (isNumeric(value) ? format(value).length : 0)) : [];
  return { rows, measured: values.length, format, isNumeric: numbers > 0, longest: Math.max(0, ...written) };
}

/** The formats of one table with one number of digits. */
class Formats {
  private readonly byPath = new Map<string, Known>();

  constructor(private readonly digits: Digits) {}

  of(path: string, rows: readonly JsonObject[]): Known {
    const known = this.byPath.get(path);
    // Rows that have nothing in common with those measured are measured before they are shown.
    if (known && (known.rows === rows || known.rows[0] === rows[0])) return known;
    return this.measure(path, rows, AT_ONCE);
  }

  measure(path: string, rows: readonly JsonObject[], most = Infinity): Known {
    const known = measure(rows, path, this.digits, most);
    this.byPath.set(path, known);
    return known;
  }

  /** Columns of which not all rows were measured. */
  behind(rows: readonly JsonObject[]): string[] {
    return [...this.byPath].filter(([, one]) => one.rows !== rows || one.measured < rows.length).map(([path]) => path);
  }
}

export function useFormats(rows: readonly JsonObject[], digits: Digits): (path: string) => ColumnFormat {
  const formats = useMemo(() => new Formats(digits), [digits]);
  const [version, setVersion] = useState(0);

  useEffect(() => {
    const waiting = formats.behind(rows);
    if (waiting.length === 0) return;
    let handle = 0;
    const step = () => {
      const next = waiting.pop();
      if (next !== undefined) formats.measure(next, rows);
      if (waiting.length > 0) handle = whenIdle(step);
      else setVersion((before) => before + 1);
    };
    handle = whenIdle(step);
    return () => cancelIdle(handle);
  });

  // A new version makes the columns be written anew.
  // oxlint-disable-next-line react/exhaustive-deps
  return useCallback((path: string) => formats.of(path, rows), [formats, rows, version]);
}

const whenIdle = (step: () => void): number =>
  typeof requestIdleCallback === 'function' ? requestIdleCallback(step, { timeout: 500 }) : window.setTimeout(step, 16);
const cancelIdle = (handle: number): void =>
  typeof cancelIdleCallback === 'function' ? cancelIdleCallback(handle) : window.clearTimeout(handle);
