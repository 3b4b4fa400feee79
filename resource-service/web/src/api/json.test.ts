import { expect, test } from 'vitest';

import { at, joinPath, splitPath } from './json';

test('a path is split as it was joined', () => {
  const names = ['a', 'b.c', '"', '\\', '', 'd\n"e'];
  expect(splitPath(joinPath(['x', ...names, 'y']))).toEqual(['x', ...names, 'y']);
});

test('a name that is no JSON string is taken as it stands', () => {
  expect(splitPath(String.raw`"\q"`)).toEqual([String.raw`"\q"`]);
  expect(splitPath('inputs."a\tb".c')).toEqual(['inputs', '"a\tb"', 'c']);
  expect(at({ name: 1 }, String.raw`"\u12"`)).toBeUndefined();
});
