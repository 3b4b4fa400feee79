// What the plot draws itself on its canvas: points with shapes, ticks of specials on the frame.
import type uPlot from 'uplot';

import type { Look, Shape } from './look';
import { ticksOf, type Kind, type Special } from './specials';

/** From so many visible points on, only the line is drawn. */
export const FEW = 60;
/** Size of a point and length of a tick, in CSS pixels. */
const POINT = 3;
const TICK = 8;

export interface Drawn {
  look: Look;
  specials: readonly Special[];
}

export function drawPoints(plot: uPlot, looks: readonly Look[]): void {
  const [steps] = plot.data;
  const { min, max } = plot.scales.x ?? {};
  if (min === undefined || max === undefined || min === null || max === null) return;
  const ratio = devicePixelRatio;
  const { ctx } = plot;
  inFrame(plot, () => {
    for (const [index, look] of looks.entries()) {
      const row = plot.data[1 + index * 3] ?? [];
      const places: [number, number][] = [];
      for (let at = 0; at < steps.length; at += 1) {
        const [step, value] = [steps[at] ?? 0, row[at]];
        if (step < min || step > max || value === null || value === undefined) continue;
        places.push([plot.valToPos(step, 'x', true), plot.valToPos(value, 'y', true)]);
        if (places.length > FEW) break;
      }
      if (places.length > FEW) continue;
      ctx.fillStyle = look.colour;
      ctx.strokeStyle = look.colour;
      for (const [x, y] of places) shape(ctx, look.shape, x, y, POINT * ratio);
    }
  });
}

function inFrame(plot: uPlot, draw: () => void): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left - 6, bbox.top, bbox.width + 12, bbox.height);
  ctx.clip();
  draw();
  ctx.restore();
}

function shape(ctx: CanvasRenderingContext2D, kind: Shape, x: number, y: number, size: number): void {
  ctx.beginPath();
  if (kind === 'circle') ctx.arc(x, y, size, 0, 2 * Math.PI);
  else if (kind === 'square') ctx.rect(x - size, y - size, 2 * size, 2 * size);
  else if (kind === 'triangle') polygon(ctx, [x, y - size], [x + size, y + size], [x - size, y + size]);
  else if (kind === 'diamond') polygon(ctx, [x, y - size * 1.3], [x + size, y], [x, y + size * 1.3], [x - size, y]);
  else {
    ctx.lineWidth = size / 1.5;
    ctx.moveTo(x - size, y - size);
    ctx.lineTo(x + size, y + size);
    ctx.moveTo(x + size, y - size);
    ctx.lineTo(x - size, y + size);
    ctx.stroke();
    return;
  }
  ctx.fill();
}

function polygon(ctx: CanvasRenderingContext2D, ...corners: [number, number][]): void {
  for (const [index, [x, y]] of corners.entries()) {
    if (index === 0) ctx.moveTo(x, y);
    else ctx.lineTo(x, y);
  }
  ctx.closePath();
}

/** NaN is a line across the lower frame, an infinity a triangle at the frame on its side. */
export function drawSpecials(plot: uPlot, drawn: readonly Drawn[]): void {
  const { min, max } = plot.scales.x ?? {};
  if (min === undefined || max === undefined || min === null || max === null) return;
  const { ctx, bbox } = plot;
  const size = TICK * devicePixelRatio;
  ctx.save();
  for (const { look, specials } of drawn) {
    ctx.fillStyle = look.colour;
    for (const { at, kind } of ticksOf(specials, [min, max], bbox.width)) {
      const edge = kind === 'positive' ? bbox.top : bbox.top + bbox.height;
      tick(ctx, kind, bbox.left + at, edge, size);
    }
  }
  ctx.restore();
}

function tick(ctx: CanvasRenderingContext2D, kind: Kind, x: number, edge: number, size: number): void {
  if (kind === 'nan') {
    const width = Math.max(1, Math.round(size / 6));
    ctx.fillRect(Math.round(x - width / 2), edge - size, width, size * 1.25);
    return;
  }
  const inwards = kind === 'positive' ? 1 : -1;
  ctx.beginPath();
  polygon(ctx, [x, edge], [x - size / 2, edge + inwards * size], [x + size / 2, edge + inwards * size]);
  ctx.fill();
}
