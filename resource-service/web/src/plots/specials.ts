// Values that have no place on an axis: NaN and the infinities become ticks on the frame, are counted and can be jumped to.
import type { SamplePoint } from './samples';

export type Kind = 'nan' | 'positive' | 'negative';

export interface Special {
  step: number;
  kind: Kind;
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

export function kindOf(value: number): Kind | undefined {
  if (Number.isNaN(value)) return 'nan';
  if (value === Infinity) return 'positive';
  return value === -Infinity ? 'negative' : undefined;
}

export function specialsOf(points: readonly Pick<SamplePoint, 'step' | 'value'>[]): Special[] {
  const found: Special[] = [];
  for (const { step, value } of points) {
    const kind = kindOf(value);
    if (kind) found.push({ step, kind });
  }
  return found;
}

/** One list in order of the steps; what is in both is there once. */
export function joinSpecials(a: readonly Special[], b: readonly Special[]): Special[] {
  const byStep = new Map([...a, ...b].map((special) => [special.step, special]));
  return [...byStep.values()].sort((one, other) => one.step - other.step);
}

export function countOf(specials: readonly Special[], kind: Kind): number {
  return specials.reduce((count, special) => count + (special.kind === kind ? 1 : 0), 0);
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
