// Steps as text, and where an axis of steps is marked.
import { niceStep } from './axis';
import type { Range, SamplePoint } from './samples';

type Step = Pick<SamplePoint, 'step'> & { exact?: string | undefined };

/** All digits of a step. */
export const stepName = ({ step, exact }: Step): string => exact ?? String(step);

/** A step for readers: with commas. */
export const stepText = ({ step, exact }: Step): string =>
  exact !== undefined && /^-?\d+$/.test(exact) ? BigInt(exact).toLocaleString('en') : step.toLocaleString('en');

/** The order of steps, also of those that are one JavaScript number. */
export function byStep(a: Step, b: Step): number {
  if (a.step !== b.step || a.exact === b.exact) return a.step - b.step;
  const [x, y] = [BigInt(stepName(a)), BigInt(stepName(b))];
  return x < y ? -1 : Number(x > y);
}

/** Pixels of a letter of a label, and between two marks at least. */
const LETTER = 6.5;
const SPACE = 70;
const BETWEEN = 16;
/** Marks are never more. */
const MOST = 100;

/** Pixels of the widest label of steps in a range. */
export const labelWidth = (range: Range): number =>
  LETTER * Math.max(...range.map((step) => stepText({ step: Math.round(step) }).length));

/**
 * Marks at whole steps, so far apart that their labels do not meet on an axis of `width` pixels. `before` pixels left of the axis
 * are free for half a label.
 */
export function stepMarks([from, to]: Range, width: number, before = 0): number[] {
  const label = labelWidth([from, to]);
  const space = Math.max(SPACE, label + BETWEEN);
  const least = ((to - from) * space) / Math.max(space, width);
  const step = Math.max(1, space > SPACE ? tightStep(least) : niceStep(least));
  const marks: number[] = [];
  const place = (at: number) => ((at - from) / (to - from)) * width;
  for (let count = 0; count < MOST; count += 1) {
    const at = (Math.ceil(from / step) + count) * step;
    if (at > to) break;
    const last = marks.at(-1);
    // Beyond 2^53 the next step may be the same number.
    const isClear = last === undefined || (at > last && place(at) - place(last) >= label);
    if (at >= from && isClear && place(at) + before >= label / 2) marks.push(at);
  }
  // Where no round step has room for its label, the last one has.
  if (marks.length === 0 && Math.floor(to) >= from) marks.push(Math.floor(to));
  return marks;
}

/** Where labels are wide, a step of 3 or 4 leaves room for more of them than one of 5. */
function tightStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return power * Math.ceil(least / power - 1e-9);
}
