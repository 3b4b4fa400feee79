// A plot of several series with everything around the drawing: legend, zoom, cursor with a spoken value, table.
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { lazy, Suspense, useCallback, useMemo, useRef, useState } from 'react';

import { Empty } from '@/ui/states';

import { align } from './align';
import { axisOf } from './axis';
import { axisName } from './axisName';
import type { Curve } from './curves';
import { KEYS_HELP, usePlotKeys } from './keys';
import { Legend } from './Legend';
import { lookOf, usePlotColours } from './look';
import type { Handle } from './PlotCanvas';
import { PlotTable } from './PlotTable';
import { Readout, spoken } from './Readout';
import { stepsOf, valuesOf, type Range } from './samples';
import { smooth } from './smoothing';
import { joinSpecials, NAMES, specialsOf } from './specials';
import { Tools } from './Tools';
import { movedWindow } from './window';

const PlotCanvas = lazy(() => import('./PlotCanvas'));

export interface SeriesPlotProps {
  title: string;
  curves: readonly Curve[];
  /** Steps that are shown; open ends are those of the series. */
  from?: number | undefined;
  to?: number | undefined;
  onWindow(window: { from: number | undefined; to: number | undefined }): void;
  isLog?: boolean;
  /** The span of smoothing in steps. */
  tau?: number | undefined;
  asTable?: boolean;
  onTable?(asTable: boolean): void;
  marks?: readonly number[];
  sync?: string;
  height?: number;
}

const HEIGHT = 280;

export function SeriesPlot(props: SeriesPlotProps) {
  const { title, curves, from, to, onWindow, isLog = false, tau, asTable = false, height = HEIGHT } = props;
  const colours = usePlotColours();
  const handle = useRef<Handle>(null);
  const [cursor, setCursor] = useState<number>();
  const [said, setSaid] = useState('');

  const bounds = useMemo(() => stepsOf(curves.map(({ sample }) => sample)), [curves]);
  const window = useMemo<Range>(() => windowOf(bounds, from, to), [bounds, from, to]);
  const samples = useMemo(() => curves.map(({ sample }) => sample), [curves]);
  const axis = useMemo(() => axisOf(valuesOf(samples, window, isLog), isLog), [samples, window, isLog]);
  const specials = useMemo(
    () => curves.map(({ sample }) => joinSpecials(specialsOf(sample.points), sample.specials.listed)),
    [curves],
  );
  const aligned = useMemo(() => {
    const raw = samples.map(({ points }) => points);
    const smoothed = tau === undefined ? [] : raw.map((points) => smooth(points, tau));
    return align([...raw, ...smoothed], axis.place);
  }, [samples, axis, tau]);
  const lines = useMemo(() => {
    const raw = curves.map((curve, index) => ({
      look: lookOf(curve.index ?? index, colours.series),
      specials: specials[index] ?? [],
    }));
    if (tau === undefined) return raw;
    // The raw line steps back behind the smoothed one.
    const pale = raw.map((line) => ({ ...line, look: { ...line.look, colour: `${line.look.colour}70` } }));
    return [...pale, ...raw.map(({ look }) => ({ look: { ...look, dash: [] }, specials: [] }))];
  }, [curves, colours, specials, tau]);

  // The drawing is made anew for other lines and colours.
  const name = axisName(curves);
  const shape = JSON.stringify([lines.map(({ look }) => look), colours.text, name]);
  const zoom = useCallback((asked: Range) => onWindow(movedWindow(asked, bounds)), [onWindow, bounds]);
  const point = useCallback(
    (step: number | undefined) => {
      handle.current?.point(step);
      setCursor(step);
      if (step !== undefined) setSaid(spoken(curves, step));
    },
    [curves],
  );
  const jump = useCallback(
    (step: number) => {
      if (step < window[0] || step > window[1]) {
        const half = (window[1] - window[0]) / 2;
        zoom([step - half, step + half]);
      }
      point(step);
      const kinds = specials.flatMap((some) => some.filter((one) => one.step === step).map(({ kind }) => NAMES[kind]));
      setSaid(`Step ${step}: ${kinds.join(', ')}`);
    },
    [window, zoom, point, specials],
  );
  const keys = usePlotKeys({ curves, specials, window, bounds, cursor, point, jump, zoom });

  if (!bounds) return <Empty title="No points yet">A job that streams numbers shows them here.</Empty>;
  return (
    <Box component="figure" aria-label={title} sx={{ m: 0, minWidth: 0 }}>
      <Tools
        {...{ window, bounds, zoom, asTable, onTable: props.onTable, isZoomed: from !== undefined || to !== undefined }}
      />
      {asTable ? (
        <PlotTable curves={curves} window={window} title={title} />
      ) : (
        <Box
          role="application"
          aria-roledescription="plot"
          aria-label={`${title}, steps ${text(window[0])} to ${text(window[1])}. ${KEYS_HELP}`}
          tabIndex={0}
          onKeyDown={keys}
          sx={{ position: 'relative', minHeight: height, minWidth: 0 }}
        >
          {axis.offset !== undefined && (
            <Box
              sx={{ position: 'absolute', left: 8, top: -4, typography: 'body2', color: 'text.secondary', zIndex: 1 }}
            >
              {axis.offset} +
            </Box>
          )}
          <Suspense fallback={<Box sx={{ height }} />}>
            <PlotCanvas
              key={shape}
              ref={handle}
              {...{ aligned, axis, window, lines, colours, height, name, sync: props.sync, marks: props.marks }}
              onZoom={zoom}
              onPoint={setCursor}
            />
          </Suspense>
          {axis.marks.length === 0 && <NoValues isLog={isLog} />}
        </Box>
      )}
      {!asTable && <Readout curves={curves} step={cursor} colours={colours.series} />}
      <Box aria-live="polite" sx={HIDDEN}>
        {said}
      </Box>
      <Legend {...{ curves, specials, colours: colours.series, isLog, window, cursor, tau, jump }} />
      <Newer curves={curves} show={() => onWindow({ from, to: undefined })} />
    </Box>
  );
}

/** Spoken, not seen. */
const HIDDEN = {
  position: 'absolute',
  width: '1px',
  height: '1px',
  overflow: 'hidden',
  clipPath: 'inset(50%)',
} as const;

const text = (step: number) => Math.round(step).toLocaleString('en');

function windowOf(bounds: Range | undefined, from: number | undefined, to: number | undefined): Range {
  const [first, last] = bounds ?? [0, 1];
  const [least, most] = [from ?? first, to ?? last];
  // One point, or an empty window, gets room on both sides.
  return least < most ? [least, most] : [Math.min(least, most) - 1, Math.max(least, most) + 1];
}

function NoValues({ isLog }: { isLog: boolean }) {
  return (
    <Box
      sx={{
        position: 'absolute',
        inset: 0,
        display: 'grid',
        placeItems: 'center',
        color: 'text.secondary',
        pointerEvents: 'none',
      }}
    >
      {isLog ? 'No value above zero here' : 'No finite value here'}
    </Box>
  );
}

/** The reader who looks at the past is told of what came, and is not moved. */
function Newer({ curves, show }: { curves: readonly Curve[]; show: () => void }) {
  const count = curves.reduce((sum, { newer }) => sum + newer, 0);
  if (count === 0) return null;
  return (
    <Button variant="outlined" onClick={show} sx={{ mt: 1 }}>
      {count.toLocaleString('en')} new {count === 1 ? 'point' : 'points'}: show the end
    </Button>
  );
}
