// The difference of two series at the steps that both have.
import { reduce, type Sample, type SamplePoint } from './samples';

/** All points of a series, in order of the steps. */
export interface Points {
  steps: readonly number[];
  values: readonly number[];
}

/** `a` − `b`. What is the same special value in both differs by nothing. */
export function subtract(a: number, b: number): number {
  return Object.is(a, b) || a === b ? 0 : a - b;
}

/** The exact difference at each common step. */
export function difference(a: Points, b: Points): { steps: number[]; values: number[] } {
  const steps: number[] = [];
  const values: number[] = [];
  let [i, j] = [0, 0];
  while (i < a.steps.length && j < b.steps.length) {
    const [left, right] = [a.steps[i] ?? 0, b.steps[j] ?? 0];
    if (left === right) {
      steps.push(left);
      values.push(subtract(a.values[i] ?? NaN, b.values[j] ?? NaN));
    }
    if (left <= right) i += 1;
    if (right <= left) j += 1;
  }
  return { steps, values };
}

/** The exact difference, reduced for drawing with its extremes kept. */
export function differenceSample(a: Points, b: Points, most: number): Sample {
  const { steps, values } = difference(a, b);
  return reduce(steps, values, most);
}

export const pointsOf = (points: readonly SamplePoint[]): Points => ({
  steps: points.map(({ step }) => step),
  values: points.map(({ value }) => value),
});
