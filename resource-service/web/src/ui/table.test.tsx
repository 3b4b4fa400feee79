// How the keyboard gets into a table and moves in it.
import { act, cleanup, fireEvent, render } from '@testing-library/react';
import { createRef } from 'react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { DataTable, type TableHandle } from './table';

beforeEach(() => {
  window.matchMedia ??= () =>
    ({ matches: false, addEventListener() {}, removeEventListener() {} }) as unknown as MediaQueryList;
  // Without a layout nothing has a size, and a table would show no row.
  for (const side of ['clientWidth', 'clientHeight'] as const) {
    vi.spyOn(Element.prototype, side, 'get').mockReturnValue(600);
  }
  vi.stubGlobal('requestAnimationFrame', (run: () => void) => {
    run();
    return 0;
  });
  Element.prototype.scrollTo ??= () => undefined;
});
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

function show() {
  const handle = createRef<TableHandle>();
  const open = vi.fn();
  render(
    <DataTable
      label="Letters"
      handle={handle}
      rows={['a', 'b', 'c']}
      columns={[{ id: 'letter', title: 'Letter', width: 100, cell: (row) => row }]}
      keyOf={(row) => row}
      onOpen={open}
    />,
  );
  const step = (rows: number) => {
    act(() => handle.current?.step(rows));
    return document.activeElement?.textContent;
  };
  return { step, open };
}

test('a step from elsewhere goes to the first row, and further steps move on to the last one', () => {
  const { step } = show();
  expect([step(1), step(1), step(1), step(1)]).toEqual(['a', 'b', 'c', 'c']);
  expect([step(-1), step(-1), step(-1)]).toEqual(['b', 'a', 'a']);
});

test('a step comes back to the row that was left, and Enter opens it', () => {
  const { step, open } = show();
  step(1);
  step(1);
  act(() => (document.activeElement as HTMLElement).blur());
  expect(step(-1)).toBe('b');
  fireEvent.keyDown(document.activeElement as HTMLElement, { key: 'Enter' });
  expect(open).toHaveBeenCalledExactlyOnceWith('b');
});
