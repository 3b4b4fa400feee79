// Values that have no place on an axis: NaN and the infinities become ticks on the frame, are counted and can be jumped to.
import { isObject, toNumber, type Json } from '@/api/json';

export type Kind = 'nan' | 'positive' | 'negative';

export interface Special {
  step: number;
  kind: Kind;
}

/** The special values of a series, or of a range of it. */
export interface Specials {
  counts: Readonly<Record<Kind, number>>;
  /** The first ones, in order of the steps. */
  listed: readonly Special[];
  /** Whether these are all. */
  isComplete: boolean;
}

/** A tick on the frame that stands for all specials of a kind at one place. */
export interface Tick {
  /** In pixels from the left. */
  at: number;
  kind: Kind;
  count: number;
}

export const KINDS: readonly Kind[] = ['nan', 'positive', 'negative'];
export const NAMES: Record<Kind, string> = { nan: 'NaN', positive: '+∞', negative: '−∞' };

export const VALUES: Record<Kind, number> = { nan: NaN, positive: Infinity, negative: -Infinity };

export function kindOf(value: number): Kind | undefined {
  if (Number.isNaN(value)) return 'nan';
  if (value === Infinity) return 'positive';
  return value === -Infinity ? 'negative' : undefined;
}

export const NO_SPECIALS: Specials = { counts: { nan: 0, positive: 0, negative: 0 }, listed: [], isComplete: true };

export function specialsOf(points: Iterable<{ step: number; value: number }>): Special[] {
  const found: Special[] = [];
  for (const { step, value } of points) {
    const kind = kindOf(value);
    if (kind) found.push({ step, kind });
  }
  return found;
}

/** The member `specials` of a sample. */
export function readSpecials(answer: Json | undefined): Specials {
  if (!isObject(answer)) return NO_SPECIALS;
  const points = Array.isArray(answer.points) ? answer.points.filter(isObject) : [];
  const listed = points.map(({ step, value }) => ({ step: toNumber(step) ?? NaN, value: toNumber(value) ?? 0 }));
  const count = (of: Json | undefined) => toNumber(of) ?? 0;
  return {
    counts: {
      nan: count(answer.nan),
      positive: count(answer.infinity),
      negative: count(answer.negative_infinity),
    },
    listed: specialsOf(listed),
    isComplete: answer.complete !== false,
  };
}

/** All special values of points that are at hand. */
export function allSpecials(points: Iterable<{ step: number; value: number }>): Specials {
  const listed = specialsOf(points);
  const counts = { nan: 0, positive: 0, negative: 0 };
  for (const { kind } of listed) counts[kind] += 1;
  return { counts, listed, isComplete: true };
}

/** Those of a series and of points that came after it. */
export function addSpecials(series: Specials, tail: Specials): Specials {
  const sum = (kind: Kind) => series.counts[kind] + tail.counts[kind];
  return {
    counts: { nan: sum('nan'), positive: sum('positive'), negative: sum('negative') },
    listed: joinSpecials(series.listed, tail.listed),
    isComplete: series.isComplete && tail.isComplete,
  };
}

/** Those of a series, with more of them listed where a part of it was looked at: complete if those of the part are. */
export function detailSpecials(series: Specials, part: Specials): Specials {
  const listed = joinSpecials(series.listed, part.listed);
  return { ...series, listed, isComplete: series.isComplete || part.isComplete };
}

/** One list in order of the steps; what is in both is there once. */
export function joinSpecials(a: readonly Special[], b: readonly Special[]): Special[] {
  const byStep = new Map([...a, ...b].map((special) => [special.step, special]));
  return [...byStep.values()].sort((one, other) => one.step - other.step);
}

/** The next special after a step; after the last comes the first. */
export function nextSpecial(specials: readonly Special[], after: number | undefined, kind?: Kind): Special | undefined {
  const asked = kind === undefined ? specials : specials.filter((special) => special.kind === kind);
  return (after === undefined ? undefined : asked.find(({ step }) => step > after)) ?? asked[0];
}

/** One tick for each kind and pixel of a window that is `width` pixels wide. */
export function ticksOf(specials: readonly Special[], [from, to]: readonly [number, number], width: number): Tick[] {
  const ticks = new Map<string, Tick>();
  const span = to - from;
  for (const { step, kind } of specials) {
    if (step < from || step > to) continue;
    const at = span > 0 ? Math.round(((step - from) / span) * width) : Math.round(width / 2);
    const key = `${kind}${at}`;
    const tick = ticks.get(key);
    if (tick) tick.count += 1;
    else ticks.set(key, { at, kind, count: 1 });
  }
  return [...ticks.values()];
}
