// Where the faults of a refused request are shown.
import { expect, test, vi } from 'vitest';

import { ProblemError } from '@/api/problem';

import { showFaults } from './form';

const shown = (...errors: ProblemError['errors']) => {
  const [field, rest] = [vi.fn(), vi.fn()];
  showFaults(new ProblemError(422, 'validation_error', 'not valid', undefined, errors), field, rest, ['email', 'name']);
  return { field: field.mock.calls, rest: rest.mock.calls };
};

test('beside a field a message does not name the field', () => {
  expect(shown({ pointer: '/email', code: 'format', message: 'email: must be an e-mail address' })).toEqual({
    field: [['email', 'must be an e-mail address']],
    rest: [],
  });
});

test('elsewhere a message names the field', () => {
  expect(shown({ pointer: '/age', code: 'format', message: 'age: must be a number' })).toEqual({
    field: [],
    rest: [['age: must be a number']],
  });
});

test('a message that begins with another word stays', () => {
  expect(shown({ pointer: '/name', code: 'format', message: 'email: is taken' }).field).toEqual([
    ['name', 'email: is taken'],
  ]);
});
