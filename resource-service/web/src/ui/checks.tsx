// Several values out of a list, each with a box to tick.
import Box from '@mui/material/Box';
import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import type { ReactNode } from 'react';

interface ChecksProps {
  legend: string;
  options: readonly string[];
  chosen: readonly string[];
  onChange(chosen: string[]): void;
  /** What is shown for a value; without it, the value as code. */
  label?: (option: string) => ReactNode;
  /** One value a line; otherwise in as many columns as there is room for. */
  lines?: boolean;
  /** Which of three columns a value is in, where there is room for three: values that belong together share a line. */
  columnOf?: (option: string) => number;
  /** Below the boxes. */
  children?: ReactNode;
}

export function Checks({ legend, options, chosen, onChange, label, lines = false, columnOf, children }: ChecksProps) {
  const toggle = (option: string) =>
    onChange(chosen.includes(option) ? chosen.filter((one) => one !== option) : [...chosen, option]);
  const free = lines ? '1fr' : 'repeat(auto-fill, minmax(176px, 1fr))';
  const columns = columnOf ? { xs: '1fr', sm: 'repeat(3, minmax(0, 1fr))' } : free;
  return (
    <Box component="fieldset" sx={{ border: 0, p: 0, m: 0, minWidth: 0 }}>
      <Box component="legend" sx={{ p: 0, fontWeight: 600 }}>
        {legend}
      </Box>
      <Box sx={{ display: 'grid', gridTemplateColumns: columns, my: 1 }}>
        {options.map((option) => (
          <FormControlLabel
            key={option}
            {...(columnOf && { sx: { gridColumn: { sm: columnOf(option) } } })}
            control={<Checkbox checked={chosen.includes(option)} onChange={() => toggle(option)} sx={{ p: 1 }} />}
            label={label ? label(option) : <code>{option}</code>}
          />
        ))}
      </Box>
      {children}
    </Box>
  );
}
