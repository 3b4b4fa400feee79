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
    queryFn: ({ signal }) => find(sought, signal),
    enabled: sought.length >= 2,
  });
  const failed = query.error instanceof Error ? query.error.message : undefined;
  const options = (query.data?.items ?? []).filter(({ kind, id }) => kind === 'calculations' && !taken.includes(id));
  const limit = query.data?.limited.find(({ collection }) => collection === 'calculations');
  const none = limit
    ? `None of the latest ${limit.documents.toLocaleString('en')} calculations has these words`
    : 'No other calculation has these words';
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
      noOptionsText={sought.length < 2 ? 'Type two letters or more' : none}
      blurOnSelect
      sx={{ width: 280, maxWidth: '100%' }}
      renderInput={(params) => (
        <TextField {...params} label="Add a calculation" error={failed !== undefined} helperText={failed} />
      )}
    />
  );
}
