// Chooses a field by typing a part of its name.
import TextField from '@mui/material/TextField';
import { useId, useState } from 'react';

import { DidYouMean } from '@/table-page/DidYouMean';
import { titleOf, type Field } from '@/table-page/fields';
import { meaningOf } from '@/table-page/names';

interface PickerProps {
  label: string;
  value: string;
  fields: readonly Field[];
  /** What a path is called, where it is not the title of a column. */
  title?(path: string): string;
  onChange(path: string): void;
}

export function FieldPicker({ label, value, fields, title = titleOf, onChange }: PickerProps) {
  const id = useId();
  const [typed, setTyped] = useState<string | null>(null);
  const [near, setNear] = useState<readonly string[] | null>(null);
  const commit = (given: string) => {
    const meaning = given === '' ? { path: '' } : meaningOf(given, { fields, title });
    if (meaning.path === undefined) {
      setNear(meaning.near);
      return;
    }
    setNear(null);
    setTyped(null);
    if (meaning.path !== value) onChange(meaning.path);
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
          setNear(null);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && typed !== null) commit(typed.trim());
        }}
        onBlur={() => typed !== null && commit(typed.trim())}
        error={near !== null}
        helperText={
          near !== null && (
            <>
              There is no field “{typed}”.
              <DidYouMean near={near} choose={commit} />
            </>
          )
        }
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
