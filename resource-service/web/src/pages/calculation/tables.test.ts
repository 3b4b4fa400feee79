import { expect, test } from 'vitest';

import type { FileEntry } from '@/calculations/files';

import { readTable, UnreadableFile } from './tables';

const bytes = new TextEncoder().encode('this only looks like a table of numbers').buffer;
const file = { name: 'fake.parquet', size: bytes.byteLength } as FileEntry;

test('a file that is no Parquet file is said to be none', async () => {
  const read = (from: number, to: number) => Promise.resolve(bytes.slice(from, to));
  const table = readTable('parquet', file, read, 1000);
  await expect(table).rejects.toBeInstanceOf(UnreadableFile);
  await expect(table).rejects.toThrow('The file is no readable Parquet file.');
});

test('a failure of the service stays what it is', async () => {
  const failure = new Error('The server is busy');
  await expect(readTable('parquet', file, () => Promise.reject(failure), 1000)).rejects.toBe(failure);
});
