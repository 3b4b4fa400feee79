// Samples of series as the service reduces them: reading, joining two of different detail, range of values.
import { asStored, isObject, toNumber, type Json } from '@/api/json';

import { addSpecials, allSpecials, detailSpecials, NO_SPECIALS, readSpecials, type Specials } from './specials';

/** A point that was kept. `min` and `max` are those of all points it stands for; NaN where none was finite. */
export interface SamplePoint {
  step: number;
  /** The stored text of a step that is beyond the exact numbers of JavaScript. */
  exact?: string;
  value: number;
  min: number;
  max: number;
}

export interface Sample {
  points: readonly SamplePoint[];
  /** How many points it stands for. */
  count: number;
  /** Their special values, also of points that are not among `points`. */
  specials: Specials;
  unit?: string;
}

export type Range = readonly [least: number, most: number];

export const EMPTY: Sample = { points: [], count: 0, specials: NO_SPECIALS };

/** Whether some points stand for others that are not shown. */
export const isReduced = (sample: Sample): boolean => sample.count > sample.points.length;

/** The answer of `GET /api/series/points?points=N`. */
export function readSample(answer: Json): Sample {
  if (!isObject(answer) || !Array.isArray(answer.points)) return EMPTY;
  const points: SamplePoint[] = [];
  for (const one of answer.points) {
    if (!isObject(one)) continue;
    const step = toNumber(one.step);
    const value = toNumber(one.value);
    if (step === undefined || value === undefined) continue;
    // An infinity is a mark on the frame, not a border of the band.
    const border = (of: Json | undefined) => {
      const number = toNumber(of);
      return number !== undefined && Number.isFinite(number) ? number : Number.isFinite(value) ? value : NaN;
    };
    const exact = Number.isSafeInteger(step) ? undefined : asStored(one.step);
    points.push({ step, ...(exact !== undefined && { exact }), value, min: border(one.min), max: border(one.max) });
  }
  const unit = typeof answer.unit === 'string' ? answer.unit : undefined;
  const specials = readSpecials(answer.specials);
  return { points, count: toNumber(answer.count) ?? points.length, specials, ...(unit !== undefined && { unit }) };
}

/** The whole range with a finer sample in place of what lies between two steps. */
export function mergeSamples(whole: Sample, detail: Sample, [from, to]: Range): Sample {
  const before = whole.points.filter(({ step }) => step < from);
  const after = whole.points.filter(({ step }) => step > to);
  const inside = detail.points.filter(({ step }) => step >= from && step <= to);
  const specials = detailSpecials(whole.specials, detail.specials);
  return { ...whole, points: [...before, ...inside, ...after], count: whole.count, specials };
}

/** A sample with the points that came after it. */
export function append(sample: Sample, tail: Sample): Sample {
  const last = sample.points.at(-1)?.step ?? -Infinity;
  const newer = tail.points.filter(({ step }) => step > last);
  if (newer.length === 0) return sample;
  const specials = addSpecials(sample.specials, tail.specials);
  return { ...sample, points: [...sample.points, ...newer], count: sample.count + tail.count, specials };
}

/** The points within a window. */
export function within(points: readonly SamplePoint[], [from, to]: Range): readonly SamplePoint[] {
  return points.filter(({ step }) => step >= from && step <= to);
}

/** First and last step of several samples; undefined without points. */
export function stepsOf(samples: readonly Sample[]): Range | undefined {
  let [least, most] = [Infinity, -Infinity];
  for (const { points } of samples) {
    least = Math.min(least, points[0]?.step ?? Infinity);
    most = Math.max(most, points.at(-1)?.step ?? -Infinity);
  }
  return least <= most ? [least, most] : undefined;
}

/** The smallest and the largest finite value in a window; with `positive`, of values above zero. */
export function valuesOf(samples: readonly Sample[], window: Range, positive = false): Range | undefined {
  let [least, most] = [Infinity, -Infinity];
  for (const { points } of samples) {
    for (const { value, min, max } of within(points, window)) {
      for (const one of [value, min, max]) {
        if (!Number.isFinite(one) || (positive && one <= 0)) continue;
        least = Math.min(least, one);
        most = Math.max(most, one);
      }
    }
  }
  return least <= most ? [least, most] : undefined;
}

/** The point nearest to a step; points are in order. */
export function nearest(points: readonly SamplePoint[], step: number): number {
  let [low, high] = [0, points.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((points[middle]?.step ?? 0) < step) low = middle + 1;
    else high = middle;
  }
  const here = points[low];
  const before = points[low - 1];
  if (here && before && step - before.step <= here.step - step) return low - 1;
  return low;
}

/** Reduces points to at most so many, each with the least and the largest of its part. */
export function reduce(steps: readonly number[], values: readonly number[], most: number): Sample {
  const count = steps.length;
  const part = Math.ceil(count / most);
  const points: SamplePoint[] = [];
  for (let start = 0; start < count; start += part) {
    let [min, max, chosen] = [Infinity, -Infinity, start];
    const end = Math.min(start + part, count);
    for (let at = start; at < end; at += 1) {
      const value = values[at] ?? NaN;
      if (!Number.isFinite(value)) continue;
      min = Math.min(min, value);
      max = Math.max(max, value);
      // The line goes through the value farthest from zero.
      if (!(Math.abs(values[chosen] ?? NaN) >= Math.abs(value))) chosen = at;
    }
    const value = values[chosen] ?? NaN;
    const isEmpty = min > max;
    points.push({ step: steps[chosen] ?? 0, value, min: isEmpty ? NaN : min, max: isEmpty ? NaN : max });
  }
  const specials = allSpecials(steps.map((step, at) => ({ step, value: values[at] ?? NaN })));
  return { points, count, specials };
}
