// Puts several series onto one list of steps, as the plot draws them: line, upper and lower border of each.
import { gapsAfter } from './gaps';
import type { SamplePoint } from './samples';

/** null breaks the line; undefined means that the series has no point there, and the line continues. */
export type Cell = number | null | undefined;

export interface Aligned {
  steps: number[];
  /** Rows of three for each series: value, max, min. */
  rows: Cell[][];
}

/** `place` turns a value into its place on the axis, null where it has none. */
export function align(lines: readonly (readonly SamplePoint[])[], place: (value: number) => number | null): Aligned {
  const broken = lines.map(withBreaks);
  const steps = [...new Set(broken.flatMap((points) => points.map(({ step }) => step)))].sort((a, b) => a - b);
  const index = new Map(steps.map((step, at) => [step, at]));
  const rows: Cell[][] = [];
  for (const points of broken) {
    const value = Array<Cell>(steps.length).fill(undefined);
    const max = Array<Cell>(steps.length).fill(undefined);
    const min = Array<Cell>(steps.length).fill(undefined);
    for (const point of points) {
      const at = index.get(point.step) ?? 0;
      const here = Number.isFinite(point.value) ? place(point.value) : null;
      value[at] = here;
      max[at] = here === null ? null : (place(point.max) ?? here);
      // On a logarithmic axis the lower border may have no place: the band ends at the line.
      min[at] = here === null ? null : (place(point.min) ?? here);
    }
    rows.push(value, max, min);
  }
  return { steps, rows };
}

function withBreaks(points: readonly SamplePoint[]): readonly SamplePoint[] {
  const gaps = gapsAfter(points.map(({ step }) => step));
  if (gaps.size === 0) return points;
  return points.flatMap((point, at) => {
    const next = points[at + 1];
    if (!gaps.has(at) || !next) return [point];
    return [point, { step: (point.step + next.step) / 2, value: NaN, min: NaN, max: NaN }];
  });
}
