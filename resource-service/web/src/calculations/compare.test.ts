import { describe, expect, test } from 'vitest';

import { parseJson, type JsonObject } from '@/api/json';

import { headings, inputRows, resultRows } from './compare';

const read = (text: string) => parseJson(text) as JsonObject;
const A = read(
  '{"code":{"name":"c","version":"1"},"parameters":{"n":3,"box":{"x":1,"y":2},"a.b":1},"results":{"e":{"value":-1.5,"unit":"eV"},"p":{"value":1}}}',
);
const B = read(
  '{"code":{"name":"c","version":"2"},"parameters":{"n":3,"box":{"x":1,"y":9}},"results":{"e":{"value":-1.25,"unit":"eV"},"p":{"value":1}}}',
);

describe('inputs', () => {
  test('that differ come first, by their dotted path', () => {
    expect(inputRows([A, B]).map(({ name, differs }) => [name, differs])).toEqual([
      ['box.y', true],
      ['"a.b"', true],
      ['code.version', true],
      ['n', false],
      ['box.x', false],
      ['code.name', false],
    ]);
  });

  test('that one does not have differ', () => {
    expect(inputRows([A, B]).find(({ name }) => name === '"a.b"')?.values).toEqual([1, undefined]);
    expect(inputRows([read('{"parameters":{"a":null}}'), read('{}')])[0]?.differs).toBe(true);
  });

  test('numbers of another text are other parameters', () => {
    expect(
      inputRows([read('{"parameters":{"a":9007199254740993}}'), read('{"parameters":{"a":9007199254740992}}')])[0]
        ?.differs,
    ).toBe(true);
  });
});

test('results are compared with the chosen reference', () => {
  const rows = resultRows([A, B], 1, { abs: 0.1, rel: 0, ulp: 0 });
  expect(rows.map(({ name, differs }) => [name, differs])).toEqual([
    ['e', true],
    ['p', false],
  ]);
  expect(rows[0]?.compared).toEqual([
    { lamp: 'beyond', difference: -0.25, relative: -0.2, factor: 1.2 },
    { lamp: 'same', difference: 0 },
  ]);
});

test('columns of the same name are told apart by their ids', () => {
  expect(
    headings([
      { _id: 'aaaaaa1', name: 'x' },
      { _id: 'aaaaaa2', name: 'x' },
      { _id: 'b', name: 'y' },
    ]),
  ).toEqual(['x (…aaaaa1)', 'x (…aaaaa2)', 'y']);
});
