import { describe, expect, test } from 'vitest';

import { parseJson, type Json } from '@/api/json';

import { columnFormat, signed, single } from './format';

const written = (text: string, digits: 'auto' | 'stored' | number = 'auto') => {
  const values = parseJson(text) as Json[];
  return values.map(columnFormat(values, digits));
};

describe('a column', () => {
  test('shows as many digits as tell its values apart', () => {
    expect(written('[1.0001, 1.0002, 3]')).toEqual(['1.0001', '1.0002', '3.0000']);
    expect(written('[1.1, 2.2, 3.3]')).toEqual(['1.10', '2.20', '3.30']);
    expect(written('[0.1, 0.10000000000000002]')).toEqual(['0.10000000000000001', '0.10000000000000002']);
  });

  test('keeps integers of 64 bits exact', () => {
    expect(written('[9007199254740993, -3]')).toEqual(['9007199254740993', '−3']);
  });

  test('uses exponents of one width where magnitudes differ widely', () => {
    expect(written('[1.5e-12, 2.25e9, 0]')).toEqual([
      '1.50e−12',
      '2.25e9\u2007\u2007',
      '0\u2008\u2007\u2007\u2007\u2007\u2007\u2007',
    ]);
  });

  test('names what is no finite number, and does not count it', () => {
    expect(written('["NaN", "-Infinity", "Infinity", 1.5]')).toEqual(['NaN', '−∞', '∞', '1.50']);
  });

  test('as stored, keeps each text and puts the points below one another', () => {
    expect(written('[1.50, 10, 0.125]', 'stored')).toEqual(['1.50\u2007', '10\u2008\u2007\u2007\u2007', '0.125']);
  });

  test('with a fixed number of digits, rounds to that', () => {
    expect(written('[1.23456, 22.3]', 4)).toEqual(['1.23', '22.30']);
  });

  test('leaves other values as they are', () => {
    expect(written('["a", true, null, {"b":1}, 2.5]')).toEqual(['a', 'true', 'null', '{"b":1}', '2.50']);
  });
});

test('a difference shows its sign', () => {
  expect([signed(0.5), signed(-0.000123461), signed(0), signed(NaN)]).toEqual(['+0.5', '−0.0001235', '0', 'NaN']);
});

test('a single number is shown as stored unless fewer digits are asked for', () => {
  expect(single(parseJson('1.0'))).toBe('1.0');
  expect(single(0.123456789, 3)).toBe('0.123');
  expect(single('node-17')).toBe('node-17');
});
