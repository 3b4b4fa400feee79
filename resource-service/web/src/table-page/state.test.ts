import { describe, expect, test } from 'vitest';

import { parseJson, type JsonObject } from '@/api/json';

import { splitByDifference } from './differs';
import { foundFields, schemaFields } from './fields';
import { condition } from './filter';
import { conditionsOf, fieldsFor } from './request';
import { nextSort, readState, readView, sameState, searchOfView, viewStateOf, writeState } from './state';
import { suggest } from './suggest';

const search = (text: string) => new URLSearchParams(text);

describe('the state of a table', () => {
  test('is the same after it was written and read', () => {
    const text =
      'status=failed&results.e.value%5Blt%5D=-10&sort=-_created_at%2Cname&cols=name%2Cresults.*&w=name%3A240&d=1&stored=1&silent=3h';
    const state = readState(search(text));
    expect(readState(writeState(state))).toEqual(state);
    expect(state).toEqual({
      filter: [condition('status', 'eq', 'failed'), condition('results.e.value', 'lt', '-10')],
      sort: [
        { path: '_created_at', descending: true },
        { path: 'name', descending: false },
      ],
      columns: ['name', 'results.*'],
      widths: { name: 240 },
      differs: true,
      stored: true,
      silent: '3h',
    });
  });

  test('ignores what it cannot read', () => {
    const state = readState(search('cols=,,&w=a:x,:5,b:999999,c:7&d=yes&silent=long&sort=-,,a,-a'));
    expect(state.columns).toEqual([]);
    expect(state.widths).toEqual({ c: 48 });
    expect([state.differs, state.silent]).toEqual([false, undefined]);
    expect(state.sort).toEqual([{ path: 'a', descending: false }]);
  });

  test('a click sorts up, then down, then not at all', () => {
    const up = nextSort([], 'a', false);
    const down = nextSort(up, 'a', false);
    expect([up, down, nextSort(down, 'a', false)]).toEqual([
      [{ path: 'a', descending: false }],
      [{ path: 'a', descending: true }],
      [],
    ]);
    expect(nextSort(up, 'b', true).map((key) => key.path)).toEqual(['a', 'b']);
  });
});

describe('a saved view', () => {
  test('keeps neither the chosen rows nor its own id', () => {
    expect(viewStateOf(search('status=failed&sel=1,2&view=x&d=1'))).toBe('status=failed&d=1');
  });

  test('opens though parts of it are broken', () => {
    const opened = searchOfView('?status=failed&%E0%A4%A=1&=2&sel=1&w=zzz&silent=never&d=1', 'v1');
    expect(opened.get('status')).toBe('failed');
    expect(opened.get('d')).toBe('1');
    expect(opened.get('view')).toBe('v1');
    expect([opened.get('sel'), opened.get('w'), opened.get('silent')]).toEqual([null, null, null]);
  });

  test('is read with members missing or of other types', () => {
    expect(readView(parseJson('{"_id":"v","name":3,"state":null,"shared":"yes"}'))).toEqual({
      ...{ _id: 'v', _revision: 0, _owner: '', name: 'Unnamed view', page: '', state: '', shared: false },
    });
    expect(readView(parseJson('[1]'))).toBeUndefined();
  });

  test('is unchanged in whatever order its parameters stand', () => {
    expect(sameState(search('a=1&d=1&view=v&sel=q'), 'd=1&a=1')).toBe(true);
    expect(sameState(search('a=2&d=1'), 'd=1&a=1')).toBe(false);
  });
});

describe('the request', () => {
  test('asks for the columns shown and no more', () => {
    expect(fieldsFor(['name', 'results.e.value', 'results.*', 'parameters.n'])).toBe('name,results,parameters.n');
    expect(fieldsFor(['results.e.value'])).toBe('results.e');
  });

  test('reaches names with dots through the object above', () => {
    expect(fieldsFor(['parameters."a.b"', 'code.name'])).toBe('parameters,code.name');
    expect(fieldsFor(['"a.b"'])).toBeUndefined();
  });

  test('asks for the outermost objects where columns are many', () => {
    const many = Array.from({ length: 10_000 }, (_, index) => `parameters.p${index}`);
    expect(fieldsFor([...many, 'name'])).toBe('parameters,name');
  });

  test('finds silent calculations by heartbeat, else by the last change', () => {
    const asked = conditionsOf({ filter: [], silent: '3h' }, Date.UTC(2026, 0, 1, 3), true);
    expect([...asked]).toEqual([
      ['status', 'running'],
      [
        'or',
        '(heartbeat_at[lt]=2026-01-01T00:00:00.000Z,and=(heartbeat_at[exists]=false,_updated_at[lt]=2026-01-01T00:00:00.000Z))',
      ],
    ]);
  });
});

const rows = (text: string) => parseJson(text) as JsonObject[];

describe('only what differs', () => {
  test('folds columns in which all rows agree', () => {
    const split = splitByDifference(
      rows('[{"n":"x","a":1.0,"b":1},{"n":"x","a":1.0,"b":2}]'),
      ['n', 'a', 'b', 'c'],
      'n',
    );
    expect(split).toEqual({
      differing: ['n', 'b'],
      same: [
        { path: 'a', value: '1.0' },
        { path: 'c', value: undefined },
      ],
    });
  });

  test('compares digits as stored, and tells missing from null', () => {
    expect(splitByDifference(rows('[{"a":1},{"a":1.0}]'), ['a']).differing).toEqual(['a']);
    expect(splitByDifference(rows('[{"a":null},{}]'), ['a']).differing).toEqual(['a']);
  });

  test('one row differs from nothing, so that all columns stay', () => {
    expect(splitByDifference(rows('[{"a":1}]'), ['a']).differing).toEqual(['a']);
  });
});

describe('fields', () => {
  test('are found in documents, a value with its unit as one', () => {
    const found = foundFields(
      rows('[{"results":{"e":{"value":1,"unit":"eV"}}},{"results":{"x.y":{"value":"NaN"}}}]'),
      'results',
    );
    expect(found).toEqual([
      { path: 'results.e.value', types: ['number'], unit: 'eV' },
      { path: 'results."x.y".value', types: ['string'] },
    ]);
  });

  test('are bounded', () => {
    const wide = { p: Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`k${index}`, index])) };
    expect(foundFields([wide], 'p')).toHaveLength(10_000);
  });

  const schema = parseJson(
    '{"properties":{"status":{"type":"string","enum":["running","failed"]},"code":{"type":"object","additionalProperties":false,"properties":{"name":{"type":"string"}}},"parameters":{"type":"object"},"n":{"type":"integer"}}}',
  );
  const fields = schemaFields(schema);

  test('are read from the schema', () => {
    expect(fields.map((field) => field.path)).toEqual(['status', 'code', 'code.name', 'parameters', 'n']);
    expect(fields[3]?.open).toBe(true);
  });

  const offered = (text: string) => suggest(text, fields, () => ['a', 'b']).map((one) => one.text);

  test('are suggested, then their operators, then their values', () => {
    expect(offered('na')).toEqual(['code.name ']);
    expect(offered('n is 1 and sta')).toEqual(['n is 1 and status ']);
    expect(offered('n ')).toContain('n < ');
    expect(offered('n ')).not.toContain('n contains ');
    expect(offered('status is f')).toEqual(['status is failed']);
    expect(offered('status is one of running,')).toEqual([
      'status is one of running,running',
      'status is one of running,failed',
    ]);
    expect(offered('code.name is ')).toEqual(['code.name is a', 'code.name is b']);
  });
});
