// Which new revisions a reader is notified of.
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { MemoryRouter } from 'react-router';
import { afterEach, expect, test } from 'vitest';

import { Changed } from './Changed';

afterEach(cleanup);

const notice = (revision: number, own: readonly number[]) => (
  <MemoryRouter>
    <Changed revision={revision} own={own} />
  </MemoryRouter>
);

test('a change by somebody else is reported until the notice is closed', () => {
  const { rerender } = render(notice(1, []));
  expect(screen.queryByRole('alert')).toBeNull();
  rerender(notice(2, []));
  expect(screen.getByRole('alert').textContent).toContain('revision 1 became revision 2');
  fireEvent.click(screen.getByText('Close'));
  expect(screen.queryByRole('alert')).toBeNull();
});

test('a revision that was saved on this page is not reported', () => {
  const { rerender } = render(notice(1, []));
  rerender(notice(2, [2]));
  expect(screen.queryByRole('alert')).toBeNull();
  rerender(notice(3, [2]));
  expect(screen.getByRole('alert').textContent).toContain('revision 2 became revision 3');
});

test('a change by somebody else below an own one is reported', () => {
  const { rerender } = render(notice(1, []));
  rerender(notice(3, [3]));
  expect(screen.getByRole('alert').textContent).toContain('revision 1 became revision 3');
});
