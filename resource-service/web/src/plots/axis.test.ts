import { describe, expect, test } from 'vitest';

import { align } from './align';
import { axisOf, niceStep } from './axis';
import { gapsAfter } from './gaps';
import { smooth } from './smoothing';
import { movedWindow, scaled, shifted } from './window';

const labels = (range: [number, number], isLog = false) => axisOf(range, isLog).marks.map(({ label }) => label);

describe('a linear axis', () => {
  test('marks round numbers', () => {
    expect(labels([0, 10])).toEqual(['0', '2', '4', '6', '8', '10']);
    expect(labels([-1.2, 1.3])).toEqual(['−1.0', '−0.5', '0.0', '0.5', '1.0']);
    expect(niceStep(0.3)).toBe(0.5);
  });

  test('shows the distance from a common offset where values differ in their last digits only', () => {
    const axis = axisOf([1 - 1e-12, 1 + 1e-12], false);
    expect(axis.offset).toBe('1');
    expect(axis.marks.map(({ label }) => label)).toEqual(['−1.0e−12', '−0.5e−12', '0', '0.5e−12', '1.0e−12']);
  });

  test('draws with ordinary numbers whatever the range is', () => {
    for (const range of [
      [1e-300, 3e-300],
      [-1e308, 1e308],
      [5e-324, 1e-320],
      [1e20, 3e20],
      [0, 1e-11],
    ] as [number, number][]) {
      const axis = axisOf(range, false);
      const [low, high] = axis.range;
      expect(high - low).toBeGreaterThan(1e-9);
      expect(high - low).toBeLessThan(1e13);
      expect(axis.marks.length).toBeGreaterThan(1);
      expect(axis.place(range[0])).toBeGreaterThanOrEqual(low);
      expect(axis.place(range[1])).toBeLessThanOrEqual(high);
    }
  });

  test('gives a constant room on both sides', () => {
    for (const value of [0, 2, -3e-9]) {
      const axis = axisOf([value, value], false);
      expect(axis.range[0]).toBeLessThan(axis.place(value) ?? NaN);
      expect(axis.range[1]).toBeGreaterThan(axis.place(value) ?? NaN);
    }
  });

  test('without values has no marks', () => {
    expect(axisOf(undefined, false).marks).toEqual([]);
  });
});

describe('a logarithmic axis', () => {
  test('has no place for zero and below', () => {
    const { place } = axisOf([1e-3, 10], true);
    expect([place(0), place(-1), place(Infinity), place(100)]).toEqual([null, null, null, 2]);
  });

  test('marks powers of ten, or round numbers within a decade', () => {
    expect(labels([1e-4, 1], true)).toEqual(['1e−4', '1e−3', '1e−2', '1e−1', '1e0']);
    expect(labels([2, 9], true)).toContain('4');
  });
});

test('a line breaks at a gap of steps, and not where their distance grows slowly', () => {
  expect([...gapsAfter([0, 1, 2, 3, 50, 51, 52])]).toEqual([3]);
  expect(gapsAfter([1, 2, 4, 8, 16, 32, 64, 128]).size).toBe(0);
  expect(gapsAfter([0, 1000]).size).toBe(0);
});

test('series of other steps share one list; a special breaks its line only', () => {
  const point = (step: number, value: number) => ({ step, value, min: value, max: value });
  const { steps, rows } = align(
    [
      [point(0, 1), point(2, NaN)],
      [point(1, 5), point(2, 6)],
    ],
    (value) => value,
  );
  expect(steps).toEqual([0, 1, 2]);
  expect(rows[0]).toEqual([1, undefined, null]);
  expect(rows[3]).toEqual([undefined, 5, 6]);
});

test('smoothing depends on the distance of steps, and passes over what is not finite', () => {
  const points = [
    [0, 0],
    [10, 10],
    [20, NaN],
    [30, 10],
  ].map(([step = 0, value = 0]) => ({ step, value, min: value, max: value }));
  const smoothed = smooth(points, 10).map(({ value }) => value);
  expect(smoothed[1]).toBeCloseTo(10 * (1 - Math.exp(-1)));
  expect(smoothed[2]).toBeNaN();
  expect(smoothed[3]).toBeCloseTo(10 * (1 - Math.exp(-3)));
});

describe('the window', () => {
  test('stays open at the ends of the series', () => {
    expect(movedWindow([-5, 50], [0, 100])).toEqual({ from: undefined, to: 50 });
    expect(movedWindow([20, 100], [0, 100])).toEqual({ from: 20, to: undefined });
  });

  test('is never empty', () => {
    expect(movedWindow([50.2, 50.3], [0, 100])).toEqual({ from: 49, to: 51 });
  });

  test('is scaled about a step and moved within the bounds', () => {
    expect(scaled([0, 100], 0.5, 20)).toEqual([10, 60]);
    expect(shifted([10, 30], -1, [0, 100])).toEqual([0, 20]);
    expect(shifted([80, 100], 0.5, [0, 100])).toEqual([80, 100]);
  });
});
