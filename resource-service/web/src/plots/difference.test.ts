import { describe, expect, test } from 'vitest';

import { difference, differenceSample, subtract } from './difference';
import { PointsReader } from './reader';

describe('the difference of two series', () => {
  test('is taken at common steps only', () => {
    const a = { steps: [0, 1, 2, 4], values: [1, 2, 3, 9] };
    const b = { steps: [1, 2, 3, 4], values: [5, 1, 7, 9] };
    expect(difference(a, b)).toEqual({ steps: [1, 2, 4], values: [-3, 2, 0] });
  });

  test('of the same special value is zero, of different ones special', () => {
    expect(subtract(NaN, NaN)).toBe(0);
    expect(subtract(Infinity, Infinity)).toBe(0);
    expect(subtract(NaN, 1)).toBeNaN();
    expect(subtract(Infinity, 1)).toBe(Infinity);
  });

  test('keeps its extremes when it is reduced', () => {
    const steps = Array.from({ length: 10_000 }, (_, step) => step);
    const a = { steps, values: steps.map((step) => (step === 6543 ? 25 : 0)) };
    const sample = differenceSample(a, { steps, values: steps.map(() => 0) }, 100);
    expect(sample.count).toBe(10_000);
    expect(sample.points.length).toBeLessThanOrEqual(100);
    expect(sample.points.find(({ step }) => step === 6543)?.value).toBe(25);
  });
});

test('points are read from CSV however it is cut into pieces', () => {
  const csv = 'step,value,time\n-1,0.5,\n2,NaN,2026-01-01T00:00:00Z\n3,-Infinity,\n4,1e-300,';
  for (let cut = 1; cut < csv.length; cut += 1) {
    const reader = new PointsReader();
    reader.push(csv.slice(0, cut));
    reader.push(csv.slice(cut));
    reader.end();
    expect(reader.steps).toEqual([-1, 2, 3, 4]);
    expect(reader.values).toEqual([0.5, NaN, -Infinity, 1e-300]);
  }
});
