// Collections as react-admin sees them: pages, saves, conflicts.
import type { DataProvider } from 'ra-core';
import { beforeEach, describe, expect, it } from 'vitest';

import { ExactNumber, parseJson, stringifyJson } from '@/api/json';
import { ProblemError } from '@/api/problem';

import { ConflictError, createDataProvider, RefusedError } from '../dataProvider';
import { Service } from './service';

const C = 'calculations';
let service: Service;
let provider: DataProvider;

beforeEach(() => {
  service = new Service();
  provider = createDataProvider(service.session);
});

const numbers = (count: number) => Array.from({ length: count }, (_, i) => ({ _id: `c${i}`, name: `n${i}` }));
const page = (number: number, perPage = 10) => ({ pagination: { page: number, perPage } });

describe('a list', () => {
  it('is pages of records, which know whether there are more', async () => {
    service.add(...numbers(25));
    const first = await provider.getList(C, page(1));
    expect(first.data[0]).toEqual({ id: 'c0', _id: 'c0', _revision: 1, name: 'n0' });
    expect(first.pageInfo).toEqual({ hasNextPage: true, hasPreviousPage: false });
    expect(first.total).toBeUndefined();
    await provider.getList(C, page(2));
    const third = await provider.getList(C, page(3));
    expect(third.data.map(({ id }) => id)).toEqual(['c20', 'c21', 'c22', 'c23', 'c24']);
    expect(third.pageInfo).toEqual({ hasNextPage: false, hasPreviousPage: true });
    expect(third.total).toBe(25);
    expect(service.sent.map(({ query }) => query.get('after'))).toEqual([null, '10', '20']);
  });

  it('skips pages that nobody has read, with ids alone and a thousand at a time', async () => {
    service.add(...numbers(2_500));
    const { data } = await provider.getList(C, { ...page(240), meta: { fields: ['name'], count: 'exact' } });
    expect(data[0]?.id).toBe('c2390');
    const asked = service.sent.map(({ query }) => ['limit', 'fields', 'count', 'after'].map((name) => query.get(name)));
    expect(asked).toEqual([
      ['1000', '_id', null, null],
      ['1000', '_id', null, '1000'],
      ['390', '_id', null, '2000'],
      ['10', 'name', 'exact', '2390'],
    ]);
    await provider.getList(C, { ...page(240), meta: { fields: ['name'], count: 'exact' } });
    expect(service.sent).toHaveLength(5);
  });

  it('ends where a page is beyond the last document', async () => {
    service.add(...numbers(3));
    expect(await provider.getList(C, page(9))).toEqual({
      data: [],
      pageInfo: { hasNextPage: false, hasPreviousPage: true },
    });
  });

  it('counts where it is asked to', async () => {
    service.add(...numbers(3));
    const { total } = await provider.getList(C, { ...page(1), meta: { count: 'exact' } });
    expect(total).toBe(3);
  });

  it('counts its pages again when a cursor is refused', async () => {
    service.add(...numbers(25));
    await provider.getList(C, page(1));
    const errors = [{ parameter: 'after', code: 'cursor', message: 'the documents around it have changed' }];
    service.refusals.push({ status: 422, body: { code: 'validation_error', errors } });
    const { data } = await provider.getList(C, page(2));
    expect(data[0]?.id).toBe('c10');
    expect(service.sent.map(({ query }) => query.get('after'))).toEqual([null, '10', null, '10']);
    service.refusals.push({ status: 422, body: { code: 'validation_error', errors: [] } });
    await expect(provider.getList(C, page(2))).rejects.toBeInstanceOf(ProblemError);
  });

  it('asks by filter, order and fields', async () => {
    const filter = { status: 'finished', results: { energy: { 'value[lt]': -10 } } };
    await provider.getList(C, { ...page(1), filter, sort: { field: 'id', order: 'DESC' }, meta: { fields: ['name'] } });
    expect(String(service.sent[0]?.query)).toBe(
      'status=finished&results.energy.value%5Blt%5D=-10&sort=-_id&fields=name&limit=10',
    );
  });

  it('of references adds its condition', async () => {
    const params = { target: 'calculation', id: 'c1', ...page(1), sort: { field: 'step', order: 'ASC' as const } };
    await provider.getManyReference('series', { ...params, filter: { metric: 'energy' } });
    expect(String(service.sent[0]?.query)).toBe('metric=energy&calculation=c1&sort=step&limit=10');
  });

  it('keeps numbers as they are stored', async () => {
    service.add(parseJson('{"_id":"a","steps":9007199254740993,"energy":-1.10}') as { _id: string });
    const { data } = await provider.getList(C, page(1));
    expect(stringifyJson(data[0]?.steps)).toBe('9007199254740993');
    expect(stringifyJson(data[0]?.energy)).toBe('-1.10');
  });
});

describe('records by id', () => {
  it('come one by one or many at once, a hundred a request', async () => {
    service.add(...numbers(150));
    expect((await provider.getOne(C, { id: 'c7' })).data.name).toBe('n7');
    const ids = numbers(150).map(({ _id }) => _id);
    const { data } = await provider.getMany(C, { ids: [...ids, 'gone'] });
    expect(data).toHaveLength(150);
    expect(service.sent).toHaveLength(3);
  });

  it('that are not there are a problem', async () => {
    await expect(provider.getOne(C, { id: 'x' })).rejects.toMatchObject({ status: 404 });
  });
});

describe('a save', () => {
  it('sends what has changed, under the revision that was read', async () => {
    service.add({ _id: 'a', name: 'old', method: 'SOR', tags: ['x'] });
    const { data: read } = await provider.getOne(C, { id: 'a' });
    const { data } = await provider.update(C, {
      id: 'a',
      data: { ...read, name: 'new', method: null },
      previousData: read,
    });
    const sent = service.sent.at(-1);
    expect(sent?.method).toBe('PATCH');
    expect(sent?.headers.get('content-type')).toBe('application/json-patch+json');
    expect(sent?.headers.get('if-match')).toBe('"1"');
    expect(JSON.parse(sent?.body ?? '')).toEqual([
      { op: 'replace', path: '/name', value: 'new' },
      { op: 'remove', path: '/method' },
    ]);
    expect(data).toMatchObject({ id: 'a', _revision: 2, name: 'new', tags: ['x'] });
  });

  it('of a part leaves the rest as it is', async () => {
    service.add({ _id: 'a', name: 'old', status: 'running' });
    const { data: read } = await provider.getOne(C, { id: 'a' });
    await provider.update(C, { id: 'a', data: { status: 'failed' }, previousData: read });
    expect(service.documents.get('a')).toMatchObject({ name: 'old', status: 'failed' });
  });

  it('of nothing sends nothing', async () => {
    service.add(parseJson('{"_id":"a","n":1.0,"list":[{"b":1}]}') as { _id: string });
    const { data: read } = await provider.getOne(C, { id: 'a' });
    await provider.update(C, {
      id: 'a',
      data: { ...read, n: new ExactNumber('1.0'), list: [{ b: 1 }], note: null },
      previousData: read,
    });
    expect(service.sent).toHaveLength(1);
  });

  it('of what somebody else has changed is a conflict that can be merged and saved', async () => {
    service.add({ _id: 'a', name: 'old', status: 'running', note: 'n', method: 'SOR' });
    const { data: read } = await provider.getOne(C, { id: 'a' });
    service.add({ _id: 'a', _revision: 2, name: 'theirs', status: 'finished', note: 'n', method: 'SOR' });
    const mine = { ...read, name: 'mine', note: 'mine', method: null };
    const conflict = await provider.update(C, { id: 'a', data: mine, previousData: read }).catch((e: unknown) => e);
    if (!(conflict instanceof ConflictError)) throw new Error('expected a conflict');
    expect(conflict.status).toBe(412);
    const { merged, collisions } = conflict.merge();
    expect(collisions).toEqual([{ path: ['name'], base: 'old', mine: 'mine', theirs: 'theirs' }]);
    expect(merged).toEqual({ name: 'theirs', status: 'finished', note: 'mine' });
    const { current } = conflict.documents;
    await provider.update(C, { id: 'a', data: { ...merged, name: 'mine' }, previousData: current });
    expect(service.documents.get('a')).toEqual({
      _id: 'a',
      _revision: 3,
      name: 'mine',
      status: 'finished',
      note: 'mine',
    });
  });

  it('of what was removed meanwhile says so', async () => {
    service.add({ _id: 'a', name: 'old' });
    const { data: read } = await provider.getOne(C, { id: 'a' });
    service.documents.clear();
    const save = provider.update(C, { id: 'a', data: { name: 'mine' }, previousData: read });
    await expect(save).rejects.toMatchObject({ status: 404 });
  });

  it('that is refused has its faults beside the fields', async () => {
    service.add({ _id: 'a', name: 'old' });
    const { data: read } = await provider.getOne(C, { id: 'a' });
    const errors = [{ pointer: '/code/name', code: 'required', message: '"name" is required' }];
    service.refusals.push({ status: 422, body: { code: 'validation_error', errors } });
    const failure = await provider
      .update(C, { id: 'a', data: { name: '' }, previousData: read })
      .catch((e: unknown) => e);
    expect(failure).toBeInstanceOf(RefusedError);
    expect(failure).toMatchObject({ status: 422, body: { errors: { code: { name: '"name" is required' } } } });
  });

  it('of many takes each under the revision that it has now', async () => {
    service.add(...numbers(9));
    await provider.updateMany(C, { ids: ['c1', 'c2', 'c8'], data: { status: 'failed' } });
    expect([...service.documents.values()].filter(({ status }) => status === 'failed')).toHaveLength(3);
  });
});

describe('a new record', () => {
  it('is sent without what was left empty', async () => {
    const { data } = await provider.create(C, {
      data: { name: 'a', method: null, code: { name: 'x', version: undefined }, tags: [] },
    });
    expect(JSON.parse(service.sent[0]?.body ?? '')).toEqual({ name: 'a', code: { name: 'x' }, tags: [] });
    expect(data).toMatchObject({ id: 'new', _revision: 1, name: 'a' });
  });

  it('that is refused has its faults beside the fields', async () => {
    const errors = [{ pointer: '/name', code: 'required', message: '"name" is required' }];
    service.refusals.push({ status: 422, body: { code: 'validation_error', errors } });
    const created = provider.create(C, { data: {} });
    await expect(created).rejects.toMatchObject({ body: { errors: { name: '"name" is required' } } });
  });
});

describe('a removal', () => {
  it('takes the revision that was read', async () => {
    service.add({ _id: 'a', name: 'n' });
    const { data: read } = await provider.getOne(C, { id: 'a' });
    service.add({ _id: 'a', _revision: 2, name: 'changed' });
    await expect(provider.delete(C, { id: 'a', previousData: read })).rejects.toMatchObject({ status: 412 });
    expect(service.documents.size).toBe(1);
    const { data: now } = await provider.getOne(C, { id: 'a' });
    await provider.delete(C, { id: 'a', previousData: now });
    expect(service.documents.size).toBe(0);
  });

  it('of many ends with the first that fails', async () => {
    service.add(...numbers(9));
    const ids = ['c1', 'gone', ...numbers(9).map(({ _id }) => _id)];
    await expect(provider.deleteMany(C, { ids })).rejects.toMatchObject({ status: 404 });
    expect(service.documents.size).toBeGreaterThan(0);
    await provider.deleteMany(C, { ids: [...service.documents.keys()] });
    expect(service.documents.size).toBe(0);
  });
});
