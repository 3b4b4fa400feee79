// The definitions of the collections; another one begins from an example.
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useNavigate } from 'react-router';

import type { components } from '@/api.gen';
import { useApi } from '@/app/services';
import { useShortcuts } from '@/app/keys';
import { FormDialog, fieldProps } from '@/ui/form';
import { Page } from '@/ui/page';
import { Answer } from '@/ui/states';

import { SimpleTable } from '../shared/SimpleTable';

type DefinitionData = components['schemas']['CollectionDefinition'];

/** What a name of a collection looks like. */
const NAME = /^[a-z][a-z0-9_-]{0,62}$/;

export default function Definitions() {
  const api = useApi();
  const navigate = useNavigate();
  const [making, setMaking] = useState(false);
  const definitions = useQuery({
    queryKey: ['/api/collections'],
    queryFn: ({ signal }) => api.get('/api/collections', { signal }),
  });
  useShortcuts('Definitions', [{ keys: 'n', label: 'New collection', run: () => setMaking(true) }]);
  return (
    <Page
      title="Definitions"
      actions={
        <Button variant="contained" onClick={() => setMaking(true)}>
          New collection
        </Button>
      }
    >
      <Box sx={{ p: 2 }}>
        <Answer query={definitions}>
          {(data) => (
            <SimpleTable
              label="Definitions"
              rows={data.items}
              keyOf={(one: DefinitionData) => one.name}
              cells={[
                { title: 'Collection', cell: (one) => <Link to={`/admin/collections/${one.name}`}>{one.name}</Link> },
                { title: 'Documents', cell: (one) => <Link to={`/c/${one.name}`}>open</Link> },
                { title: 'Keeps', cell: keeps },
                { title: 'Indexes', right: true, cell: (one) => one.indexes?.length ?? 0 },
                { title: 'Readers see', cell: (one) => (one.access?.owner_only ? 'their own' : 'all') },
              ]}
            />
          )}
        </Answer>
      </Box>
      {making && (
        <FormDialog<{ name: string }>
          title="New collection"
          action="Continue"
          values={{ name: '' }}
          submit={async ({ name }) => void (await navigate(`/admin/collections/${name.trim()}`))}
          onClose={() => setMaking(false)}
        >
          {(form) => (
            <TextField
              label="Name"
              autoFocus
              {...fieldProps(form, 'name', {
                help: 'A small letter, then small letters, digits, _ or -',
                validate: (name) =>
                  NAME.test(name.trim()) || 'A small letter, then at most 62 small letters, digits, _ or -',
              })}
            />
          )}
        </FormDialog>
      )}
    </Page>
  );
}

function keeps(one: DefinitionData): string {
  if (one.versioned) return 'each revision';
  return one.soft_delete ? 'removed documents' : 'the current revision';
}
