import { expect, test } from 'vitest';

import { aggregateParameters, conditionsOfBrush, conditionsOfGroup, readLists, titleOfStatistic } from './statistics';

test('without a choice, groups by status and code', () => {
  expect(readLists(new URLSearchParams())).toEqual({ by: ['status', 'code.name'], stats: [] });
  expect(readLists(new URLSearchParams('stat=avg:a&stat=avg:a'))).toEqual({ by: [], stats: ['avg:a'] });
});

test('the aggregate keeps the filter and always counts', () => {
  const search = aggregateParameters(['method'], ['avg:a', 'count'], new URLSearchParams('status=finished'));
  expect(search.toString()).toBe('status=finished&group=method&stat=count&stat=avg%3Aa');
});

test('a group leads to its calculations', () => {
  expect(conditionsOfGroup({ method: 'SOR', host: null }, ['method', 'host'])).toEqual([
    { kind: 'condition', path: 'method', operator: 'eq', value: 'SOR' },
    { kind: 'condition', path: 'host', operator: 'exists', value: 'false' },
  ]);
});

test('a rectangle becomes four conditions', () => {
  const parts = conditionsOfBrush('a', 'b', { left: 1.00000001, right: 2, bottom: -1e-12, top: 3 });
  expect(parts.map(({ path, operator, value }) => `${path} ${operator} ${value}`)).toEqual([
    'a gte 1',
    'a lte 2',
    'b gte -1e-12',
    'b lte 3',
  ]);
});

test('a statistic is called as the head of its column', () => {
  expect(titleOfStatistic('avg:results.iterations.value')).toBe('avg iterations');
  expect(titleOfStatistic('count')).toBe('count');
});
