// Filters of calculations by time, as parameters of the API: silent ones, and those that ended lately. Pure.
import { exact } from '@/ui/time';

/** Parameters of a list, in the order in which they are read. */
export type Filter = readonly (readonly [name: string, value: string])[];

/** Milliseconds without a sign of life after which a running calculation counts as silent. */
export const SILENT_AFTER = 15 * 60_000;
const DAY = 86_400_000;

/** Running, and without a sign of life since a time. A calculation without heartbeats gives one with each change. */
export function silentSince(at: number): Filter {
  const time = new Date(at).toISOString();
  return [
    ['status', 'running'],
    ['or', `(heartbeat_at[lt]=${time},and=(heartbeat_at[exists]=false,_updated_at[lt]=${time}))`],
  ];
}

/** Ended since a time. What says no time of its end counts from its last change. */
export function endedSince(status: 'finished' | 'failed', at: number): Filter {
  const time = new Date(at).toISOString();
  return [
    ['status', status],
    ['or', `(finished_at[gte]=${time},and=(finished_at[exists]=false,_updated_at[gte]=${time}))`],
  ];
}

/** The beginning of the day before, in a zone (`local` for the browser's). A change of the clock that day is left out. */
export function startOfYesterday(now: number, zone: string): number {
  const second = Math.floor(now / 1000) * 1000;
  const offset = Date.parse(`${exact(second, zone).replace(' ', 'T')}Z`) - second;
  return Math.floor((second + offset) / DAY) * DAY - DAY - offset;
}

/** The page of the table that shows what a filter finds. */
export function tableAddress(filter: Filter): string {
  return `/calculations?${new URLSearchParams(filter.map(([name, value]): [string, string] => [name, value])).toString()}`;
}
