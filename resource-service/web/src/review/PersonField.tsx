// Finds a person by e-mail address or name. Callers without the scope users:read find people by what they own, or by id.
import Autocomplete from '@mui/material/Autocomplete';
import Box from '@mui/material/Box';
import TextField from '@mui/material/TextField';
import { useQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';

import { useApi, useIdentity, useScope } from '@/app/services';

import { useLateNames } from '@/people/late';

import { isId, peopleLike, type Person } from './people';
import { fetchOwners, findPeople } from './requests';

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
  const [text, setText] = useState('');
  const sought = useDeferredValue(text.trim());
  const mayFind = useScope('users:read');
  const found = usePeopleLike(sought === value?.name ? '' : sought, mayFind);
  const failed = found.error instanceof Error ? found.error.message : undefined;
  return (
    <Autocomplete
      options={found.people}
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
      loading={found.isLoading}
      autoHighlight={sought !== ''}
      // A pasted id is whole: it is not lost when the field is left.
      autoSelect={isId(text)}
      // What was typed and means nobody stays in sight.
      clearOnBlur={false}
      noOptionsText={nobody(sought, mayFind)}
      renderOption={({ key, ...props }, { name, email }) => (
        <Box
          component="li"
          key={key}
          {...props}
          dir="auto"
          sx={{ display: 'block !important', overflowWrap: 'anywhere' }}
        >
          {name}{' '}
          {email !== undefined && email !== name && (
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

/** People who fit the text. Everybody is looked for with the scope users:read, else those whose names documents tell. */
function usePeopleLike(sought: string, mayFind: boolean) {
  const api = useApi();
  const { sub } = useIdentity();
  const found = useQuery({
    queryKey: ['people', sought],
    queryFn: ({ signal }) => findPeople(api, sought, signal),
    enabled: mayFind && sought.length >= 2,
  });
  const owners = useQuery({
    queryKey: ['people', 'owners', sub],
    queryFn: ({ signal }) => fetchOwners(api, sub, signal),
    enabled: !mayFind,
    staleTime: ({ state }) => (state.data?.isLate ? 0 : 60_000),
  });
  useLateNames(sub, owners, owners.data?.isLate === true);
  const { error, isLoading } = mayFind ? found : owners;
  const people = mayFind ? (found.data ?? []) : peopleLike(owners.data?.people ?? [], sought);
  return { people, error, isLoading };
}

function nobody(sought: string, mayFind: boolean): string {
  if (!mayFind) return 'Nobody of that name has calculations or reviews that you can see. Paste the id of a user.';
  return sought.length < 2 ? 'Type two letters of the name or e-mail address' : 'Nobody found';
}
