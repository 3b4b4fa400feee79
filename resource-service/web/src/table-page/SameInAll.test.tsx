// What the line of common columns says.
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';

import { SameInAll } from './SameInAll';

afterEach(cleanup);

const ID = '01a22828-0000-7000-8000-000000000001';
const same = [
  { path: '_owner', value: ID },
  { path: 'method', value: 'PBE' },
];

test('an owner is named as in the table', () => {
  const row = { _id: 'a', _owner: ID, _owner_name: 'Demo scientist' };
  render(<SameInAll same={same} rows={[row, { ...row, _id: 'b' }]} isChosen />);
  expect(screen.getByRole('note').textContent).toBe('Same in all 2 chosen rows: owner Demo scientist · method PBE');
});

test('an owner without a name is an id', () => {
  render(<SameInAll same={same} rows={[{ _id: 'a' }, { _id: 'b' }]} isChosen />);
  expect(screen.getByRole('note').textContent).toContain(`owner ${ID}`);
});
