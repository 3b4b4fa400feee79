import { describe, expect, test } from 'vitest';

import { parseJson } from '@/api/json';

import { curveOf } from './curves';
import { pointAt } from './Readout';
import { allSpecials, NO_SPECIALS } from './specials';
import { append, mergeSamples, nearest, readSample, reduce, stepsOf, valuesOf, type Sample } from './samples';

const sample = (...pairs: [number, number][]): Sample => ({
  points: pairs.map(([step, value]) => ({ step, value, min: value, max: value })),
  count: pairs.length,
  specials: NO_SPECIALS,
});
const steps = ({ points }: Sample) => points.map(({ step }) => step);

test('an answer is read with special numbers, and an infinity is no border of the band', () => {
  const read = readSample(
    parseJson(`{"unit":"eV","count":9,"specials":{"nan":3,"infinity":0,"negative_infinity":1,"complete":true,
      "points":[{"step":0,"value":"NaN"}]},"points":[{"step":1,"value":1.0,"min":-1,"max":"Infinity"},
      {"step":2,"value":"NaN"},{"step":3,"value":"-Infinity","min":"-Infinity","max":4}]}`),
  );
  expect(read).toEqual({
    unit: 'eV',
    count: 9,
    specials: { counts: { nan: 3, positive: 0, negative: 1 }, listed: [{ step: 0, kind: 'nan' }], isComplete: true },
    points: [
      { step: 1, value: 1, min: -1, max: 1 },
      { step: 2, value: NaN, min: NaN, max: NaN },
      { step: 3, value: -Infinity, min: NaN, max: 4 },
    ],
  });
});

test('at the step of a special value is that value, elsewhere the nearest point', () => {
  const specials = allSpecials([{ step: 7, value: -Infinity }]);
  const curve = { sample: { ...sample([0, 1], [8, 2]), specials } };
  expect([7, 6.9, 8, 1].map((step) => pointAt(curve, step)?.value)).toEqual([-Infinity, 2, 2, 1]);
});

test('what is no answer gives no points', () => {
  for (const text of ['null', '[]', '{"points":7}', '{"points":[1,{"step":"x","value":1},{"step":1}]}']) {
    expect(readSample(parseJson(text)).points).toEqual([]);
  }
});

describe('joining samples', () => {
  test('a finer sample replaces its window, the rest stays', () => {
    const whole = { ...sample([0, 0], [10, 1], [20, 2], [30, 3]), count: 31 };
    const merged = mergeSamples(whole, sample([9, 9], [11, 4], [15, 5], [19, 6], [21, 7]), [10, 20]);
    expect(steps(merged)).toEqual([0, 11, 15, 19, 30]);
    expect(merged.count).toBe(31);
  });

  test('a tail is appended once', () => {
    const whole = sample([0, 0], [1, 1]);
    expect(append(whole, sample([0, 0], [1, 1]))).toBe(whole);
    expect(steps(append(whole, sample([1, 1], [2, 2])))).toEqual([0, 1, 2]);
  });
});

describe('a curve', () => {
  const name = { calculation: 'c', metric: 'm', label: 'm' };
  const whole = { ...sample([0, 0], [50, 1], [100, 2]), count: 101 };
  const tail = sample([101, 3], [102, 4]);

  test('grows at its end only if the window is open there', () => {
    expect(steps(curveOf(name, { whole, detail: undefined, tail }, {}).sample)).toContain(102);
    const closed = curveOf(name, { whole, detail: undefined, tail }, { from: 0, to: 100 });
    expect(steps(closed.sample)).not.toContain(102);
    expect(closed.newer).toBe(2);
  });

  test('says how many points of the window are shown, and of how many', () => {
    const detail = { ...sample([10, 1], [15, 2], [20, 3]), count: 11 };
    const zoomed = curveOf(name, { whole, detail, tail: undefined }, { from: 10, to: 20 });
    expect(zoomed.shown).toEqual({ points: 3, of: 11 });
    expect(curveOf(name, { whole, detail: undefined, tail: undefined }, {}).shown).toEqual({ points: 3, of: 101 });
  });

  test('keeps the finer sample of the window before until the next one comes, where it covers the new window', () => {
    const detail = { ...sample([10, 1], [15, 2], [20, 3]), count: 11 };
    const moved = curveOf(name, { whole, detail, tail: undefined }, { from: 15, to: 60 });
    expect(steps(moved.sample)).toEqual([0, 15, 20, 50, 100]);
  });
});

test('the range of values leaves out what is not finite, and on request what is not above zero', () => {
  const some = [sample([0, NaN], [1, -2], [2, Infinity], [3, 8], [9, 100])];
  expect(valuesOf(some, [0, 5])).toEqual([-2, 8]);
  expect(valuesOf(some, [0, 5], true)).toEqual([8, 8]);
  expect(valuesOf(some, [4, 5])).toBeUndefined();
  expect(stepsOf(some)).toEqual([0, 9]);
  expect(stepsOf([sample()])).toBeUndefined();
});

test('the nearest point is found, of two as near the earlier one', () => {
  const { points } = sample([0, 0], [10, 0], [20, 0]);
  expect([-5, 4, 5, 6, 19, 99].map((step) => nearest(points, step))).toEqual([0, 0, 0, 1, 2, 2]);
});

test('reducing keeps the extremes of each part, and counts and lists all specials', () => {
  const values = [1, -9, 2, NaN, NaN, NaN, 5, Infinity, 3];
  const reduced = reduce([...values.keys()], values, 3);
  expect(reduced).toEqual({
    count: 9,
    specials: {
      counts: { nan: 3, positive: 1, negative: 0 },
      listed: [
        { step: 3, kind: 'nan' },
        { step: 4, kind: 'nan' },
        { step: 5, kind: 'nan' },
        { step: 7, kind: 'positive' },
      ],
      isComplete: true,
    },
    points: [
      { step: 1, value: -9, min: -9, max: 2 },
      { step: 3, value: NaN, min: NaN, max: NaN },
      { step: 6, value: 5, min: 3, max: 5 },
    ],
  });
});
