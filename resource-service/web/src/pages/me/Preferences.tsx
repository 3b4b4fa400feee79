// What the reader prefers to see, kept in this browser.
import Box from '@mui/material/Box';
import FormControlLabel from '@mui/material/FormControlLabel';
import Switch from '@mui/material/Switch';
import TextField from '@mui/material/TextField';
import { useColorScheme } from '@mui/material/styles';
import type { ReactNode } from 'react';

import { ExactNumber } from '@/api/json';
import { keyNames } from '@/app/keys';
import { usePreferences, type Preferences } from '@/app/preferences';
import { single } from '@/numbers/format';
import { Section } from '@/ui/page';
import { exact, useNow } from '@/ui/time';

const DIGITS: readonly Preferences['digits'][] = ['auto', 'stored', 3, 4, 5, 6, 8, 10, 12, 15, 17];
const SAMPLE = new ExactNumber('-76.026765600000000');

function digitsName(digits: Preferences['digits']): string {
  if (digits === 'auto') return 'enough to tell values apart';
  return digits === 'stored' ? 'as stored' : `${digits} significant`;
}

function zones(): string[] {
  const all = typeof Intl.supportedValuesOf === 'function' ? Intl.supportedValuesOf('timeZone') : [];
  return ['local', 'UTC', ...all.filter((zone) => zone !== 'UTC')];
}

export function PreferencesSection() {
  const { preferences, change } = usePreferences();
  const { mode, setMode } = useColorScheme();
  const now = useNow();
  const { digits, zone, keys } = preferences;
  const known = zones();
  return (
    <Section title="Preferences">
      <Box
        sx={{
          display: 'grid',
          gap: 4,
          pt: 2,
          gridTemplateColumns: 'repeat(auto-fit, minmax(min(100%, 220px), 280px))',
        }}
      >
        <Choice
          label="Digits of numbers"
          value={String(digits)}
          onChange={(value) => {
            const number = Number(value);
            change({ digits: Number.isNaN(number) ? (value as 'auto' | 'stored') : number });
          }}
          help={`Example: ${single(SAMPLE, digits)}`}
        >
          {(DIGITS.includes(digits) ? DIGITS : [...DIGITS, digits]).map((one) => (
            <option key={one} value={one}>
              {digitsName(one)}
            </option>
          ))}
        </Choice>
        <Choice
          label="Time zone"
          value={zone}
          onChange={(value) => change({ zone: value })}
          help={`Now: ${exact(now, zone)}`}
        >
          {(known.includes(zone) ? known : [...known, zone]).map((one) => (
            <option key={one} value={one}>
              {one === 'local' ? 'of this browser' : one}
            </option>
          ))}
        </Choice>
        <Choice
          label="Theme"
          value={mode ?? 'system'}
          onChange={(value) => setMode(value as 'light' | 'dark' | 'system')}
          help="Light, dark, or the setting of the system"
        >
          <option value="system">as the system</option>
          <option value="light">light</option>
          <option value="dark">dark</option>
        </Choice>
        <Box>
          <FormControlLabel
            control={<Switch size="small" checked={keys} onChange={(_, on) => change({ keys: on })} />}
            label="Single keys are shortcuts"
            sx={{ ml: 0, gap: 2 }}
          />
          <Box sx={{ color: 'text.secondary', fontSize: '0.75rem' }}>
            Such as <kbd>j</kbd> for the next row. <kbd>{keyNames('mod+k')}</kbd> always works; <kbd>?</kbd> lists the
            keys.
          </Box>
        </Box>
      </Box>
      <Box sx={{ color: 'text.secondary', mt: 3 }}>These preferences are stored in this browser.</Box>
    </Section>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  onChange(value: string): void;
  help: string;
  children: ReactNode;
}

function Choice({ label, value, onChange, help, children }: ChoiceProps) {
  return (
    <TextField
      select
      label={label}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      helperText={help}
      slotProps={{ select: { native: true } }}
    >
      {children}
    </TextField>
  );
}
