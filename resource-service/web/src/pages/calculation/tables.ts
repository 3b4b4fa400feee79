// The first rows of CSV and Parquet files. Their readers are loaded when the first such file is opened.
import { asStored, type Json } from '@/api/json';
import type { FileEntry } from '@/calculations/files';
import { bytes } from '@/ui/bytes';

export interface Table {
  columns: string[];
  rows: string[][];
  /** What of the file is shown. */
  note: string;
}

/** The file itself cannot be shown; to fetch it again does not help. */
export class UnreadableFile extends Error {}

const ROWS = 200;
const COLUMNS = 50;
/** Characters of a cell. */
const LONG = 200;
/** Bytes that a look into a Parquet file may read at most, its footer included. */
const LARGEST_PARQUET = 64 * 1024 * 1024;

type Read = (from: number, to: number) => Promise<ArrayBuffer>;

export function readTable(kind: 'csv' | 'parquet', file: FileEntry, read: Read, most: number): Promise<Table> {
  return kind === 'csv' ? readCsv(file, read, most) : readParquet(file, read);
}

async function readCsv(file: FileEntry, read: Read, most: number): Promise<Table> {
  const { default: Papa } = await import('papaparse');
  const text = new TextDecoder().decode(await read(0, Math.min(file.size, most)));
  const { data } = Papa.parse<string[]>(text, { preview: ROWS + 1, skipEmptyLines: true });
  const [head = [], ...rows] = data;
  // The last line of a part may be cut.
  const isPart = file.size > most;
  const whole = isPart && rows.length < ROWS ? rows.slice(0, -1) : rows;
  return shaped(head, whole, isPart || rows.length >= ROWS ? undefined : rows.length);
}

async function readParquet(file: FileEntry, read: Read): Promise<Table> {
  const { parquetMetadataAsync, parquetReadObjects } = await import('hyparquet');
  let budget = LARGEST_PARQUET;
  // What the service answered is told apart from what the file holds.
  let readFault: unknown;
  const buffer = {
    byteLength: file.size,
    slice: (from: number, to = file.size) => {
      const start = from < 0 ? file.size + from : from;
      budget -= to - start;
      if (budget < 0) {
        readFault = new UnreadableFile(`The first rows alone are over ${bytes(LARGEST_PARQUET)}.`);
        throw readFault;
      }
      return read(start, to).catch((error: unknown) => {
        readFault = error;
        throw error;
      });
    },
  };
  let metadata;
  try {
    metadata = await parquetMetadataAsync(buffer);
  } catch (error) {
    throw readFault ?? new UnreadableFile('The file is not a Parquet file that can be read.', { cause: error });
  }
  const count = Number(metadata.num_rows);
  const columns = metadata.schema.length === 0 ? [] : topColumns(metadata.schema).slice(0, COLUMNS);
  const rows = await parquetReadObjects({
    file: buffer,
    metadata,
    columns,
    rowStart: 0,
    rowEnd: Math.min(ROWS, count),
  }).catch((error: unknown) => {
    const why = error instanceof Error ? `: ${error.message}` : '';
    throw readFault ?? new UnreadableFile(`The rows of the Parquet file cannot be read${why}.`, { cause: error });
  });
  const cells = rows.map((row) => columns.map((column) => cellText(row[column])));
  return shaped(columns, cells, count, topColumns(metadata.schema).length);
}

/** Names of the columns of the uppermost level. */
function topColumns(schema: { name: string; num_children?: number }[]): string[] {
  const names: string[] = [];
  let at = 1;
  while (at < schema.length) {
    names.push(schema[at]?.name ?? '');
    at = afterElement(schema, at);
  }
  return names;
}

function afterElement(schema: { num_children?: number }[], at: number): number {
  let next = at + 1;
  for (let child = 0; child < (schema[at]?.num_children ?? 0); child += 1) next = afterElement(schema, next);
  return next;
}

function cellText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'object') {
    return JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? inner.toString() : inner));
  }
  return asStored(value as Json);
}

function shaped(columns: string[], rows: string[][], count: number | undefined, width = columns.length): Table {
  const shown = columns.slice(0, COLUMNS);
  const cut = rows.slice(0, ROWS).map((row) =>
    shown.map((_, at) => {
      const cell = row[at] ?? '';
      return cell.length > LONG ? `${cell.slice(0, LONG)}…` : cell;
    }),
  );
  const all = count !== undefined && count <= cut.length;
  const rowNote = all
    ? `${cut.length.toLocaleString('en')} ${cut.length === 1 ? 'row' : 'rows'}`
    : `The first ${cut.length.toLocaleString('en')} ${cut.length === 1 ? 'row' : 'rows'}${count === undefined ? '' : ` of ${count.toLocaleString('en')}`}`;
  const columnNote = width > shown.length ? `, the first ${shown.length} of ${width.toLocaleString('en')} columns` : '';
  return { columns: shown, rows: cut, note: `${rowNote}${columnNote}` };
}
