// The vertical axis: where a value lies, where the marks are and what is written at them, for any range of doubles.
import type { Range } from './samples';

export interface Mark {
  /** Its place on the axis. */
  at: number;
  label: string;
}

export interface Axis {
  /** The place of a value; null where it has none (on a logarithmic axis: not above zero). */
  place(value: number): number | null;
  /** First and last place that are shown. */
  range: Range;
  marks: Mark[];
  /** What is added to each label, where the values differ in their last digits only. */
  offset?: string;
}

const MINUS = '\u2212';
/** Marks at least this often, if the range has room. */
const MARKS = 6;
/** From this ratio of magnitude to range on, marks show the distance from a common offset. */
const CLOSE = 1e5;
/** Ranges outside of these are scaled, so that the drawing never calculates with extreme numbers. */
const SMALLEST = 1e-6;
const LARGEST = 1e12;
/** Share of the range that stays free above and below. */
const MARGIN = 0.05;

export function axisOf(range: Range | undefined, isLog: boolean): Axis {
  if (!range) return { place: isLog ? logarithm : (value) => value, range: [0, 1], marks: [] };
  return isLog ? logarithmic(range) : linear(range);
}

function linear([least, most]: Range): Axis {
  const span = most / 2 - least / 2 === 0 ? flatSpan(least) : (most / 2 - least / 2) * 2;
  const [low, high] = least === most ? [least - span / 2, most + span / 2] : [least, most];
  const reach = Math.max(Math.abs(low), Math.abs(high));
  const isClose = least !== most && reach / span > CLOSE;
  // The widest range of doubles has no finite length: its unit brings it back.
  const unit = !Number.isFinite(span) || span < SMALLEST || span > LARGEST ? powerOf(Math.min(span, 1e308)) : 1;
  const offset = isClose ? roundTo(low / 2 + high / 2, span) : 0;
  const place = (value: number) => (Number.isFinite(value) ? value / unit - offset / unit : null);
  const exact = isClose ? (value: number) => (Number.isFinite(value) ? (value - offset) / unit : null) : place;
  const [bottom, top] = [exact(low) ?? 0, exact(high) ?? 1];
  const margin = (top - bottom) * MARGIN;
  const shown: Range = [bottom - margin, top + margin];
  const marks = niceMarks(shown, unit);
  return { place: exact, range: shown, marks, ...(isClose && { offset: tidy(offset) }) };
}

function flatSpan(value: number): number {
  return value === 0 ? 2 : Math.abs(value) * 0.2;
}

function powerOf(span: number): number {
  return 10 ** Math.max(-322, Math.floor(Math.log10(span)));
}

/** A value near `value` with as few digits as lie above the range. */
function roundTo(value: number, span: number): number {
  const digits = Math.ceil(Math.log10(Math.abs(value) / span));
  return Number(value.toPrecision(Math.min(17, Math.max(1, digits))));
}

function tidy(value: number): string {
  return String(value).replaceAll('-', MINUS);
}

/** Marks at round places. A place times `unit` is what its label says. */
function niceMarks([bottom, top]: Range, unit: number): Mark[] {
  const step = niceStep((top - bottom) / MARKS);
  const first = Math.ceil(bottom / step);
  const last = Math.floor(top / step);
  const places = Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => (first + index) * step);
  const write = writer(step, Math.max(Math.abs(bottom), Math.abs(top)), unit);
  return places.map((at) => ({ at, label: write(at) }));
}

/** 1, 2 or 5 times a power of ten, at least `least`. */
export function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  for (const factor of [1, 2, 5]) if (factor * power >= least * (1 - 1e-9)) return factor * power;
  return 10 * power;
}

function writer(step: number, reach: number, unit: number): (at: number) => string {
  const [realStep, realReach] = [step * unit, reach * unit];
  if (unit === 1 && realReach < 1e6 && realStep >= 1e-5) {
    const digits = Math.max(0, -Math.floor(Math.log10(realStep) + 1e-9));
    return (at) => (Math.abs(at) < step / 2 ? (0).toFixed(digits) : at.toFixed(digits)).replace('-', MINUS);
  }
  const power = Math.floor(Math.log10(reach));
  const digits = Math.max(0, power - Math.floor(Math.log10(step) + 1e-9));
  const shift = power + Math.round(Math.log10(unit));
  return (at) =>
    Math.abs(at) < step / 2 ? '0' : `${(at / 10 ** power).toFixed(digits)}e${shift}`.replaceAll('-', MINUS);
}

function logarithm(value: number): number | null {
  return value > 0 && Number.isFinite(value) ? Math.log10(value) : null;
}

/** From so many decades on, only powers of ten are marked. */
const DECADES = 1.5;

function logarithmic([least, most]: Range): Axis {
  let [low, high] = [Math.log10(least), Math.log10(most)];
  if (high - low < 1e-12) [low, high] = [low - 0.5, high + 0.5];
  const margin = (high - low) * MARGIN;
  const range: Range = [low - margin, high + margin];
  return { place: logarithm, range, marks: high - low >= DECADES ? decades(range) : withinDecades(range) };
}

function decades([low, high]: Range): Mark[] {
  const every = Math.max(1, Math.ceil((high - low) / (2 * MARKS)));
  const first = Math.ceil(low / every) * every;
  const marks: Mark[] = [];
  for (let at = first; at <= high; at += every) marks.push({ at, label: `1e${at}`.replace('-', MINUS) });
  return marks;
}

function withinDecades([low, high]: Range): Mark[] {
  const [least, most] = [10 ** low, 10 ** high];
  const unit = powerOf(most);
  return niceMarks([least / unit, most / unit], unit)
    .filter(({ at }) => at > 0)
    .map(({ at, label }) => ({ at: Math.log10(at * unit), label }));
}
