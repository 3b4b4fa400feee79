// Draws points with uPlot and reports the rectangle that is dragged and the point that is next to the pointer.
import Box from '@mui/material/Box';
import { useEffect, useEffectEvent, useRef, type KeyboardEvent } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

import { usePlotColours } from '@/plots/look';

export interface Point {
  x: number;
  y: number;
  id: string;
  name: string;
  /** Both values as stored. */
  texts: readonly [string, string];
}

export interface Area {
  left: number;
  right: number;
  bottom: number;
  top: number;
}

interface CanvasProps {
  points: readonly Point[];
  labels: readonly [string, string];
  at: number | null;
  onAt(at: number): void;
  onOpen(): void;
  onBrush(area: Area): void;
}

const HEIGHT = 360;
/** A drag of fewer pixels is a click. */
const LEAST = 6;
/** Room around the outermost points, as a part of the range. */
const ROOM = 0.05;

export function ScatterCanvas({ points, labels, at, onAt, onOpen, onBrush }: CanvasProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const colours = usePlotColours();
  const marked = useRef<number | null>(null);
  const reportAt = useEffectEvent(onAt);
  const reportBrush = useEffectEvent(onBrush);
  const [across, up] = labels;
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const dot = colours.series[0] ?? colours.strong;
    const axis = (label: string): uPlot.Axis => ({
      label,
      labelSize: 20,
      stroke: colours.text,
      grid: { stroke: colours.line, width: 1 },
      ticks: { stroke: colours.line, width: 1 },
    });
    const made = new uPlot(
      {
        width: element.clientWidth,
        height: HEIGHT,
        legend: { show: false },
        cursor: { drag: { x: true, y: true, setScale: false, dist: LEAST }, points: { show: false } },
        scales: {
          x: { time: false, range: (_, low, high) => widened(low, high) },
          y: { range: (_, low, high) => widened(low, high) },
        },
        axes: [axis(across), { ...axis(up), size: 76 }],
        series: [
          {},
          {
            paths: () => null,
            points: {
              show: true,
              size: 6,
              fill: dot,
              stroke: dot,
            },
          },
        ],
        hooks: {
          setCursor: [
            (one) => {
              const { left = -1, top = -1 } = one.cursor;
              if (left < 0 || top < 0) return;
              reportAt(nearest(one, points, left, top));
            },
          ],
          setSelect: [
            (one) => {
              const { left, top, width, height } = one.select;
              if (width < LEAST || height < LEAST) return;
              reportBrush({
                left: one.posToVal(left, 'x'),
                right: one.posToVal(left + width, 'x'),
                top: one.posToVal(top, 'y'),
                bottom: one.posToVal(top + height, 'y'),
              });
              one.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
            },
          ],
          draw: [(one) => ring(one, points[marked.current ?? -1], colours.strong)],
        },
      },
      [points.map((point) => point.x), points.map((point) => point.y)],
      element,
    );
    plot.current = made;
    const resized = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: HEIGHT }));
    resized.observe(element);
    return () => {
      resized.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [points, across, up, colours]);
  useEffect(() => {
    marked.current = at;
    plot.current?.redraw(false);
  }, [at]);

  const pressed = (event: KeyboardEvent) => {
    const last = points.length - 1;
    const here = at ?? -1;
    const steps: Record<string, number> = { ArrowRight: here + 1, ArrowLeft: here - 1, Home: 0, End: last };
    const step = steps[event.key];
    if (step !== undefined) onAt(Math.min(last, Math.max(0, step)));
    else if (event.key === 'Enter') onOpen();
    else return;
    event.preventDefault();
  };
  return (
    // It is moved through with the keyboard.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <Box
      ref={place}
      role="application"
      aria-label={`${up} against ${across}: ${points.length} points`}
      tabIndex={0}
      onKeyDown={pressed}
      sx={{ minWidth: 0, overflow: 'hidden' }}
    />
  );
}

function widened(low: number, high: number): [number, number] {
  const room = (high - low) * ROOM || Math.abs(high) * ROOM || 1;
  return [low - room, high + room];
}

function nearest(plot: uPlot, points: readonly Point[], left: number, top: number): number {
  let [best, least] = [0, Infinity];
  points.forEach((point, index) => {
    const distance = (plot.valToPos(point.x, 'x') - left) ** 2 + (plot.valToPos(point.y, 'y') - top) ** 2;
    if (distance < least) [best, least] = [index, distance];
  });
  return best;
}

/** Marks the point that is read out. */
function ring(plot: uPlot, point: Point | undefined, colour: string): void {
  if (!point) return;
  const { ctx } = plot;
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.lineWidth = 2 * devicePixelRatio;
  ctx.beginPath();
  ctx.arc(plot.valToPos(point.x, 'x', true), plot.valToPos(point.y, 'y', true), 7 * devicePixelRatio, 0, 2 * Math.PI);
  ctx.stroke();
  ctx.restore();
}
