// A plot by keyboard: the cursor goes from point to point, the window is zoomed and moved.
import type { KeyboardEvent } from 'react';

import type { Curve } from './curves';
import { nearest, type Range } from './samples';
import { joinSpecials, nextSpecial, type Special } from './specials';
import { scaled, shifted } from './window';

export const KEYS_HELP =
  'Arrow keys read the points, with Shift ten at a time; Home and End go to the ends; plus and minus zoom, 0 shows all, Page Up and Page Down move; N goes to the next special value.';

const FAST = 10;
const ZOOM = 2;
const SHIFT = 0.5;

interface State {
  curves: readonly Curve[];
  specials: readonly (readonly Special[])[];
  window: Range;
  bounds: Range | undefined;
  cursor: number | undefined;
  point(step: number | undefined): void;
  jump(step: number): void;
  zoom(window: Range): void;
}

export function usePlotKeys(state: State): (event: KeyboardEvent) => void {
  return (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act = actionOf(event.key, event.shiftKey, state);
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };
}

function actionOf(key: string, isFast: boolean, state: State): (() => void) | undefined {
  const { window, bounds, cursor, point, jump, zoom } = state;
  if (!bounds) return undefined;
  const steps = stepsIn(state.curves, window);
  const here = cursor === undefined ? undefined : nearest(steps.map(asPoint), cursor);
  const go = (index: number) => {
    const step = steps[Math.min(Math.max(index, 0), steps.length - 1)];
    if (step !== undefined) point(step);
  };
  const stride = isFast ? FAST : 1;
  switch (key) {
    case 'ArrowRight':
      return () => go(here === undefined ? 0 : here + stride);
    case 'ArrowLeft':
      return () => go(here === undefined ? steps.length - 1 : here - stride);
    case 'Home':
      return () => go(0);
    case 'End':
      return () => go(steps.length - 1);
    case '+':
    case '=':
      return () => zoom(scaled(window, 1 / ZOOM, cursor));
    case '-':
      return () => zoom(scaled(window, ZOOM, cursor));
    case '0':
      return () => zoom(bounds);
    case 'PageUp':
      return () => zoom(shifted(window, -SHIFT, bounds));
    case 'PageDown':
      return () => zoom(shifted(window, SHIFT, bounds));
    case 'n':
    case 'N': {
      const next = nextSpecial(
        state.specials.reduce<Special[]>((all, some) => joinSpecials(all, some), []),
        cursor,
      );
      return next && (() => jump(next.step));
    }
    case 'Escape':
      return cursor === undefined ? undefined : () => point(undefined);
    default:
      return undefined;
  }
}

const asPoint = (step: number) => ({ step, value: 0, min: 0, max: 0 });

/** All steps of the window at which some curve has a point. */
function stepsIn(curves: readonly Curve[], [from, to]: Range): number[] {
  const steps = new Set<number>();
  for (const { sample } of curves) {
    for (const { step } of sample.points) if (step >= from && step <= to) steps.add(step);
  }
  return [...steps].sort((a, b) => a - b);
}
