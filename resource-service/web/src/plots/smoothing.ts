// A smoothed line beside the raw one, and what it is.
import type { SamplePoint } from './samples';

/** The formula as readers see it. */
export const formula = (tau: number): string =>
  `sᵢ = sᵢ₋₁ + (1 − exp(−Δstep/τ))·(vᵢ − sᵢ₋₁), τ = ${tau.toLocaleString('en')} steps, over the points shown`;

/** Exponential smoothing by the distance of steps, so that zooming changes no meaning. Specials break nothing and count not. */
export function smooth(points: readonly SamplePoint[], tau: number): SamplePoint[] {
  let before: { step: number; value: number } | undefined;
  return points.map(({ step, value }) => {
    if (!Number.isFinite(value)) return { step, value: NaN, min: NaN, max: NaN };
    const share = before ? -Math.expm1(-(step - before.step) / tau) : 1;
    const smoothed: number = before ? before.value + share * (value - before.value) : value;
    before = { step, value: smoothed };
    return { step, value: smoothed, min: smoothed, max: smoothed };
  });
}
