import { describe, expect, test } from 'vitest';

import type { Field } from './fields';
import { condition } from './filter';
import { distanceBetween, meaningOf, misnamed, renamed, withMeanings } from './names';

const fields: readonly Field[] = [
  { path: 'status', types: ['string'] },
  { path: '_created_at', types: ['string'] },
  { path: 'parameters', types: ['object'], open: true },
  { path: 'parameters.density', types: ['number'] },
  { path: 'parameters.steps', types: ['integer'] },
  { path: 'results', types: ['object'], open: true },
  { path: 'results.energy.value', types: ['number'] },
  { path: 'results.steps.value', types: ['integer'] },
  { path: 'results.iterations.value', types: ['integer'] },
];

describe('the field that a name means', () => {
  test.each([
    ['status', 'status'],
    ['energy', 'results.energy.value'],
    ['Energy', 'results.energy.value'],
    ['created', '_created_at'],
    ['density', 'parameters.density'],
    ['results.new.value', 'results.new.value'],
  ])('%s is %s', (typed, path) => {
    expect(meaningOf(typed, { fields })).toEqual({ path });
  });

  test('of two fields with one title the shown one is meant', () => {
    expect(meaningOf('steps', { fields, shown: ['status', 'results.steps.value'] })).toEqual({
      path: 'results.steps.value',
    });
    expect(meaningOf('steps', { fields })).toEqual({ near: ['parameters.steps', 'results.steps.value'] });
  });

  test('a title that is an object too means the shown member of it', () => {
    const coded = [...fields, { path: 'code', types: ['object'] }, { path: 'code.name', types: ['string'] }];
    expect(meaningOf('code', { fields: coded, shown: ['status', 'code.name'] })).toEqual({ path: 'code.name' });
    expect(meaningOf('code', { fields: coded })).toEqual({ path: 'code' });
  });

  test('a column that is in no list of fields is found by its title', () => {
    expect(meaningOf('virial', { fields, shown: ['results.virial.value'] })).toEqual({ path: 'results.virial.value' });
  });

  test('a slip of the keyboard is answered with what is like it', () => {
    expect(meaningOf('enrgy', { fields })).toEqual({ near: ['results.energy.value'] });
    expect(meaningOf('iter', { fields })).toEqual({ near: ['results.iterations.value'] });
    expect(meaningOf('xyz', { fields })).toEqual({ near: [] });
  });

  test('as long as no fields are known nothing is refused', () => {
    expect(meaningOf('energy', { fields: [] })).toEqual({ path: 'energy' });
  });
});

describe('a filter', () => {
  test('gets the paths of its titles, in groups too', () => {
    const typed = [{ kind: 'any' as const, parts: [condition('energy', 'lt', '-5'), condition('status', 'eq', 'a')] }];
    const { filter, unknown } = withMeanings(typed, { fields });
    expect(unknown).toBeUndefined();
    expect(filter).toEqual([
      { kind: 'any', parts: [condition('results.energy.value', 'lt', '-5'), condition('status', 'eq', 'a')] },
    ]);
  });

  test('names what no field is, and takes the path that was chosen', () => {
    const typed = [condition('enrgy', 'lt', '-5')];
    const { unknown } = withMeanings(typed, { fields });
    expect(unknown).toEqual({ name: 'enrgy', near: ['results.energy.value'] });
    expect(renamed(typed, 'enrgy', 'results.energy.value')).toEqual([condition('results.energy.value', 'lt', '-5')]);
  });
});

test('a title in an address is found with the path that it means', () => {
  const given = [condition('status', 'eq', 'a'), { kind: 'any' as const, parts: [condition('energy', 'lt', '-5')] }];
  expect(misnamed(given, { fields })).toEqual({ name: 'energy', near: ['results.energy.value'] });
  expect(misnamed(given.slice(0, 1), { fields })).toBeUndefined();
});

test('the distance of words counts letters', () => {
  expect(distanceBetween('energy', 'enrgy')).toBe(1);
  expect(distanceBetween('', 'abc')).toBe(3);
  expect(distanceBetween('abc', 'abc')).toBe(0);
});
