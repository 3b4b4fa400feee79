import { describe, expect, test } from 'vitest';

import {
  condition,
  replacePart,
  OPERATORS,
  queryText,
  readFilter,
  readQueryText,
  writeFilter,
  type Filter,
  type Part,
} from './filter';
import { readWords, wordsOf } from './words';

const RESERVED = new Set(['sort', 'cols', 'd']);
const read = (query: string) => readFilter(readQueryText(query), RESERVED);
const written = (filter: Filter) => queryText(writeFilter(filter, RESERVED));

describe('parameters', () => {
  test.each([
    'status=finished',
    'results.energy.value[lt]=-10',
    'd[eq]=1',
    'or=(status=running,and=(started_at[exists]=false,_updated_at[lt]=2026-01-01T00:00:00Z))',
    'name[contains]=a, b',
    'or=(name="a,(b)",name="say ""hi""")',
    'tags[in]="a,b",c',
    'filter={"a":{"$gt":1}}',
    'nope[like]=x',
    'name=a%26b%25',
    'name=1%2B1',
  ])('%s is read and written alike', (query) => {
    expect(written(read(query))).toBe(query);
  });

  test('what belongs to the page is no condition', () => {
    expect(read('sort=-name&cols=a&status=failed')).toEqual([condition('status', 'eq', 'failed')]);
  });

  test('a group that is none stays as it was given', () => {
    expect(read('or=(a')).toEqual([{ kind: 'raw', name: 'or', value: '(a' }]);
    expect(written(read('or=(a'))).toBe('or=(a');
  });

  test('an address and its query give the same', () => {
    expect(readQueryText('https://tessera.example/api/calculations?status=finished&name=a#top')).toEqual([
      ['status', 'finished'],
      ['name', 'a'],
    ]);
    expect(readQueryText('?name=who?')).toEqual([['name', 'who?']]);
  });
});

describe('words', () => {
  test.each([
    ['status is finished', [condition('status', 'eq', 'finished')]],
    ['results.energy.value < -10', [condition('results.energy.value', 'lt', '-10')]],
    ['results.energy.value<-10', [condition('results.energy.value', 'lt', '-10')]],
    ['a >= 1 and b != 2', [condition('a', 'gte', '1'), condition('b', 'ne', '2')]],
    ['tags is one of a,b', [condition('tags', 'in', 'a,b')]],
    ['method is missing', [condition('method', 'exists', 'false')]],
    ['host is present', [condition('host', 'exists', 'true')]],
    ['name begins with Poisson 9', [condition('name', 'prefix', 'Poisson 9')]],
    ['name is "a and b"', [condition('name', 'eq', 'a and b')]],
    ['status=finished', [condition('status', 'eq', 'finished')]],
    ['a.b[lt]=3', [condition('a.b', 'lt', '3')]],
    ['island is sand', [condition('island', 'eq', 'sand')]],
    [
      '(a is 1 or b is 2) and c is 3',
      [{ kind: 'any', parts: [condition('a', 'eq', '1'), condition('b', 'eq', '2')] }, condition('c', 'eq', '3')],
    ],
    ['filter={"a":1}', [{ kind: 'raw', name: 'filter', value: '{"a":1}' }]],
  ] as [string, Filter][])('%s', (text, filter) => {
    expect(readWords(text)).toEqual({ filter });
  });

  test.each(['status', 'status is', 'is', '(a is 1', 'a is 1 or', 'a[like]=2', '< 3', 'a is 1)'])(
    'say what is wrong with %s',
    (text) => {
      expect(readWords(text).fault).toMatch(/\S/);
    },
  );

  // A small generator: what is shown is always read back as the same.
  const VALUES = [
    '1',
    '-1e-12',
    'NaN',
    'a b',
    ' a',
    'x or y',
    'or',
    '"',
    '"q"',
    'a,b',
    '"a,b",c',
    '(',
    ')',
    'is',
    '',
    'ü\u200b',
    '= b',
    'and',
    'a and',
    '\\',
  ];
  const PATHS = ['name', 'results.energy.value', 'parameters.a b', 'x-y', 'is', 'and', 'a=b', 'parameters.k[0]'];
  let seed = 7;
  const pick = <T>(from: readonly T[]): T => {
    seed = (seed * 48271) % 2147483647;
    return from[seed % from.length] as T;
  };
  const part = (depth: number): Filter[number] =>
    depth > 0 && pick([true, false, false])
      ? {
          kind: pick(['any', 'all'] as const),
          parts: [part(depth - 1), part(depth - 1)],
        }
      : condition(pick(PATHS), pick(OPERATORS.filter((one) => one !== 'exists')), pick(VALUES));

  test('are read back as what they were made of', () => {
    for (let round = 0; round < 2000; round++) {
      const made = part(2);
      const text = wordsOf(made);
      const again = readWords(text);
      expect(again.fault, text).toBeUndefined();
      const one = again.filter?.length === 1 ? again.filter[0] : { kind: 'all', parts: again.filter };
      expect(wordsOf(one as Filter[number])).toBe(text);
    }
  });

  test('and so are parameters of any conditions', () => {
    for (let round = 0; round < 2000; round++) {
      const made: Filter = [part(2)].filter((one) => one.kind !== 'all');
      const inner = (one: Filter[number]): boolean =>
        one.kind === 'condition' ? !/[=,()[\]]/.test(one.path) : one.kind !== 'raw' && one.parts.every(inner);
      if (made.every(inner)) expect(read(written(made))).toEqual(made);
    }
  });
});

test('a part is replaced wherever it stands, and parts are added at the end where it is gone', () => {
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((path) => condition(path, 'eq', '1')) as [Part, Part, Part, Part];
  const again = (part: Part) => ({ ...part });
  expect(replacePart([a, b, c], again(b), [d])).toEqual([a, d, c]);
  expect(replacePart([b, c], again(c), [])).toEqual([b]);
  expect(replacePart([b], again(c), [])).toEqual([b]);
  expect(replacePart([b], again(c), [d])).toEqual([b, d]);
  expect(replacePart([a], undefined, [d])).toEqual([a, d]);
});
