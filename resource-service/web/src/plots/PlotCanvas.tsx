// The drawing of a plot by uPlot: axes, lines with bands, the cursor and zoom by pointer. Loaded when the first plot is shown.
import 'uplot/dist/uPlot.min.css';

import Box from '@mui/material/Box';
import { useEffect, useImperativeHandle, useRef, type Ref } from 'react';
import UPlot from 'uplot';

import type { Axis } from './axis';
import type { Aligned } from './align';
import { drawPoints, drawSpecials, type Drawn } from './draw';
import type { PlotColours } from './look';
import type { Range } from './samples';
import { labelWidth, stepMarks, stepText } from './steps';
import { scaled } from './window';

/** What the frame of a plot can ask of its drawing. */
export interface Handle {
  /** Puts the cursor on a step; nothing hides it. */
  point(step: number | undefined): void;
}

export interface CanvasProps {
  aligned: Aligned;
  axis: Axis;
  window: Range;
  lines: readonly Drawn[];
  colours: PlotColours;
  height: number;
  /** The title of the vertical axis. */
  name?: string | undefined;
  /** Plots with the same key show their cursor at the same step. */
  sync?: string | undefined;
  /** Steps that are marked by a line from top to bottom. */
  marks?: readonly number[];
  onZoom(window: Range): void;
  onPoint(step: number | undefined): void;
  ref?: Ref<Handle>;
}

/** How much one notch of the wheel zooms. */
const NOTCH = 1.25;
/** Pixels that stay free at the right. */
const RIGHT = 16;
const FONT = '11px system-ui, "Liberation Sans", "DejaVu Sans", sans-serif';

/** Remount it (by its key) when the number of lines, their looks or the colours change. */
export default function PlotCanvas(props: CanvasProps) {
  const { ref, height } = props;
  const frame = useRef<HTMLDivElement>(null);
  const drawing = useRef<Drawing>(null);
  const latest = useRef(props);
  useEffect(() => {
    latest.current = props;
    drawing.current?.update(props);
  });
  useEffect(() => {
    if (!frame.current) return;
    const made = new Drawing(frame.current, latest);
    drawing.current = made;
    return () => {
      drawing.current = null;
      made.end();
    };
  }, []);
  useImperativeHandle(ref, () => ({ point: (step) => drawing.current?.point(step) }), []);
  return <Box ref={frame} aria-hidden sx={{ minHeight: height, minWidth: 0, width: '100%' }} />;
}

/** One drawing on one element. */
class Drawing {
  private readonly plot: UPlot;
  private readonly resized: ResizeObserver;
  private drawn: CanvasProps;

  constructor(
    node: HTMLElement,
    private readonly latest: Latest,
  ) {
    this.drawn = latest.current;
    this.plot = new UPlot(optionsOf(latest, node), dataOf(this.drawn.aligned), node);
    this.resized = new ResizeObserver(([entry]) => {
      const width = Math.floor(entry?.contentRect.width ?? 0);
      if (width > 0 && width !== this.plot.width) this.plot.setSize({ width, height: this.plot.height });
    });
    this.resized.observe(node);
    this.plot.over.addEventListener('wheel', this.wheel, { passive: false });
  }

  /** Draws what changed. */
  update(next: CanvasProps): void {
    const { plot, drawn } = this;
    this.drawn = next;
    if (next.height !== drawn.height) plot.setSize({ width: plot.width, height: next.height });
    if (next.aligned !== drawn.aligned || next.axis !== drawn.axis || next.window !== drawn.window) {
      plot.batch(() => {
        plot.setData(dataOf(next.aligned), false);
        plot.setScale('x', { min: next.window[0], max: next.window[1] });
        plot.setScale('y', { min: next.axis.range[0], max: next.axis.range[1] });
      });
    } else if (next.lines !== drawn.lines || next.marks !== drawn.marks) plot.redraw(false);
  }

  point(step: number | undefined): void {
    const { plot } = this;
    if (step === undefined) plot.setCursor({ left: -10, top: -10 });
    // Above the frame: a horizontal line would name a value that no point has.
    else plot.setCursor({ left: plot.valToPos(step, 'x'), top: -10 });
  }

  end(): void {
    this.resized.disconnect();
    this.plot.over.removeEventListener('wheel', this.wheel);
    this.plot.destroy();
  }

  private readonly wheel = (event: WheelEvent) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    const { window, onZoom } = this.latest.current;
    const at = this.plot.posToVal(event.clientX - this.plot.over.getBoundingClientRect().left, 'x');
    onZoom(scaled(window, event.deltaY < 0 ? 1 / NOTCH : NOTCH, at));
  };
}

const dataOf = ({ steps, rows }: Aligned): UPlot.AlignedData => [steps, ...rows] as UPlot.AlignedData;

interface Latest {
  readonly current: CanvasProps;
}

function optionsOf(latest: Latest, node: HTMLElement): UPlot.Options {
  const { lines, colours, height, sync, name } = latest.current;
  const grid = { stroke: colours.line, width: 1 };
  const common = { stroke: colours.text, font: FONT, grid, ticks: { ...grid, size: 4 } };
  return {
    width: Math.max(200, node.clientWidth),
    height,
    legend: { show: false },
    // Half of the last label stands beyond the axis.
    padding: [null, () => Math.max(RIGHT, Math.ceil(labelWidth(latest.current.window) / 2)), null, null],
    scales: {
      x: { time: false, range: () => [...latest.current.window] },
      y: { range: () => [...latest.current.axis.range] },
    },
    axes: [
      {
        ...common,
        size: 24,
        ...titled('step'),
        splits: (made, _, from, to) => {
          const { left, width } = made.bbox;
          return stepMarks([from, to], width / devicePixelRatio, left / devicePixelRatio);
        },
        values: (_, steps) => steps.map((step) => stepText({ step })),
      },
      {
        ...common,
        ...(name !== undefined && titled(name)),
        size: (_, labels) => 16 + 6.5 * Math.max(3, ...(labels ?? []).map((label) => label.length)),
        splits: () => latest.current.axis.marks.map(({ at }) => at),
        values: () => latest.current.axis.marks.map(({ label }) => label),
      },
    ],
    series: [{}, ...lines.flatMap(({ look }) => seriesOf(look))],
    bands: lines.map(({ look }, index) => ({ series: [2 + index * 3, 3 + index * 3], fill: `${look.colour}2e` })),
    cursor: {
      // A step is pointed at, no value.
      y: false,
      drag: { x: true, y: false, setScale: false },
      points: { show: false },
      ...(sync !== undefined && { sync: { key: sync, setSeries: false } }),
    },
    hooks: {
      draw: [
        (made) =>
          drawPoints(
            made,
            latest.current.lines.map(({ look }) => look),
          ),
        (made) => drawSpecials(made, latest.current.lines),
        (made) => drawMarks(made, latest.current.marks ?? [], colours.strong),
      ],
      setSelect: [
        (made) => {
          const { left, width } = made.select;
          if (width < 3) return;
          latest.current.onZoom([made.posToVal(left, 'x'), made.posToVal(left + width, 'x')]);
          made.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
      setCursor: [
        (made) => {
          const { left } = made.cursor;
          latest.current.onPoint(left === undefined || left < 0 ? undefined : made.posToVal(left, 'x'));
        },
      ],
    },
  };
}

/** What an axis shows beside its numbers. */
const titled = (label: string): UPlot.Axis => ({ label, labelSize: 16, labelGap: 0, labelFont: FONT });

function seriesOf(look: Drawn['look']): UPlot.Series[] {
  const border: UPlot.Series = { width: 0, points: { show: false } };
  const line: UPlot.Series = { stroke: look.colour, width: 1.5, dash: look.dash, points: { show: false } };
  return [line, border, border];
}

function drawMarks(plot: UPlot, marks: readonly number[], colour: string): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.setLineDash([4, 4]);
  for (const step of marks) {
    const x = Math.round(plot.valToPos(step, 'x', true));
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
  }
  ctx.restore();
}
