// The order of rows where the reader chose none, and an order in words.
import { titleOf } from './fields';
import type { SortKey } from './state';
import type { Definition } from './useFields';

const NEWEST: readonly SortKey[] = [{ path: '_created_at', descending: true }];

/** Newest first, where an index has that order; else the service's own order, which is that of the ids. */
export function usualOrder({ indexes = [] }: Pick<Definition, 'indexes'>): readonly SortKey[] {
  return indexes.some(({ keys }) => Object.keys(keys)[0] === '_created_at') ? NEWEST : [];
}

/** An order that no head of a column shows, in words. */
export function orderText(order: readonly SortKey[], shown: readonly string[]): string | undefined {
  const [first] = order;
  if (!first || shown.includes(first.path)) return undefined;
  if (first.path === '_created_at') return first.descending ? 'newest first' : 'oldest first';
  return `by ${titleOf(first.path)}, ${first.descending ? 'descending' : 'ascending'}`;
}
