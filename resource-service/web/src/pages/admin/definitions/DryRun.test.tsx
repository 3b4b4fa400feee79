import { cleanup, render, screen } from '@testing-library/react';
import { MemoryRouter } from 'react-router';
import { afterEach, expect, test } from 'vitest';

import { ProblemError } from '@/api/problem';

import { DryRun } from './DryRun';
import type { DefinitionReport } from './useDryRun';

afterEach(cleanup);

const report = {
  changes: [{ pointer: '' }],
  compatible: true,
  examined: 0,
  violations: [],
  violations_total: 0,
  indexes: { build: [], drop: [], conflicts: [] },
} as unknown as DefinitionReport;

const show = (error: unknown, shown: DefinitionReport | undefined, isNew: boolean) =>
  render(
    <MemoryRouter>
      <DryRun name="notes" report={shown} error={error} isPending={false} isChanged isNew={isNew} />
    </MemoryRouter>,
  );

test('a single fault is said once, with its place', () => {
  const message = 'unknown field `nope`';
  const fault = { pointer: '/nope', code: 'field', message };
  show(new ProblemError(422, 'validation_error', message, undefined, [fault]), undefined, true);
  expect(screen.getByRole('alert').textContent).toBe('/nope unknown field `nope`');
});

test('several faults are counted and listed', () => {
  const faults = ['/a', '/b'].map((pointer) => ({ pointer, code: 'field', message: `${pointer} is wrong` }));
  show(new ProblemError(422, 'validation_error', '2 values are not valid', undefined, faults), undefined, true);
  expect(screen.getByRole('alert').textContent).toContain('2 values are not valid');
  expect(screen.getAllByRole('listitem')).toHaveLength(2);
});

test('a new collection is called so, and another definition has differences', () => {
  show(null, report, true);
  screen.getByText('A new collection');
  expect(screen.queryByText('1 difference')).toBeNull();
  cleanup();
  show(null, report, false);
  screen.getByText('1 difference');
});
