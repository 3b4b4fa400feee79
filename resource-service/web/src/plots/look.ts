// How series are told apart: colour, dashes and the shape of their points.
import { useColorScheme, useTheme } from '@mui/material/styles';
import { useMemo } from 'react';

export interface Look {
  colour: string;
  /** Lengths of line and space in pixels. */
  dash: number[];
  shape: Shape;
}

export type Shape = 'circle' | 'square' | 'triangle' | 'diamond' | 'cross';

const DASHES: number[][] = [[], [7, 3], [2, 3], [9, 3, 2, 3], [12, 4], [4, 4], [9, 3, 2, 3, 2, 3]];
const SHAPES: Shape[] = ['circle', 'square', 'triangle', 'diamond', 'cross'];

export interface PlotColours {
  series: readonly string[];
  text: string;
  line: string;
  strong: string;
  background: string;
}

export function usePlotColours(): PlotColours {
  const theme = useTheme();
  const { mode, systemMode } = useColorScheme();
  const scheme = (mode === 'system' ? systemMode : mode) ?? 'light';
  return useMemo(() => {
    const palette = theme.colorSchemes?.[scheme]?.palette ?? theme.palette;
    return {
      series: palette.series,
      text: palette.text.secondary,
      strong: palette.text.primary,
      line: palette.line,
      background: palette.background.default,
    };
  }, [theme, scheme]);
}

export function lookOf(index: number, colours: readonly string[]): Look {
  return {
    colour: colours[index % colours.length] ?? '#000',
    dash: DASHES[index % DASHES.length] ?? [],
    shape: SHAPES[index % SHAPES.length] ?? 'circle',
  };
}
