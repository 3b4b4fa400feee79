// Points in time in the reader's zone, exact and relative; the stored text on hover.
import { useSyncExternalStore } from 'react';

import { usePreferences } from '@/app/preferences';

/** How often relative times are made anew (milliseconds). */
const TICK = 30_000;
const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_557_600],
  ['month', 2_629_800],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
];

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

const RELATIVE = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' });

/** "3 h ago", "in 2 days"; "just now" within a minute. */
export function relative(at: number, from: number): string {
  const seconds = (at - from) / 1000;
  for (const [unit, length] of UNITS) {
    if (Math.abs(seconds) >= length) {
      return RELATIVE.format(Math.trunc(seconds / length), unit);
    }
  }
  // The current time is known to within a tick: what has just happened may seem to lie ahead.
  return seconds > TICK / 1000 ? 'in less than a minute' : 'just now';
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
