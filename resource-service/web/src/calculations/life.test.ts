import { expect, test } from 'vitest';

import { lifeOf } from './life';

const NOW = Date.parse('2026-01-01T12:00:00Z');
const ago = (minutes: number) => new Date(NOW - minutes * 60_000).toISOString();

test('a running calculation is silent after a quarter of an hour without a sign of life', () => {
  expect(lifeOf({ status: 'running', heartbeat_at: ago(14), _updated_at: ago(99) }, NOW).silentFor).toBeUndefined();
  expect(lifeOf({ status: 'running', heartbeat_at: ago(180), _updated_at: ago(1) }, NOW).silentFor).toBe(180 * 60_000);
});

test('without a heartbeat the last change counts', () => {
  expect(lifeOf({ status: 'running', _updated_at: ago(20) }, NOW)).toEqual({ at: ago(20), silentFor: 20 * 60_000 });
});

test('one that does not run is never silent, and a broken time says nothing', () => {
  expect(lifeOf({ status: 'finished', _updated_at: ago(999) }, NOW).silentFor).toBeUndefined();
  expect(lifeOf({ status: 'running', heartbeat_at: 'x' }, NOW).silentFor).toBeUndefined();
});
