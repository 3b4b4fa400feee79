// The columns of a table of documents: from paths, by what the schema says of them and what the rows hold.
import { Link } from 'react-router';

import { asStored, isObject, type Json, type JsonObject } from '@/api/json';
import { StatusMark } from '@/ui/status';
import type { Column } from '@/ui/table';
import { duration, TimeText, useNow } from '@/ui/time';

import { foundFields, titleOf, type Field } from './fields';
import { readerOf } from './reader';
import type { ColumnFormat } from './useFormats';

/** The most letters of a cell: the rest is out of sight anyway. */
const LONGEST = 300;
/** Milliseconds without a sign of life after which a running calculation counts as silent. */
export const SILENT = 15 * 60_000;

/** Replaces `results.*` by what is found below `results` in the rows. */
export function expandColumns(
  columns: readonly string[],
  rows: readonly JsonObject[],
  known: readonly Field[],
): string[] {
  const expanded = new Set<string>();
  for (const column of columns) {
    if (!column.endsWith('.*')) expanded.add(column);
    else for (const field of [...foundFields(rows, column.slice(0, -2))].toSorted(byPath)) expanded.add(field.path);
  }
  // A path that is an object whose members have columns of their own adds nothing.
  return [...expanded].filter(
    (path) => !known.some((field) => field.open && field.path === path && columns.includes(`${path}.*`)),
  );
}

const byPath = (a: Field, b: Field) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0);

export interface ColumnContext {
  fields: ReadonlyMap<string, Field>;
  formatOf(path: string): ColumnFormat;
  widths: Readonly<Record<string, number>>;
  /** The address of a row, to which its first column links. */
  addressOf?: ((row: JsonObject) => string) | undefined;
  rows: readonly JsonObject[];
  /** How many columns there are. */
  count: number;
  /** Its field `status` says what a calculation does. */
  hasLife: boolean;
}

export function columnOf(path: string, isFirst: boolean, context: ColumnContext): Column<JsonObject> {
  const field = context.fields.get(path);
  const read = readerOf(path);
  const isDate = field?.format === 'date-time';
  const width = context.widths[path] ?? widthOf(path, isFirst, field, context);
  const written = (row: JsonObject) => {
    const value = read(row);
    const { format, isNumeric } = context.formatOf(path);
    return isNumeric ? format(value) : short(plain(value));
  };
  const shown = (row: JsonObject) => {
    const value = read(row);
    if (value === undefined) return null;
    if (path === 'status' && context.hasLife) return <Life row={row} status={plain(value)} />;
    if (path === '_owner') return short(ownerName(row) ?? plain(value));
    if (isDate && typeof value === 'string') return <TimeText at={value} />;
    return written(row);
  };
  const { addressOf } = context;
  return {
    id: path,
    title: titleOf(path),
    hint: [path, field?.description].filter(Boolean).join('\n'),
    width,
    // Of ten thousand columns only those in sight are measured.
    get align() {
      return context.formatOf(path).isNumeric ? 'right' : 'left';
    },
    get note() {
      const unit = field?.unit ?? unitOf(path, context.rows);
      return unit === '1' ? undefined : unit;
    },
    sortable: !path.includes('"') && !field?.types.includes('array') && !field?.open,
    text: (row) => asStored(read(row)),
    cell:
      isFirst && addressOf
        ? (row) => (
            <Link to={addressOf(row)} tabIndex={-1} dir="auto" title={short(asStored(read(row)))}>
              {shown(row) || short(plain(row._id))}
            </Link>
          )
        : shown,
  };
}

/** Pixels of a digit, and of what surrounds it in a cell. */
const DIGIT = 8.3;
const AROUND = 22;
/** With more columns than these the width of numbers is not measured. */
const MOST_MEASURED = 200;

function widthOf(path: string, isFirst: boolean, field: Field | undefined, context: ColumnContext): number {
  if (path === '_id') return 290;
  if (isFirst) return 250;
  if (path === '_revision') return 88;
  if (path === 'status') return 136;
  if (field?.format === 'date-time') return 124;
  if (context.count > MOST_MEASURED) return 124;
  const { isNumeric, longest } = context.formatOf(path);
  if (!isNumeric) return 140;
  // A number is never cut; a title may be.
  const title = Math.min(titleOf(path).length + 2, 16);
  return Math.round(Math.min(320, Math.max(80, Math.max(longest, title) * DIGIT + AROUND)));
}

/** The unit of a quantity, where all rows that have one agree. */
function unitOf(path: string, rows: readonly JsonObject[]): string | undefined {
  if (!path.endsWith('.value')) return undefined;
  const read = readerOf(`${path.slice(0, -'.value'.length)}.unit`);
  const units = new Set<string>();
  for (const row of rows) {
    const unit = read(row);
    if (typeof unit === 'string') units.add(unit);
    if (units.size > 1) return 'several units';
  }
  return [...units][0];
}

/** The name of the owner of a row, where it was asked for. */
export const ownerName = (row: JsonObject | undefined): string | undefined =>
  typeof row?._owner_name === 'string' ? row._owner_name : undefined;

/** A value as text that is no number. */
export function plain(value: Json | undefined): string {
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value.slice(0, 50).join(', ');
  if (isObject(value) && Object.keys(value).length > 50) return `${Object.keys(value).length} members`;
  return asStored(value);
}

export const short = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);

/** When a calculation gave its last sign of life, in milliseconds. */
export function lastSign(row: JsonObject): number | undefined {
  const text = row.heartbeat_at ?? row._updated_at;
  const at = typeof text === 'string' ? Date.parse(text) : NaN;
  return Number.isNaN(at) ? undefined : at;
}

/** The status, and beside `running` how long there was no sign of life. */
function Life({ row, status }: { row: JsonObject; status: string }) {
  const now = useNow();
  const sign = status === 'running' ? lastSign(row) : undefined;
  if (sign === undefined || now - sign < SILENT) return <StatusMark status={status} />;
  const length = duration(now - sign)
    .split(' ')
    .slice(0, 2)
    .join(' ');
  return <StatusMark status="silent" word={`silent ${length}`} />;
}
