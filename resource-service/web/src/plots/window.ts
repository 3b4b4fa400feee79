// The window of steps that a plot shows: zooming and moving it.
import type { Range } from './samples';

/** Narrowest window in steps. */
const NARROWEST = 2;

export interface OpenWindow {
  from: number | undefined;
  to: number | undefined;
}

/** The asked window within the bounds. An end at or beyond the last point stays open, so that the plot grows there. */
export function movedWindow([from, to]: Range, bounds: Range | undefined): OpenWindow {
  if (!bounds) return { from: undefined, to: undefined };
  let [least, most] = [Math.round(Math.min(from, to)), Math.round(Math.max(from, to))];
  if (most - least < NARROWEST) {
    const middle = Math.round((least + most) / 2);
    [least, most] = [middle - NARROWEST / 2, middle + NARROWEST / 2];
  }
  return { from: least <= bounds[0] ? undefined : least, to: most >= bounds[1] ? undefined : most };
}

/** The window `factor` times as wide, with `at` where it is. */
export function scaled([from, to]: Range, factor: number, at = (from + to) / 2): Range {
  return [at - (at - from) * factor, at + (to - at) * factor];
}

/** The window moved by a share of its width, stopped at the bounds. */
export function shifted([from, to]: Range, share: number, bounds: Range): Range {
  const width = to - from;
  const least = Math.min(Math.max(from + share * width, bounds[0]), Math.max(bounds[0], bounds[1] - width));
  return [least, least + width];
}
