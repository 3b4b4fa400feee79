// Finds a person by e-mail address or name. Only for callers with the scope users:read.
import Autocomplete from '@mui/material/Autocomplete';
import Box from '@mui/material/Box';
import TextField from '@mui/material/TextField';
import { useQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';

import { useApi } from '@/app/services';

import { findPeople, type Person } from './requests';

interface PersonFieldProps {
  label: string;
  value: Person | null;
  onChange(person: Person | null): void;
  /** Called with the text of the field, typed or chosen. */
  onType?(text: string): void;
  help?: string | undefined;
  error?: boolean;
}

export function PersonField({ label, value, onChange, onType, help, error = false }: PersonFieldProps) {
  const api = useApi();
  const [text, setText] = useState('');
  const sought = useDeferredValue(text.trim());
  const found = useQuery({
    queryKey: ['people', sought],
    queryFn: ({ signal }) => findPeople(api, sought, signal),
    enabled: sought.length >= 2 && sought !== value?.name,
  });
  const failed = found.error instanceof Error ? found.error.message : undefined;
  return (
    <Autocomplete
      options={found.data ?? []}
      value={value}
      onChange={(_, person) => onChange(person)}
      onInputChange={(_, typed) => {
        setText(typed);
        onType?.(typed);
      }}
      filterOptions={(options) => options}
      getOptionLabel={({ name }) => name}
      getOptionKey={({ id }) => id}
      isOptionEqualToValue={(a, b) => a.id === b.id}
      loading={found.isFetching}
      noOptionsText={sought.length < 2 ? 'Type two letters of the name or e-mail address' : 'Nobody found'}
      renderOption={({ key, ...props }, { name, email }) => (
        <Box
          component="li"
          key={key}
          {...props}
          dir="auto"
          sx={{ display: 'block !important', overflowWrap: 'anywhere' }}
        >
          {name}{' '}
          {email !== name && (
            <Box component="span" sx={{ color: 'text.secondary' }}>
              {email}
            </Box>
          )}
        </Box>
      )}
      renderInput={(params) => (
        <TextField {...params} label={label} error={error || failed !== undefined} helperText={failed ?? help} />
      )}
    />
  );
}
