// Points in time in the reader's zone, exact and relative; the stored text on hover.
import { useSyncExternalStore } from 'react';

import { usePreferences } from '@/app/preferences';

/** How often relative times are made anew (milliseconds). */
const TICK = 30_000;
/** The units of relative times: their names for one and for more, their seconds, and how many of them make the next one. */
const UNITS = [
  { one: 'min', more: 'min', seconds: 60, most: 60 },
  { one: 'h', more: 'h', seconds: 3600, most: 24 },
  { one: 'day', more: 'days', seconds: 86_400, most: 30.4375 },
  { one: 'month', more: 'months', seconds: 2_629_800, most: 12 },
  { one: 'year', more: 'years', seconds: 31_557_600, most: Infinity },
] as const;

let now = Date.now();
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const one of listeners) one();
  }, TICK);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** The current time in milliseconds, which changes twice a minute. */
export const useNow = (): number => useSyncExternalStore(subscribe, () => now);

/**
 * "3 h ago", "in 2 days"; "just now" within a minute. The past is counted in whole units, the future to the nearest: what ends in
 * 12 hours does so a moment later, too.
 */
export function relative(at: number, from: number): string {
  const seconds = (at - from) / 1000;
  if (Math.abs(seconds) < 60) {
    // The current time is known to within a tick: what has just happened may seem to lie ahead.
    return seconds > TICK / 1000 ? 'in less than a minute' : 'just now';
  }
  const count = seconds > 0 ? Math.round : Math.trunc;
  const unit = UNITS.find((one) => count(Math.abs(seconds) / one.seconds) < one.most) ?? UNITS[4];
  const number = Math.max(1, count(Math.abs(seconds) / unit.seconds));
  const length = `${number} ${number === 1 ? unit.one : unit.more}`;
  return seconds > 0 ? `in ${length}` : `${length} ago`;
}

/** "3 h", "2 d 4 h", "850 ms": a length of time in milliseconds. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** Making a format takes far longer than using it, and a table shows many times. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatIn(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-GB', {
    ...{ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' },
    ...(zone !== 'local' && { timeZone: zone }),
    hourCycle: 'h23',
  });
  formats.set(zone, made);
  return made;
}

/** "2026-11-28 14:03:07" in a zone. */
export function exact(at: number, zone: string): string {
  const parts = formatIn(zone).formatToParts(at);
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? '';
  return `${part('year')}-${part('month')}-${part('day')} ${part('hour')}:${part('minute')}:${part('second')}`;
}

type Form = 'relative' | 'exact' | 'both';

export function TimeText({ at, form = 'relative' }: { at: string | null | undefined; form?: Form }) {
  const { preferences } = usePreferences();
  const current = useNow();
  if (!at) return null;
  const instant = Date.parse(at);
  if (Number.isNaN(instant)) return <span>{at}</span>;
  const precise = exact(instant, preferences.zone);
  const ago = relative(instant, current);
  const text = { relative: ago, exact: precise, both: `${precise} (${ago})` }[form];
  return (
    <time dateTime={at} title={`${precise}\n${at}`} style={form === 'both' ? undefined : { whiteSpace: 'nowrap' }}>
      {text}
    </time>
  );
}
