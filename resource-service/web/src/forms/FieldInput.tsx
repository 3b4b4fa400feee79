// One field of a document's form: a line, several lines, or a choice.
import TextField from '@mui/material/TextField';
import type { UseFormRegisterReturn } from 'react-hook-form';

import { MONO } from '@/app/theme';

import type { FormField, Kind } from './model';

interface InputProps {
  field: FormField;
  registered: UseFormRegisterReturn;
  /** How long its text is at first. */
  letters: number;
  fault: string | undefined;
}

const HINTS: Partial<Record<Kind, string>> = {
  'date-time': 'A time with its zone, such as 2026-11-29T08:40:02Z.',
  list: 'One value a line.',
  json: 'JSON.',
};
const LINES: Partial<Record<Kind, number>> = { text: 2, list: 2, json: 3, rest: 3 };
const MOST_LINES = 20;
/** Longer texts get all lines and no direction of their own: to work these out takes a second and more. */
const MEASURED = 20_000;

export function FieldInput({ field, registered, letters, fault }: InputProps) {
  const { kind, title, description, required, special } = field;
  const { ref, ...handlers } = registered;
  const options = kind === 'boolean' ? ['true', 'false'] : kind === 'enum' ? field.options : undefined;
  const hint = [description, HINTS[kind], special ? 'NaN, Infinity and -Infinity are values too.' : undefined];
  const lines = LINES[kind];
  return (
    <TextField
      {...handlers}
      inputRef={ref}
      label={title}
      required={required}
      error={fault !== undefined}
      helperText={fault ?? hint.filter(Boolean).join(' ')}
      select={options !== undefined}
      multiline={lines !== undefined}
      {...(lines !== undefined &&
        (letters > MEASURED ? { rows: MOST_LINES } : { minRows: lines, maxRows: MOST_LINES }))}
      slotProps={{
        // A native choice works with every keyboard and screen reader.
        ...(options !== undefined && { select: { native: true } }),
        inputLabel: { shrink: true },
        htmlInput: {
          dir: letters > MEASURED ? undefined : 'auto',
          spellCheck: kind === 'text',
          ...((kind === 'number' || kind === 'integer') && { inputMode: 'text', autoComplete: 'off' }),
          ...((kind === 'json' || kind === 'rest') && { style: { fontFamily: MONO, fontSize: '0.75rem' } }),
        },
      }}
    >
      {options !== undefined && [
        <option key="" value="">
          {required ? 'Choose' : 'none'}
        </option>,
        ...options.map((value) => (
          <option key={value} value={value}>
            {value}
          </option>
        )),
      ]}
    </TextField>
  );
}
