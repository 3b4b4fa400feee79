import { expect, test } from 'vitest';

import { parseJson } from '@/api/json';

import { alignedTexts, alignPoints } from './align';

/** With the spaces as what can be seen. */
const visible = (texts: string[]) => texts.map((text) => text.replaceAll('\u2007', '_').replaceAll('\u2008', ','));
const written = (...values: unknown[]) => visible(alignedTexts(values));

test('points are below one another, with the digits that each number has', () => {
  expect(written(-34.5123, 12.5, 15284)).toEqual(['−34.5123', '12.5___', '15284,____']);
});

test('numbers without a point get no room for one', () => {
  expect(written(3, 12)).toEqual(['3', '12']);
});

test('an exponent belongs to what follows the point', () => {
  expect(written(1.5e-9, 2e30, 0.25)).toEqual(['1.5e−9', '2e30__', '0.25__']);
});

test('a stored text is kept, and what is no number is not moved', () => {
  expect(written(parseJson('1.0'), parseJson('0.125'), 'NaN', undefined, 'n/a')).toEqual([
    '1.0__',
    '0.125',
    'NaN',
    '',
    'n/a',
  ]);
});

test('texts with a sign are aligned too', () => {
  expect(visible(alignPoints(['+0.25', '\u221241', '', '\u221e']))).toEqual(['+0.25', '\u221241,__', '', '\u221e']);
});
