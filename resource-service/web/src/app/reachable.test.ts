// When a page that could not be loaded tries again.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { reloadedLately, whenReachable } from './reachable';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  sessionStorage.clear();
});

test('it waits until the server answers, and then runs once', async () => {
  const run = vi.fn();
  const answers = vi
    .fn()
    .mockRejectedValueOnce(new TypeError('away'))
    .mockResolvedValueOnce(false)
    .mockResolvedValue(true);
  whenReachable(run, answers);
  await vi.advanceTimersByTimeAsync(6500);
  expect(answers).toHaveBeenCalledTimes(2);
  expect(run).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(answers).toHaveBeenCalledTimes(3);
  expect(run).toHaveBeenCalledOnce();
});

test('it asks at once when the browser is online again', async () => {
  const run = vi.fn();
  whenReachable(run, () => Promise.resolve(true));
  window.dispatchEvent(new Event('online'));
  await vi.advanceTimersByTimeAsync(0);
  expect(run).toHaveBeenCalledOnce();
});

test('once stopped, it does nothing, even if an answer is on its way', async () => {
  const run = vi.fn();
  const stop = whenReachable(run, () => Promise.resolve(true));
  window.dispatchEvent(new Event('online'));
  stop();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(run).not.toHaveBeenCalled();
});

test('a tab knows for a minute that it loaded itself anew', () => {
  expect(reloadedLately(1e12)).toBe(false);
  sessionStorage.setItem('tessera.reloaded', String(1e12));
  expect([reloadedLately(1e12 + 59_000), reloadedLately(1e12 + 61_000)]).toEqual([true, false]);
});
