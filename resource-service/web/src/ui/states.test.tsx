import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';

import { ProblemError } from '@/api/problem';

import { Failure } from './states';

afterEach(cleanup);

it('lists where a request is wrong, ten places at most', () => {
  const errors = Array.from({ length: 12 }, (_, index) => ({
    pointer: `/inputs/${index}`,
    code: 'type',
    message: `must be ${index}`,
  }));
  render(<Failure error={new ProblemError(422, 'validation_error', 'The document is not valid', 'req-1', errors)} />);
  const items = screen.getAllByRole('listitem').map((item) => item.textContent);
  expect(items).toHaveLength(11);
  expect(items[0]).toBe('/inputs/0: must be 0');
  expect(items[10]).toBe('and 2 more');
});

it('names the parameter, and says nothing twice', () => {
  const errors = [
    { parameter: 'filter', code: 'syntax', message: 'unexpected )' },
    { code: 'x', message: 'bad request' },
  ];
  render(<Failure error={new ProblemError(400, 'bad', 'bad request', undefined, errors)} />);
  expect(screen.getAllByRole('listitem').map((item) => item.textContent)).toEqual(['filter: unexpected )']);
});
