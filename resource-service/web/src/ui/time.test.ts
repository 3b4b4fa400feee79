// How far away a point in time is said to be.
import { expect, test } from 'vitest';

import { relative } from './time';

const SECOND = 1000;
const HOUR = 3600 * SECOND;
const DAY = 24 * HOUR;
const away = (milliseconds: number) => relative(1e12 + milliseconds, 1e12);

test('the past is counted in whole units', () => {
  expect([0, 59 * SECOND, 60 * SECOND, 59.9 * 60 * SECOND].map((one) => away(-one))).toEqual([
    'just now',
    'just now',
    '1 min ago',
    '59 min ago',
  ]);
  expect([HOUR, 23.9 * HOUR, DAY, 2.9 * DAY].map((one) => away(-one))).toEqual([
    '1 h ago',
    '23 h ago',
    '1 day ago',
    '2 days ago',
  ]);
  expect([30 * DAY, 31 * DAY, 364 * DAY, 366 * DAY, 3000 * DAY].map((one) => away(-one))).toEqual([
    '30 days ago',
    '1 month ago',
    '11 months ago',
    '1 year ago',
    '8 years ago',
  ]);
});

test('the future is rounded: a session of 12 h ends in 12 h a moment after it began', () => {
  expect([12 * HOUR - SECOND, 24 * HOUR - SECOND, 90 * DAY - SECOND].map(away)).toEqual([
    'in 12 h',
    'in 1 day',
    'in 3 months',
  ]);
  expect([20 * SECOND, 40 * SECOND, 61 * SECOND, 3599 * SECOND].map(away)).toEqual([
    'just now',
    'in less than a minute',
    'in 1 min',
    'in 1 h',
  ]);
});
