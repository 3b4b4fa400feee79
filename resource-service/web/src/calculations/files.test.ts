import { expect, test } from 'vitest';

import { isText, previewOf, treeOf } from './files';

const file = (name: string, size = 1) => ({ name, size });

test('names with slashes become folders, with their sums', () => {
  const tree = treeOf([file('b.txt', 2), file('logs/run/2.log', 5), file('logs/run/10.log', 7), file('logs/a.log', 3)]);
  expect(tree.files.map(({ name }) => name)).toEqual(['b.txt']);
  expect([tree.count, tree.bytes]).toEqual([4, 17]);
  const logs = tree.folders[0];
  expect(logs).toMatchObject({ path: 'logs/', name: 'logs', count: 3, bytes: 15 });
  expect(logs?.folders[0]?.path).toBe('logs/run/');
  expect(logs?.folders[0]?.files.map(({ name }) => name)).toEqual(['logs/run/2.log', 'logs/run/10.log']);
});

test('a folder and a file may have the same name', () => {
  const tree = treeOf([file('out'), file('out/x')]);
  expect([tree.files.length, tree.folders.length]).toEqual([1, 1]);
});

test('what is shown of a file follows its name, then its type', () => {
  expect(
    ['a.PNG', 'a.csv', 'x/y.json', 'a.parquet', 'a.md', 'OUTCAR', 'a.h5'].map((name) => previewOf({ name })),
  ).toEqual(['image', 'csv', 'json', 'parquet', 'markdown', 'text', 'none']);
  expect(previewOf({ name: 'movie', content_type: 'video/mp4' })).toBe('none');
  expect(previewOf({ name: 'page.html', content_type: 'text/html' })).toBe('text');
});

test('bytes that are no text are told from text that was cut within a letter', () => {
  expect(isText(new TextEncoder().encode('grün').slice(0, 3))).toBe(true);
  expect(isText(new Uint8Array([65, 0, 66]))).toBe(false);
  expect(isText(new Uint8Array(200).fill(0xff))).toBe(false);
});
