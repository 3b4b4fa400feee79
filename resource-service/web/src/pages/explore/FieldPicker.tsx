// Chooses a field by typing a part of its name.
import TextField from '@mui/material/TextField';
import { useId, useState } from 'react';

import type { Field } from '@/table-page/fields';

interface PickerProps {
  label: string;
  value: string;
  fields: readonly Field[];
  onChange(path: string): void;
}

export function FieldPicker({ label, value, fields, onChange }: PickerProps) {
  const id = useId();
  const [typed, setTyped] = useState<string | null>(null);
  const commit = (path: string) => {
    setTyped(null);
    if (path !== value) onChange(path);
  };
  return (
    <>
      <TextField
        label={label}
        value={typed ?? value}
        onChange={(event) => {
          const text = event.target.value;
          // A path chosen from the list arrives whole.
          if (fields.some(({ path }) => path === text)) commit(text);
          else setTyped(text);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && typed !== null) commit(typed.trim());
        }}
        onBlur={() => typed !== null && commit(typed.trim())}
        slotProps={{ htmlInput: { list: id, spellCheck: false } }}
        sx={{ width: 260, maxWidth: '100%' }}
      />
      <datalist id={id}>
        {fields.map((field) => (
          <option key={field.path} value={field.path}>
            {field.unit ?? field.path}
          </option>
        ))}
      </datalist>
    </>
  );
}
