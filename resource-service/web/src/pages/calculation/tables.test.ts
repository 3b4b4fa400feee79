import { expect, test } from 'vitest';

import type { FileEntry } from '@/calculations/files';

import { readTable } from './tables';

const noteOf = async (text: string) => {
  const content = new TextEncoder().encode(text);
  const file: Pick<FileEntry, 'size'> = { size: content.length };
  const { note } = await readTable('csv', file as FileEntry, async (from, to) => content.slice(from, to).buffer, 1e6);
  return note;
};

test('a note counts one row and many', async () => {
  expect(await noteOf('a,b\n1,2\n')).toBe('1 row');
  expect(await noteOf('a,b\n1,2\n3,4\n')).toBe('2 rows');
});
