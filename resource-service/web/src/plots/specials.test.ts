import { describe, expect, test } from 'vitest';

import { parseJson } from '@/api/json';

import {
  addSpecials,
  allSpecials,
  detailSpecials,
  joinSpecials,
  nextSpecial,
  NO_SPECIALS,
  readSpecials,
  specialsOf,
  ticksOf,
  type Special,
} from './specials';

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
    const counts = { nan: 2, positive: 1, negative: 1 };
    expect(allSpecials(POINTS)).toEqual({ counts, listed: SPECIALS, isComplete: true });
  });

  test('of a sample are read as the service counted and listed them', () => {
    const text = `{"nan":2000,"infinity":1,"negative_infinity":0,"complete":false,
      "points":[{"step":7,"value":"Infinity"},{"step":9,"value":"NaN"}]}`;
    expect(readSpecials(parseJson(text))).toEqual({
      counts: { nan: 2000, positive: 1, negative: 0 },
      listed: [
        { step: 7, kind: 'positive' },
        { step: 9, kind: 'nan' },
      ],
      isComplete: false,
    });
    expect(readSpecials(undefined)).toBe(NO_SPECIALS);
  });

  test('of a tail are added, those of a part are listed and not counted again', () => {
    const whole = { counts: { nan: 5, positive: 1, negative: 0 }, listed: SPECIALS.slice(0, 2), isComplete: false };
    const tail = allSpecials([{ step: 10, value: NaN }]);
    const grown = addSpecials(whole, tail);
    expect(grown.counts).toEqual({ nan: 6, positive: 1, negative: 0 });
    expect([grown.listed.map(({ step }) => step), grown.isComplete]).toEqual([[0, 2, 10], false]);
    const zoomed = detailSpecials(
      whole,
      allSpecials([
        { step: 2, value: Infinity },
        { step: 6, value: NaN },
      ]),
    );
    expect(zoomed.counts).toBe(whole.counts);
    expect([zoomed.listed.map(({ step }) => step), zoomed.isComplete]).toEqual([[0, 2, 6], true]);
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
