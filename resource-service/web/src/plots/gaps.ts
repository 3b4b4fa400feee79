// Where a line breaks because nothing was recorded.

/** A distance between steps that is so many times all distances around it is a gap. */
const FACTOR = 8;
/** How many distances on each side count as around. */
const AROUND = 4;

/** The indexes after which a gap begins. Steps are in order; their distance may change slowly, as with logarithmic logging. */
export function gapsAfter(steps: readonly number[]): Set<number> {
  const gaps = new Set<number>();
  const distance = (at: number) => (steps[at + 1] ?? 0) - (steps[at] ?? 0);
  const last = steps.length - 2;
  if (last < 2) return gaps;
  for (let at = 0; at <= last; at += 1) {
    let around = 0;
    for (let other = Math.max(0, at - AROUND); other <= Math.min(last, at + AROUND); other += 1) {
      if (other !== at) around = Math.max(around, distance(other));
    }
    if (distance(at) > FACTOR * around) gaps.add(at);
  }
  return gaps;
}
