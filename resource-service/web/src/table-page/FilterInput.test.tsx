// The keys of the line in which a condition is typed.
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';

import { FilterInput } from './FilterInput';

afterEach(cleanup);

test('Escape closes the suggestions, cancels what is typed, and leaves the empty line', () => {
  const onCancel = vi.fn();
  const line = (text: string) => (
    <FilterInput
      text={text}
      fields={[{ path: 'status', types: ['string'], values: ['finished'] }]}
      valuesOf={() => []}
      fault={null}
      placeholder=""
      onText={vi.fn()}
      onSubmit={vi.fn()}
      onCancel={onCancel}
      onBack={vi.fn()}
    />
  );
  const { rerender } = render(line('stat'));
  const input = screen.getByRole('combobox');
  act(() => input.focus());
  const escape = () => fireEvent.keyDown(input, { key: 'Escape' });
  expect(screen.queryByRole('listbox')).not.toBeNull();
  escape();
  expect(screen.queryByRole('listbox')).toBeNull();
  expect(onCancel).not.toHaveBeenCalled();
  escape();
  expect(onCancel).toHaveBeenCalledTimes(1);
  expect(document.activeElement).toBe(input);
  rerender(line(''));
  escape();
  expect(document.activeElement).toBe(document.body);
});
