// The clients: services and programs with an identity of their own. Secrets are shown once.
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useState } from 'react';

import { useShortcuts } from '@/app/keys';
import { useScope } from '@/app/services';
import { Id } from '@/ui/copy';
import { Page } from '@/ui/page';
import { Empty } from '@/ui/states';
import { OutcomeMark } from '@/ui/status';
import { TimeText } from '@/ui/time';
import { useSearch } from '@/ui/urlState';

import { usePages, type Client } from '@/people/data';
import { QueryTable, type Cell } from '../shared/SimpleTable';
import { ClientForm } from './ClientForm';
import { ClientMenu } from './ClientMenu';
import { ClientSecret, type Secret } from './ClientSecret';

export default function Clients() {
  const clients = usePages<Client>('/auth/clients');
  const mayWrite = useScope('clients:write');
  const [search] = useSearch();
  const [changing, setChanging] = useState<Client | 'new' | null>(null);
  const [secret, setSecret] = useState<Secret | null>(null);
  useShortcuts('Clients', mayWrite ? [{ keys: 'n', label: 'New client', run: () => setChanging('new') }] : []);
  const cells: Cell<Client>[] = [
    { title: 'Name', cell: (client) => <bdi>{client.name}</bdi> },
    {
      title: 'State',
      cell: (client) => <OutcomeMark isGood={!client.disabled} good="active" bad="disabled" />,
    },
    {
      title: 'Scopes',
      cell: (client) => (
        <Box component="code" sx={{ whiteSpace: 'normal', overflowWrap: 'anywhere' }}>
          {client.scopes.join(' ')}
        </Box>
      ),
    },
    { title: 'Grants', cell: (client) => client.grants.join(', ') },
    { title: 'Secrets', cell: (client) => client.secrets, right: true },
    { title: 'Last used', cell: (client) => <TimeText at={client.last_used_at} /> },
    { title: 'Id', cell: (client) => <Id id={client.client_id} /> },
  ];
  if (mayWrite)
    cells.push({
      title: 'Actions',
      cell: (client) => <ClientMenu client={client} onChange={setChanging} onSecret={setSecret} />,
    });
  return (
    <Page
      title="Clients"
      actions={
        mayWrite && (
          <Button variant="contained" onClick={() => setChanging('new')}>
            New client
          </Button>
        )
      }
    >
      <Box sx={{ p: 2 }}>
        <QueryTable
          query={clients}
          empty={
            <Empty title="There are no clients">A client is a service or a program with an identity of its own.</Empty>
          }
          label="Clients"
          cells={cells}
          keyOf={(client) => client.client_id}
          marked={search.get('id')}
        />
      </Box>
      {changing && <ClientForm client={changing} onSecret={setSecret} onClose={() => setChanging(null)} />}
      {secret && <ClientSecret secret={secret} onClose={() => setSecret(null)} />}
    </Page>
  );
}
