// What the lines of a plot are, how much of each is shown, and what has no place on the axis.
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';

import type { Curve } from './curves';
import { lookOf, type Look } from './look';
import { within, type Range } from './samples';
import { formula } from './smoothing';
import { KINDS, NAMES, nextSpecial, type Special } from './specials';

interface LegendProps {
  curves: readonly Curve[];
  /** Those that are marked, of each curve. */
  specials: readonly (readonly Special[])[];
  colours: readonly string[];
  isLog: boolean;
  window: Range;
  cursor: number | undefined;
  tau: number | undefined;
  jump(step: number): void;
}

export function Legend(props: LegendProps) {
  const { curves, colours, tau } = props;
  return (
    <Box component="figcaption" sx={{ px: 2, typography: 'body2' }}>
      <Box component="ul" aria-label="Legend" sx={{ listStyle: 'none', m: 0, p: 0 }}>
        {curves.map((curve, index) => (
          <Entry
            key={curve.key}
            {...props}
            curve={curve}
            look={lookOf(curve.index ?? index, colours)}
            own={props.specials[index] ?? []}
          />
        ))}
      </Box>
      {new Set(curves.map(({ unit }) => unit ?? '1')).size > 1 && (
        <Box sx={{ color: 'warning.main' }}>Different units share one axis.</Box>
      )}
      {tau !== undefined && (
        <Box sx={{ color: 'text.secondary' }}>Strong line: smoothed, {formula(tau)}. Pale line: raw.</Box>
      )}
    </Box>
  );
}

function Entry({
  curve,
  look,
  own,
  isLog,
  window,
  cursor,
  jump,
}: LegendProps & { curve: Curve; look: Look; own: readonly Special[] }) {
  const { points, of } = curve.shown;
  const isReduced = points < of;
  const { counts, isComplete } = curve.sample.specials;
  const below = isLog ? within(curve.sample.points, window).filter(({ value }) => value <= 0).length : 0;
  return (
    <Box component="li" sx={{ display: 'flex', flexWrap: 'wrap', columnGap: 2, alignItems: 'center', minHeight: 24 }}>
      <Sample look={look} />
      <Box component="span" dir="auto" sx={{ fontWeight: 600, overflowWrap: 'anywhere' }}>
        {curve.label}
      </Box>
      {curve.unit !== undefined && <span>{curve.unit === '1' ? '(no unit)' : curve.unit}</span>}
      <Box component="span" sx={{ color: 'text.secondary' }}>
        {isReduced
          ? `${points.toLocaleString('en')} of ${of.toLocaleString('en')} points, all extremes kept`
          : `${of.toLocaleString('en')} ${of === 1 ? 'point' : 'points'}, all shown`}
      </Box>
      {KINDS.map((kind) => {
        const count = counts[kind];
        if (count === 0) return null;
        return (
          <Button
            key={kind}
            sx={{ minWidth: 0, px: 1, py: 0 }}
            title={`Go to the next ${NAMES[kind]}`}
            onClick={() => {
              const next = nextSpecial(own, cursor, kind);
              if (next) jump(next.step);
            }}
          >
            {NAMES[kind]}: {count.toLocaleString('en')}
          </Button>
        );
      })}
      {below > 0 && (
        <Box component="span" sx={{ color: 'warning.main' }}>
          {below.toLocaleString('en')} shown {below === 1 ? 'point' : 'points'} ≤ 0 left out
        </Box>
      )}
      {!isComplete && (
        <Box component="span" sx={{ color: 'text.secondary' }}>
          {own.length.toLocaleString('en')} of them are marked: zoom in to mark others
        </Box>
      )}
    </Box>
  );
}

function Sample({ look }: { look: Look }) {
  return (
    <svg width="28" height="10" aria-hidden focusable="false">
      <line x1="0" y1="5" x2="28" y2="5" stroke={look.colour} strokeWidth="2" strokeDasharray={look.dash.join(' ')} />
    </svg>
  );
}
