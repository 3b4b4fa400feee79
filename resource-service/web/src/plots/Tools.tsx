// The buttons of a plot: zoom, move, table.
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';

import type { Range } from './samples';
import { scaled, shifted } from './window';

interface ToolsProps {
  window: Range;
  bounds: Range;
  isZoomed: boolean;
  zoom(window: Range): void;
  asTable: boolean;
  onTable?: ((asTable: boolean) => void) | undefined;
}

export function Tools({ window, bounds, isZoomed, zoom, asTable, onTable }: ToolsProps) {
  const tools: [label: string, sign: string, disabled: boolean, act: () => void][] = [
    ['Zoom in', '+', false, () => zoom(scaled(window, 0.5))],
    ['Zoom out', '−', !isZoomed, () => zoom(scaled(window, 2))],
    ['Earlier steps', '←', window[0] <= bounds[0], () => zoom(shifted(window, -0.5, bounds))],
    ['Later steps', '→', window[1] >= bounds[1], () => zoom(shifted(window, 0.5, bounds))],
  ];
  return (
    <Box
      role="toolbar"
      aria-label="Plot"
      sx={{ display: 'flex', gap: 1, alignItems: 'center', mb: 1, flexWrap: 'wrap' }}
    >
      {tools.map(([label, sign, disabled, act]) => (
        <Button key={label} aria-label={label} title={label} disabled={disabled} onClick={act} sx={{ minWidth: 32 }}>
          {sign}
        </Button>
      ))}
      <Button disabled={!isZoomed} onClick={() => zoom(bounds)}>
        All steps
      </Button>
      {onTable && (
        <Button aria-pressed={asTable} onClick={() => onTable(!asTable)}>
          {asTable ? 'Show as plot' : 'Show as table'}
        </Button>
      )}
    </Box>
  );
}
