// Finds a calculation by name, words or id and adds it to the comparison.
import Autocomplete from '@mui/material/Autocomplete';
import TextField from '@mui/material/TextField';
import { useQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';

import { useDocumentFinder } from '@/app/finder';

interface AddProps {
  taken: readonly string[];
  add(id: string): void;
}

export function AddCalculation({ taken, add }: AddProps) {
  const find = useDocumentFinder();
  const [text, setText] = useState('');
  const sought = useDeferredValue(text.trim());
  const query = useQuery({
    queryKey: ['find calculations', sought],
    queryFn: async ({ signal }) => (await find(sought, signal)).filter(({ kind }) => kind === 'calculations'),
    enabled: sought.length >= 2,
  });
  const failed = query.error instanceof Error ? query.error.message : undefined;
  const options = (query.data ?? []).filter(({ id }) => !taken.includes(id));
  return (
    <Autocomplete
      options={options}
      value={null}
      inputValue={text}
      onInputChange={(_, typed, reason) => setText(reason === 'reset' ? '' : typed)}
      onChange={(_, found) => found && add(found.id)}
      filterOptions={(all) => all}
      getOptionLabel={({ title }) => title}
      getOptionKey={({ id }) => id}
      loading={query.isFetching}
      noOptionsText={sought.length < 2 ? 'Type two letters or more' : 'No other calculation contains these words'}
      blurOnSelect
      sx={{ width: 280, maxWidth: '100%' }}
      renderInput={(params) => (
        <TextField {...params} label="Add a calculation" error={failed !== undefined} helperText={failed} />
      )}
    />
  );
}
