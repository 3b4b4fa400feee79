import { describe, expect, test } from 'vitest';

import { countOf, joinSpecials, nextSpecial, specialsOf, ticksOf, type Special } from './specials';

const POINTS = [NaN, 1, Infinity, NaN, -Infinity].map((value, step) => ({ step, value }));
const SPECIALS: Special[] = [
  { step: 0, kind: 'nan' },
  { step: 2, kind: 'positive' },
  { step: 3, kind: 'nan' },
  { step: 4, kind: 'negative' },
];

describe('special values', () => {
  test('are found and counted by kind', () => {
    expect(specialsOf(POINTS)).toEqual(SPECIALS);
    expect((['nan', 'positive', 'negative'] as const).map((kind) => countOf(SPECIALS, kind))).toEqual([2, 1, 1]);
  });

  test('of two lists are one list in order, each once', () => {
    expect(joinSpecials(SPECIALS.slice(2), SPECIALS)).toEqual(SPECIALS);
  });

  test('are jumped to one after the other, from the last to the first', () => {
    expect(nextSpecial(SPECIALS, undefined)?.step).toBe(0);
    expect(nextSpecial(SPECIALS, 0)?.step).toBe(2);
    expect(nextSpecial(SPECIALS, 0, 'nan')?.step).toBe(3);
    expect(nextSpecial(SPECIALS, 4)?.step).toBe(0);
    expect(nextSpecial([], 4)).toBeUndefined();
  });
});

describe('ticks on the frame', () => {
  test('lie where the step is, one for a kind and pixel', () => {
    const many = Array.from({ length: 1000 }, (_, step): Special => ({ step, kind: 'nan' }));
    const ticks = ticksOf(many, [0, 1000], 10);
    expect(ticks).toHaveLength(11);
    expect(ticks.reduce((sum, { count }) => sum + count, 0)).toBe(1000);
  });

  test('are left out beyond the window', () => {
    expect(ticksOf(SPECIALS, [2, 3], 100)).toEqual([
      { at: 0, kind: 'positive', count: 1 },
      { at: 100, kind: 'nan', count: 1 },
    ]);
  });

  test('of an empty window lie in its middle', () => {
    expect(ticksOf(SPECIALS, [3, 3], 100)).toEqual([{ at: 50, kind: 'nan', count: 1 }]);
  });
});
