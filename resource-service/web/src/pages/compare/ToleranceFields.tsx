// The tolerance within which results and series count as the same.
import Box from '@mui/material/Box';
import TextField from '@mui/material/TextField';
import { useState } from 'react';

import { readTolerance } from '@/calculations/tolerance';
import { useSetParams } from '@/ui/urlState';

import { useTolerance } from './data';

const FIELDS = [
  { name: 'abs', label: 'Absolute', help: 'The difference is at most this' },
  { name: 'rel', label: 'Relative', help: 'The difference is at most this share of the larger value' },
  { name: 'ulp', label: 'Last places', help: 'At most this many doubles lie between them' },
] as const;

export function ToleranceFields() {
  const { texts } = useTolerance();
  return (
    <Box role="group" aria-label="Tolerance" sx={{ display: 'flex', flexWrap: 'wrap', gap: 2, alignItems: 'center' }}>
      <span>Tolerance</span>
      {FIELDS.map((field) => (
        // A link, or Back, brings another text.
        <Field key={`${field.name} ${texts[field.name]}`} {...field} stored={texts[field.name]} />
      ))}
    </Box>
  );
}

interface FieldProps {
  name: 'abs' | 'rel' | 'ulp';
  label: string;
  help: string;
  stored: string;
}

function Field({ name, label, help, stored }: FieldProps) {
  const set = useSetParams();
  const [typed, setTyped] = useState(stored);
  const isBad =
    readTolerance(typed) === undefined || (name === 'ulp' && typed !== '' && !/^\d{1,9}$/.test(typed.trim()));
  const keep = () => {
    if (!isBad && typed !== stored) set({ [name]: typed.trim() });
  };
  return (
    <TextField
      label={label}
      placeholder="0"
      value={typed}
      title={help}
      error={isBad}
      helperText={isBad ? (name === 'ulp' ? 'a whole number' : 'a number such as 1e-6') : undefined}
      onChange={(event) => setTyped(event.target.value)}
      onBlur={keep}
      onKeyDown={(event) => event.key === 'Enter' && keep()}
      slotProps={{ htmlInput: { inputMode: 'decimal' }, inputLabel: { shrink: true } }}
      sx={{ width: 116 }}
    />
  );
}
