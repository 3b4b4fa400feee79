import { renderHook } from '@testing-library/react';
import { expect, test } from 'vitest';

import { useKept } from './useKept';

test('what was read last stays until something else is read, and not for another collection', () => {
  const { result, rerender } = renderHook(({ of, data }) => useKept(of, data), {
    initialProps: { of: 'calculations', data: undefined as string | undefined },
  });
  expect(result.current).toBeUndefined();
  rerender({ of: 'calculations', data: 'rows' });
  rerender({ of: 'calculations', data: undefined });
  expect(result.current).toBe('rows');
  rerender({ of: 'calculations', data: 'others' });
  expect(result.current).toBe('others');
  rerender({ of: 'notes', data: undefined });
  expect(result.current).toBeUndefined();
});
