// The title of a plot's vertical axis.
import type { Curve } from './curves';

type Named = Pick<Curve, 'metric' | 'unit'>;

/** "energy (eV)": the metric and the unit, as far as all curves share them. A unit of 1 is none. */
export function axisName(curves: readonly Named[]): string | undefined {
  const metric = shared(curves.map((curve) => curve.metric));
  const unit = shared(curves.map((curve) => curve.unit));
  const said = unit === '1' ? undefined : unit;
  if (metric === undefined) return said;
  return said === undefined ? metric : `${metric} (${said})`;
}

/** The value that all have. */
function shared<T>(values: readonly T[]): T | undefined {
  return new Set(values).size === 1 ? values[0] : undefined;
}
