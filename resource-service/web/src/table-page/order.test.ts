import { expect, test } from 'vitest';

import { orderText, usualOrder } from './order';

test('the newest rows come first where an index has that order', () => {
  const order = usualOrder({ indexes: [{ keys: { name: 1 } }, { keys: { _created_at: -1 } }] });
  expect(order).toEqual([{ path: '_created_at', descending: true }]);
  expect(usualOrder({ indexes: [{ keys: { status: 1, _created_at: -1 } }] })).toEqual([]);
  expect(usualOrder({})).toEqual([]);
});

test('an order that no column shows is said in words', () => {
  const order = [{ path: '_created_at', descending: true }];
  expect(orderText(order, ['name'])).toBe('newest first');
  expect(orderText(order, ['name', '_created_at'])).toBeUndefined();
  expect(orderText([{ path: 'results.energy.value', descending: false }], ['name'])).toBe('by energy, ascending');
  expect(orderText([], ['name'])).toBeUndefined();
});
