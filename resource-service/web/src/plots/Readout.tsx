// The values under the cursor of a plot.
import Box from '@mui/material/Box';

import { single } from '@/numbers/format';

import type { Curve } from './curves';
import { lookOf } from './look';
import { nearest, type SamplePoint } from './samples';
import { VALUES } from './specials';
import { stepName, stepText } from './steps';

/** What a curve has at a step: a special value there, else the point nearest to it. */
export function pointAt(curve: Pick<Curve, 'sample'>, step: number): SamplePoint | undefined {
  const special = curve.sample.specials.listed.find((one) => one.step === step);
  if (special) return { step, value: VALUES[special.kind], min: NaN, max: NaN };
  return curve.sample.points[nearest(curve.sample.points, step)];
}

const valueText = (value: number) => single(Number.isFinite(value) ? value : String(value));

/** "step 12: energy −1.5 eV": what a screen reader says. */
export function spoken(curves: readonly Curve[], step: number): string {
  const parts = curves.flatMap((curve) => {
    const point = pointAt(curve, step);
    if (!point) return [];
    const at = point.step === step ? '' : ` at step ${stepName(point)}`;
    return [`${curve.label} ${valueText(point.value)}${curve.unit === undefined ? '' : ` ${curve.unit}`}${at}`];
  });
  return `Step ${step}: ${parts.join('; ')}`;
}

export function Readout({
  curves,
  step,
  colours,
}: {
  curves: readonly Curve[];
  step: number | undefined;
  colours: readonly string[];
}) {
  const shown = step === undefined ? undefined : step;
  return (
    <Box sx={{ minHeight: 20, display: 'flex', flexWrap: 'wrap', columnGap: 4, px: 2, mt: 1, typography: 'body2' }}>
      {shown === undefined ? (
        <Box sx={{ color: 'text.secondary' }}>Drag to zoom. Ctrl + wheel zooms too.</Box>
      ) : (
        curves.map((curve, index) => {
          const point = pointAt(curve, shown);
          if (!point) return null;
          return (
            <Box key={curve.key} data-readout={curve.key} sx={{ whiteSpace: 'nowrap' }}>
              <Box
                component="span"
                aria-hidden
                sx={{ color: lookOf(curve.index ?? index, colours).colour, fontWeight: 700 }}
              >
                ▍
              </Box>
              <span dir="auto">
                step {stepText(point)}: {valueText(point.value)}
              </span>
              {curve.unit !== undefined && curve.unit !== '1' && <> {curve.unit}</>}
              {point.min !== point.max && Number.isFinite(point.min) && (
                <Box component="span" sx={{ color: 'text.secondary' }}>
                  {' '}
                  ({valueText(Number(point.min.toPrecision(5)))} to {valueText(Number(point.max.toPrecision(5)))}{' '}
                  around)
                </Box>
              )}
            </Box>
          );
        })
      )}
    </Box>
  );
}
