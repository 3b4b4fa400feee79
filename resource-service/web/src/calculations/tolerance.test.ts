import { describe, expect, test } from 'vitest';

import { parseJson, type Json } from '@/api/json';

import { agrees, compareResults, readTolerance, subtractStored, ulpsBetween } from './tolerance';

const NONE = { abs: 0, rel: 0, ulp: 0 };
const result = (text: string, unit = '') => ({ value: parseJson(text) as Json, unit });
const lamp = (a: string, b: string, tolerance = NONE) => compareResults(result(a), result(b), tolerance).lamp;

describe('two numbers agree', () => {
  test('where they are equal, both NaN, or within one of the tolerances', () => {
    expect(agrees(1, 1, NONE)).toBe(true);
    expect(agrees(NaN, NaN, NONE)).toBe(true);
    expect(agrees(1, 1.1, { ...NONE, abs: 0.11 })).toBe(true);
    expect(agrees(100, 101, { ...NONE, rel: 0.01 })).toBe(true);
    expect(agrees(0.1 + 0.2, 0.3, { ...NONE, ulp: 1 })).toBe(true);
  });

  test('and not where one is special, however large the tolerance is', () => {
    const large = { abs: Infinity, rel: 1, ulp: 1e9 };
    expect(agrees(NaN, 1, large)).toBe(false);
    expect(agrees(Infinity, 1, large)).toBe(false);
    expect(agrees(Infinity, -Infinity, large)).toBe(false);
    expect(agrees(Infinity, Infinity, NONE)).toBe(true);
  });

  test('doubles are counted across zero, which is one', () => {
    expect(ulpsBetween(1, 1 + Number.EPSILON)).toBe(1n);
    expect(ulpsBetween(-Number.MIN_VALUE, Number.MIN_VALUE)).toBe(2n);
    expect(ulpsBetween(-0, 0)).toBe(0n);
  });
});

describe('a result against its reference', () => {
  test('lights a lamp', () => {
    expect(lamp('1.5', '1.50')).toBe('same');
    expect(lamp('1.5', '1.6', { ...NONE, abs: 0.2 })).toBe('within');
    expect(lamp('1.5', '1.6')).toBe('beyond');
    expect(lamp('"NaN"', '"NaN"')).toBe('same');
    expect(lamp('"NaN"', '1')).toBe('beyond');
  });

  test('in another unit says nothing, and absent is absent', () => {
    expect(compareResults(result('1', 'eV'), result('1', 'Ha'), NONE)).toEqual({ lamp: 'units' });
    expect(compareResults(undefined, result('1'), NONE)).toEqual({ lamp: 'absent' });
  });

  test('has the sign and size of the difference', () => {
    const { difference, relative, factor } = compareResults(result('-1.5'), result('-1.25'), NONE);
    expect([difference, relative, factor]).toEqual([-0.25, -0.2, 1.2]);
    expect(compareResults(result('1'), result('0'), NONE).relative).toBeUndefined();
    expect(compareResults(result('1'), result('-0.004'), NONE).factor).toBe(-250);
  });

  test('of 64-bit integers is exact', () => {
    expect(subtractStored(parseJson('9007199254740993'), parseJson('9007199254740992'))).toBe(1);
    expect(lamp('9007199254740993', '9007199254740992')).toBe('beyond');
    expect(lamp('9007199254740993', '9007199254740992', { ...NONE, abs: 1 })).toBe('within');
  });
});

test('a tolerance is a number of zero or more', () => {
  expect(['', '1e-6', ' .5 ', '3.', '0'].map(readTolerance)).toEqual([0, 1e-6, 0.5, 3, 0]);
  expect(['-1', 'x', '1e999', 'NaN', '0x10'].map(readTolerance)).toEqual(Array(5).fill(undefined));
});
