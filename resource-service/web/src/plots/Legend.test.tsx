import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';

import { curveOf } from './curves';
import { Legend } from './Legend';
import type { Specials } from './specials';

afterEach(cleanup);

const points = [0, 500, 1000].map((step) => ({ step, value: 1, min: 0, max: 2 }));

function show(specials: Specials) {
  const jump = vi.fn();
  const curve = curveOf(
    { calculation: 'c', metric: 'm', label: 'm' },
    { whole: { points, count: 1001, specials }, detail: undefined, tail: undefined },
    {},
  );
  const own = specials.listed;
  render(
    <Legend
      {...{ curves: [curve], specials: [own], colours: ['red'], isLog: false, window: [0, 1000], tau: undefined, jump }}
      cursor={2}
    />,
  );
  return jump;
}

test('special values that no shown point has are counted and jumped to', () => {
  const jump = show({
    counts: { nan: 2, positive: 0, negative: 1 },
    listed: [
      { step: 1, kind: 'nan' },
      { step: 3, kind: 'negative' },
      { step: 7, kind: 'nan' },
    ],
    isComplete: true,
  });
  fireEvent.click(screen.getByRole('button', { name: 'NaN: 2' }));
  fireEvent.click(screen.getByRole('button', { name: '−∞: 1' }));
  expect(jump.mock.calls).toEqual([[7], [3]]);
  expect(screen.queryByText(/are marked/)).toBeNull();
});

test('of very many the count is exact, and how many are marked is said', () => {
  show({ counts: { nan: 123_456, positive: 0, negative: 0 }, listed: [{ step: 1, kind: 'nan' }], isComplete: false });
  screen.getByRole('button', { name: 'NaN: 123,456' });
  screen.getByText('1 of them are marked: zoom in to mark others');
});
