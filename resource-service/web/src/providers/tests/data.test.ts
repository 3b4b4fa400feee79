// The parts of the data provider: merges, differences, filters, faults, pages.
import { describe, expect, it } from 'vitest';

import { ExactNumber, type JsonObject } from '@/api/json';

import { fieldErrors } from '../data/failures';
import { merge3, withValue } from '../data/merge3';
import { Cursors } from '../data/pages';
import { searchOf } from '../data/query';
import { difference, isSame, withoutEmpty } from '../data/values';

describe('a merge', () => {
  it.each<[string, JsonObject, JsonObject, JsonObject, JsonObject]>([
    ['nobody changed', { a: 1 }, { a: 1 }, { a: 1 }, { a: 1 }],
    ['I changed', { a: 1, b: 2 }, { a: 5, b: 2 }, { a: 1, b: 2 }, { a: 5, b: 2 }],
    ['they changed', { a: 1, b: 2 }, { a: 1, b: 2 }, { a: 1, b: 5 }, { a: 1, b: 5 }],
    ['each changed another', { a: 1, b: 2 }, { a: 5, b: 2 }, { a: 1, b: 6 }, { a: 5, b: 6 }],
    ['both changed alike', { a: 1 }, { a: 5 }, { a: 5 }, { a: 5 }],
    ['each added another', {}, { a: 1 }, { b: 2 }, { a: 1, b: 2 }],
    ['both added objects', {}, { p: { a: 1 } }, { p: { b: 2 } }, { p: { a: 1, b: 2 } }],
    ['I removed', { a: 1, b: 2 }, { b: 2 }, { a: 1, b: 2 }, { b: 2 }],
    ['they removed', { a: 1, b: 2 }, { a: 1, b: 2 }, { b: 2 }, { b: 2 }],
    [
      'deep within',
      { p: { q: { a: 1, b: 1 } } },
      { p: { q: { a: 2, b: 1 } } },
      { p: { q: { a: 1, b: 3 } } },
      { p: { q: { a: 2, b: 3 } } },
    ],
    ['a list that one changed', { t: ['a'] }, { t: ['a', 'b'] }, { t: ['a'] }, { t: ['a', 'b'] }],
  ])('joins what %s', (_, base, mine, theirs, expected) => {
    const { merged, collisions } = merge3(base, mine, theirs);
    expect(merged).toEqual(expected);
    expect(collisions).toEqual([]);
  });

  it.each<[string, JsonObject, JsonObject, JsonObject, string[]]>([
    ['a value', { a: 1 }, { a: 2 }, { a: 3 }, ['a']],
    ['a value that both added', {}, { a: 2 }, { a: 3 }, ['a']],
    ['a list', { t: ['a'] }, { t: ['a', 'b'] }, { t: ['a', 'c'] }, ['t']],
    ['a member within', { p: { a: 1 } }, { p: { a: 2 } }, { p: { a: 3 } }, ['p', 'a']],
    ['a removal and a change', { a: 1 }, {}, { a: 3 }, ['a']],
    ['an object and a value', { a: 1 }, { a: { b: 1 } }, { a: 3 }, ['a']],
    ['a name with a dot', { 'a.b': 1 }, { 'a.b': 2 }, { 'a.b': 3 }, ['a.b']],
  ])('leaves %s to a person, and keeps what is stored', (_, base, mine, theirs, path) => {
    const { merged, collisions } = merge3(base, mine, theirs);
    expect(merged).toEqual(theirs);
    expect(collisions.map((collision) => collision.path)).toEqual([path]);
  });

  it('sees a change in the last digit of a 64-bit integer', () => {
    const of = (text: string) => ({ n: new ExactNumber(text) });
    const { collisions } = merge3(of('9007199254740993'), of('9007199254740995'), of('9007199254740997'));
    expect(collisions).toHaveLength(1);
    expect(isSame(of('9007199254740993'), of('9007199254740993'))).toBe(true);
  });

  it('is completed by choices', () => {
    const document = { a: 1, p: { q: 2, r: 3 } };
    expect(withValue(document, ['p', 'q'], 5)).toEqual({ a: 1, p: { q: 5, r: 3 } });
    expect(withValue(document, ['p', 'q'], undefined)).toEqual({ a: 1, p: { r: 3 } });
    expect(withValue(document, ['x', 'y'], 5)).toEqual({ ...document, x: { y: 5 } });
    expect(withValue(document, [], 5)).toBe(document);
    expect(document).toEqual({ a: 1, p: { q: 2, r: 3 } });
  });
});

describe('a difference', () => {
  it('is the steps of a JSON Patch, with escaped names', () => {
    const base = { a: 1, 'x/y~z': { b: 1, gone: true }, list: [1, 2], same: { c: [1] } };
    const next = { a: 1, 'x/y~z': { b: 2 }, list: [1], same: { c: [1] }, new: null };
    expect(difference(base, next)).toEqual([
      { op: 'replace', path: '/x~1y~0z/b', value: 2 },
      { op: 'remove', path: '/x~1y~0z/gone' },
      { op: 'replace', path: '/list', value: [1] },
      { op: 'add', path: '/new', value: null },
    ]);
    expect(difference({ a: { b: 1 } }, { a: [1] })).toEqual([{ op: 'replace', path: '/a', value: [1] }]);
  });

  it('knows values of another kind from one another', () => {
    expect(isSame([1], [1, 2])).toBe(false);
    expect(isSame('1', 1)).toBe(false);
    expect(isSame({ a: undefined }, {})).toBe(true);
    expect(isSame(null, undefined)).toBe(false);
  });

  it('leaves out what was left empty, and keeps a null that was there', () => {
    expect(withoutEmpty({ a: null, b: null, c: { d: null, e: 1 }, f: [null] }, { b: null, c: { d: 5 } })).toEqual({
      b: null,
      c: { e: 1 },
      f: [null],
    });
  });
});

describe('a filter', () => {
  const asked = (filter: Record<string, unknown>) => [...searchOf({ filter })].map((pair) => pair.join('='));

  it.each<[string, Record<string, unknown>, string[]]>([
    ['a value', { status: 'finished' }, ['status=finished']],
    ['an operator', { 'results.energy.value[gte]': 1e-10 }, ['results.energy.value[gte]=1e-10']],
    ['nested members', { parameters: { n: 5, 'k[ne]': true } }, ['parameters.n=5', 'parameters.k[ne]=true']],
    ['any of several', { tags: ['a', 'b,c', 'd"e'] }, ['tags[in]=a,"b,c","d""e"']],
    ['none of several', { 'tags[nin]': ['a', 'b'] }, ['tags[nin]=a,b']],
    ['the id', { id: 'x' }, ['_id=x']],
    ['a time', { 'started_at[gt]': new Date('2026-11-29T08:00:00Z') }, ['started_at[gt]=2026-11-29T08:00:00.000Z']],
    ['an exact integer', { n: new ExactNumber('9007199254740993') }, ['n=9007199254740993']],
    ['groups', { or: '(a=1,b=2)', filter: { a: { $gt: 1 } } }, ['or=(a=1,b=2)', 'filter={"a":{"$gt":1}}']],
    ['nothing of what is empty', { a: '', b: null, c: undefined, d: [] }, []],
  ])('asks for %s', (_, filter, expected) => {
    expect(asked(filter)).toEqual(expected);
  });

  it('has an order, fields, a view, expansions', () => {
    expect(String(searchOf({ sort: { field: 'name', order: 'ASC' } }))).toBe('sort=name');
    expect(String(searchOf({ sort: { field: 'name', order: 'ASC' }, meta: { sort: '-a,b' } }))).toBe('sort=-a%2Cb');
    expect(String(searchOf({ meta: { view: 'short', expand: '_stale' } }))).toBe('view=short&expand=_stale');
  });
});

describe('faults', () => {
  it('are placed by their pointers, the first of a field', () => {
    const fault = (pointer: string, message: string) => ({ pointer, code: 'c', message });
    const faults = [fault('/a/b', 'one'), fault('/a/b', 'two'), fault('/x~1y/0/z', 'deep'), fault('/a/b/c', 'under')];
    expect(fieldErrors(faults)).toEqual({ a: { b: 'one' }, 'x/y': { 0: { z: 'deep' } } });
  });

  it('of the whole document or of a parameter are shown too', () => {
    expect(fieldErrors([{ pointer: '', code: 'c', message: 'too large' }])).toEqual({
      root: { serverError: 'too large' },
    });
    expect(fieldErrors([{ parameter: 'limit', code: 'c', message: 'too many' }])).toEqual({ limit: 'too many' });
    expect(fieldErrors([{ code: 'c', message: 'no' }])).toEqual({ root: { serverError: 'no' } });
  });
});

describe('cursors', () => {
  it('of the last fifty lists are remembered', async () => {
    const cursors = new Cursors();
    const asked: (string | null)[] = [];
    const read = ({ after, limit }: { after: string | null; limit: number }) => {
      asked.push(after);
      return Promise.resolve({ items: [], next: `${Number(after ?? 0) + limit}` });
    };
    for (let i = 0; i < 51; i += 1) await cursors.page(`list${i}`, 1, 10, read);
    asked.length = 0;
    await cursors.page('list50', 2, 10, read);
    expect(asked).toEqual(['10']);
    asked.length = 0;
    await cursors.page('list0', 2, 10, read);
    expect(asked).toEqual([null, '10']);
    expect(cursors.forget('never')).toBe(false);
  });
});
