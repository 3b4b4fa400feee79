import { expect, test } from 'vitest';

import { parseJson } from '@/api/json';

import { rowsOf } from './PlotTable';
import { readSample } from './samples';
import { labelWidth, stepMarks, stepName, stepText } from './steps';

const LAST = '9223372036854775807';
const BEFORE = '9223372036854775806';

test('steps beyond 2^53 keep their digits, and a row each', () => {
  const points = [LAST, BEFORE, '7'].map((step) => `{"step":${step},"value":1.5}`).join(',');
  const sample = readSample(parseJson(`{"points":[${points}],"count":3}`));
  const rows = rowsOf([{ sample }], [0, 2 ** 63]);
  expect(rows.map(stepName)).toEqual(['7', BEFORE, LAST]);
  expect(rows.map(stepText)).toEqual(['7', '9,223,372,036,854,775,806', '9,223,372,036,854,775,807']);
});

test.each([
  [[0, 1000], 900],
  [[0, 1000], 40],
  [[0, 2 ** 63], 900],
  [[0, 2 ** 63], 250],
  [[2 ** 53 - 2, 2 ** 53 + 8], 900],
  [[2 ** 62, 2 ** 62 + 2 ** 11], 300],
] as const)('no two labels of steps meet: %j on %i pixels', (range, width) => {
  const marks = stepMarks(range, width, 40);
  const [from, to] = range;
  const places = marks.map((at) => ((at - from) / (to - from)) * width);
  const label = labelWidth(range);
  expect(marks.length).toBeGreaterThan(0);
  for (const [index, place] of places.entries()) {
    expect(place + 40 - label / 2).toBeGreaterThanOrEqual(0);
    if (index > 0) expect(place - (places[index - 1] ?? 0)).toBeGreaterThanOrEqual(label);
  }
});
