// The sessions and API keys of a user, each with the button that ends it.
import Button from '@mui/material/Button';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { Can, useApi, useScope } from '@/app/services';
import { Confirm } from '@/ui/confirm';
import { Id } from '@/ui/copy';
import { Section } from '@/ui/page';
import { Empty } from '@/ui/states';
import { TimeText } from '@/ui/time';
import { useToast } from '@/ui/toasts';
import { useSearch } from '@/ui/urlState';

import { usePages, type ApiKey, type Session, type User } from '@/people/data';
import { deviceName } from '@/people/device';
import { QueryTable, type Cell } from '../shared/SimpleTable';

export function UserAccess({ user }: { user: User }) {
  return (
    <>
      <Sessions user={user} />
      <ApiKeys user={user} />
    </>
  );
}

/** Ends something of a user and reads the list again. */
function useEnd(list: string) {
  const api = useApi();
  const client = useQueryClient();
  const toast = useToast();
  return async (path: string, said: string) => {
    await api.delete(path);
    await client.invalidateQueries({ queryKey: [list] });
    toast({ text: said });
  };
}

function Sessions({ user }: { user: User }) {
  const list = `/auth/users/${user.id}/sessions`;
  const sessions = usePages<Session>(list);
  const end = useEnd(list);
  const [search] = useSearch();
  const [asked, setAsked] = useState<Session | 'all' | null>(null);
  const mayWrite = useScope('users:write');
  const cells: Cell<Session>[] = [
    {
      title: 'Device',
      cell: (session) => <bdi title={session.device ?? undefined}>{deviceName(session.device)}</bdi>,
    },
    { title: 'Address', cell: (session) => session.address },
    { title: 'Client', cell: (session) => session.client_id },
    { title: 'Logged in', cell: (session) => <TimeText at={session.created_at} /> },
    { title: 'Last used', cell: (session) => <TimeText at={session.last_used_at} /> },
    { title: 'Ends', cell: (session) => <TimeText at={session.expires_at} /> },
    { title: 'Id', cell: (session) => <Id id={session.id} /> },
  ];
  if (mayWrite)
    cells.push({ title: 'Action', cell: (session) => <Button onClick={() => setAsked(session)}>End</Button> });
  return (
    <Section
      title="Sessions"
      actions={
        (sessions.data?.length ?? 0) > 0 && (
          <Can scope="users:write">
            <Button variant="outlined" onClick={() => setAsked('all')}>
              End all
            </Button>
          </Can>
        )
      }
    >
      <QueryTable
        query={sessions}
        skeleton={2}
        empty={<Empty title="No session is open" />}
        label="Sessions"
        cells={cells}
        keyOf={(session) => session.id}
        marked={search.get('session')}
      />
      {asked && (
        <Confirm
          title={asked === 'all' ? 'End all sessions?' : 'End this session?'}
          action={asked === 'all' ? 'End all sessions' : 'End the session'}
          onClose={() => setAsked(null)}
          run={() =>
            asked === 'all'
              ? end(list, 'All sessions are ended')
              : end(`${list}/${encodeURIComponent(asked.id)}`, 'The session is ended')
          }
        >
          Its tokens are refused within a second. The user can log in again.
        </Confirm>
      )}
    </Section>
  );
}

function ApiKeys({ user }: { user: User }) {
  const list = `/auth/users/${user.id}/api-keys`;
  const keys = usePages<ApiKey>(list);
  const end = useEnd(list);
  const [search] = useSearch();
  const [asked, setAsked] = useState<ApiKey | null>(null);
  const mayWrite = useScope('users:write');
  const cells: Cell<ApiKey>[] = [
    { title: 'Name', cell: (key) => <bdi>{key.name}</bdi> },
    { title: 'Scopes', cell: (key) => <code>{key.scopes.join(' ')}</code> },
    { title: 'Created', cell: (key) => <TimeText at={key.created_at} /> },
    { title: 'Last used', cell: (key) => <TimeText at={key.last_used_at} /> },
    { title: 'Expires', cell: (key) => <TimeText at={key.expires_at} /> },
    { title: 'Id', cell: (key) => <Id id={key.client_id} /> },
  ];
  if (mayWrite) cells.push({ title: 'Action', cell: (key) => <Button onClick={() => setAsked(key)}>Remove</Button> });
  return (
    <Section title="API keys">
      <QueryTable
        query={keys}
        skeleton={2}
        empty={<Empty title="The user has no API key" />}
        label="API keys"
        cells={cells}
        keyOf={(key) => key.client_id}
        marked={search.get('key')}
      />
      {asked && (
        <Confirm
          title={`Remove the key ${asked.name}?`}
          action="Remove the key"
          onClose={() => setAsked(null)}
          run={() => end(`${list}/${encodeURIComponent(asked.client_id)}`, 'The key is removed')}
        >
          Programs that use it are refused within a second. This cannot be undone.
        </Confirm>
      )}
    </Section>
  );
}
