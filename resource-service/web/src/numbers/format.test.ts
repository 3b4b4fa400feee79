import { describe, expect, test } from 'vitest';

import { parseJson, type Json } from '@/api/json';

import { columnFormat, signed, single } from './format';

const written = (text: string, count: 'auto' | 'stored' | number = 'auto') => {
  const values = parseJson(text) as Json[];
  return values.map(columnFormat(values, count));
};

/** Blanks as wide as so many digits, and those with the point before them. */
const digits = (count: number) => '\u2007'.repeat(count);
const blank = (count: number) => `\u2008${digits(count)}`;

describe('a column', () => {
  test('shows as many digits as tell its values apart', () => {
    expect(written('[1.0001, 1.0002, 3]')).toEqual(['1.0001', '1.0002', `3${blank(4)}`]);
    expect(written('[1.1, 2.2, 3.3]')).toEqual(['1.1', '2.2', '3.3']);
    expect(written('[0.1, 0.10000000000000002]')).toEqual([`0.1${digits(16)}`, '0.10000000000000002']);
  });

  test('keeps integers of 64 bits exact', () => {
    expect(written('[9007199254740993, -3]')).toEqual(['9007199254740993', '−3']);
  });

  test('tells integers apart that are one JavaScript number, also beside others', () => {
    expect(written('[9007199254740993, 9007199254740992, 1.5]')).toEqual([
      '9007199254740993\u2008\u2007',
      '9007199254740992\u2008\u2007',
      '1.5',
    ]);
  });

  test('shows no digit that was not stored', () => {
    expect(written('[0.3, 0.30000000000000004]')).toEqual([`0.3${digits(16)}`, '0.30000000000000004']);
    expect(written('[1.3e-9, 1.3000000000000002e-9, 2e9]')).toEqual([
      `1.3e−9${digits(15)}`,
      '1.3000000000000003e−9',
      `2e9${blank(16)}\u2007`,
    ]);
    expect(written('[0.004, 0.03]')).toEqual(['0.004', '0.03\u2007']);
    expect(written('[0.004, 0.03]', 6)).toEqual(['0.004', '0.03\u2007']);
  });

  test('keeps the zeros that were stored, as far as there is room', () => {
    expect(written('[1.0, 1.0, 1.9065]')).toEqual(['1.0\u2007\u2007\u2007', '1.0\u2007\u2007\u2007', '1.9065']);
    expect(written('[1.5000000, 2.25]')).toEqual(['1.50', '2.25']);
  });

  test('tells small numbers apart beside large ones', () => {
    expect(written('[3, 0.010000000000000002, 0.010000000000000004]')).toEqual([
      `3${blank(18)}`,
      '0.010000000000000002',
      '0.010000000000000004',
    ]);
  });

  test('rounds nothing that has few digits, and leaves five of the others', () => {
    expect(written('[6049.5]')).toEqual(['6049.5']);
    expect(written('[123456, 0.5]')).toEqual([`123456${blank(1)}`, '0.5']);
    expect(written('[0.123456789]')).toEqual(['0.12346']);
    expect(written('[1.2345e-8]')).toEqual(['1.2345e−8']);
  });

  test('keeps the sign of zero', () => {
    expect(written('[-0.0, 0.0, 1.5]')).toEqual(['−0.0', '0.0', '1.5']);
    expect(written('[-0.0, 1.5e-12]')[0]).toMatch(/^−0/);
  });

  test('uses exponents of one width where magnitudes differ widely', () => {
    expect(written('[1.5e-12, 2.25e9, 0]')).toEqual(['1.5e−12', '2.25e9\u2007', `0${blank(5)}`]);
  });

  test('names what is no finite number, and does not count it', () => {
    expect(written('["NaN", "-Infinity", "Infinity", 1.5]')).toEqual(['NaN', '−∞', '∞', '1.5']);
  });

  test('as stored, names nothing otherwise', () => {
    expect(written('["-Infinity", 1.5]', 'stored')).toEqual(['-Infinity', '1.5']);
  });

  test('as stored, keeps each text and puts the points below one another', () => {
    expect(written('[1.50, 10, 0.125]', 'stored')).toEqual(['1.50\u2007', '10\u2008\u2007\u2007\u2007', '0.125']);
  });

  test('with a fixed number of digits, rounds to that', () => {
    expect(written('[1.23456, 22.3]', 4)).toEqual(['1.23', '22.3\u2007']);
  });

  test('leaves other values as they are', () => {
    expect(written('["a", true, null, {"b":1}, 2.5]')).toEqual(['a', 'true', 'null', '{"b":1}', '2.5']);
  });
});

test('a difference shows its sign', () => {
  expect([signed(0.5), signed(-0.000123461), signed(0), signed(NaN)]).toEqual(['+0.5', '−0.0001235', '0', 'NaN']);
});

test('a difference that is a whole number is not rounded', () => {
  expect([signed(241 - 15284), signed(12345678), signed(-9007199254740991)]).toEqual([
    '−15043',
    '+12345678',
    '−9007199254740991',
  ]);
});

test('a single number is shown as stored unless fewer digits are asked for', () => {
  expect(single(parseJson('1.0'))).toBe('1.0');
  expect(single(0.123456789, 3)).toBe('0.123');
  expect(single('node-17')).toBe('node-17');
});

test('where digits were rounded away stands an exponent, not zeros', () => {
  expect([signed(-9007199254740992), signed(12345.6), signed(10000.5), signed(1e300)]).toEqual([
    '−9.007e15',
    '+1.235e4',
    '+1e4',
    '+1e300',
  ]);
  expect(single(123456789, 5)).toBe('1.2346e8');
});

test('exponents are written alike everywhere', () => {
  expect([single(1.7e308, 5), single(1.7e308), single(parseJson('1e308')), signed(-1.7e308)]).toEqual([
    '1.7e308',
    '1.7e308',
    '1e308',
    '−1.7e308',
  ]);
});
