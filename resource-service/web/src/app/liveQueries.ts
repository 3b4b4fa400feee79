// Queries that are asked again when documents change: at most once in a while, however many change.
import { useQueryClient, type QueryKey } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';

import { useChanges } from './live';

/** Milliseconds from a change to the request, in which more changes may come. */
const SETTLE = 2000;

/** Asks the queries below these keys again after changes in the collections. */
export function useLiveQueries(collections: readonly string[], keys: readonly QueryKey[]): void {
  const client = useQueryClient();
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  useChanges(collections, () => {
    if (timer.current !== undefined) return;
    timer.current = setTimeout(() => {
      timer.current = undefined;
      for (const queryKey of keys) void client.invalidateQueries({ queryKey });
    }, SETTLE);
  });
}
