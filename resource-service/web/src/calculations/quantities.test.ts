import { describe, expect, it } from 'vitest';

import { parseJson, type JsonObject } from '@/api/json';

import { judge, quantityOf } from './quantities';

describe('results against references', () => {
  const closer = { reference: 1, tolerance: 0.5, better: 'closer' } as const;

  it('takes the tolerance as absolute and its edge as within', () => {
    expect(judge(1.5, closer)).toEqual({ judgement: 'within', difference: 0.5 });
    expect(judge(0.4, closer).judgement).toBe('beyond');
  });

  it('judges nothing without a tolerance, unless one direction is better', () => {
    expect(judge(7, { reference: 1, better: 'closer' })).toEqual({ judgement: 'none', difference: 6 });
    expect(judge(7, { reference: 1, better: 'lower' }).judgement).toBe('beyond');
    expect(judge(7, { reference: 1, better: 'higher' }).judgement).toBe('within');
    expect(judge(1.2, { reference: 1, better: 'lower', tolerance: 0.25 }).judgement).toBe('within');
  });

  it('takes NaN as beyond, in every direction', () => {
    for (const better of ['closer', 'lower', 'higher'] as const) {
      expect(judge('NaN', { reference: 1, tolerance: 1, better }).judgement).toBe('beyond');
    }
    expect(judge('Infinity', { reference: Infinity, tolerance: 0, better: 'closer' }).judgement).toBe('within');
  });

  it('judges no text, and no result without a reference', () => {
    expect(judge('high', closer).judgement).toBe('none');
    expect(judge(1, undefined).judgement).toBe('none');
  });

  it('reads exact numbers, special ones, and no broken entry', () => {
    const document = parseJson(
      '{"quantities":{"a":{"reference":1.0,"tolerance":1e-3,"better":"best"},"b":{"reference":"NaN"},"c":{"reference":"x"},"d":3}}',
    ) as JsonObject;
    expect(quantityOf(document, 'a')).toEqual({ reference: 1, tolerance: 0.001, better: 'closer' });
    expect(quantityOf(document, 'b')?.reference).toBeNaN();
    expect(quantityOf(document, 'c')).toBeUndefined();
    expect(quantityOf(document, 'd')).toBeUndefined();
    expect(quantityOf(document, 'toString')).toBeUndefined();
    expect(quantityOf({}, 'a')).toBeUndefined();
  });
});
