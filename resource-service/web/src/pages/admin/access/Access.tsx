// Why can't X see Y: the reasons of the policy, asked of the service that would decide.
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';
import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';

import { useApi, useScope } from '@/app/services';
import { Page, Section } from '@/ui/page';
import { Answer, Empty } from '@/ui/states';
import { useSetParams, useParam } from '@/ui/urlState';

import { effectiveScopes, usePages, useRoles, useUser, type Role, type User } from '@/people/data';

import { Reach } from './Reach';
import { VerdictOf, type Verdict } from './VerdictOf';

interface Report {
  exists: boolean;
  read: Verdict;
  write: Verdict;
  hidden: { field: string; scope: string }[];
}
export default function Access() {
  const [user] = useParam('user');
  const [collection] = useParam('collection', 'calculations');
  const [id] = useParam('id');
  const mayRead = useScope('roles:read');
  return (
    <Page title="Why can’t X see Y">
      <Question key={`${user} ${collection} ${id}`} user={user} collection={collection} id={id} />
      {!mayRead && (
        <Empty title="This page needs the scope roles:read">The scopes of a user follow from their roles.</Empty>
      )}
      {mayRead && user !== '' && <Reasons user={user} collection={collection} id={id} />}
    </Page>
  );
}

function Question(asked: { user: string; collection: string; id: string }) {
  const set = useSetParams();
  const api = useApi();
  const collections = useQuery({
    queryKey: ['/api/collections'],
    queryFn: async ({ signal }) =>
      (await api.get<string>('/api/collections', { signal })) as unknown as { items: { name: string }[] },
  });
  const [typed, setTyped] = useState(asked);
  const [missing, setMissing] = useState(false);
  const change = (part: Partial<typeof asked>) => setTyped((before) => ({ ...before, ...part }));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setMissing(typed.user.trim() === '');
    if (typed.user.trim() === '') return;
    set({ user: typed.user.trim(), collection: typed.collection, id: typed.id.trim() }, { push: true });
  };
  const names = collections.data?.items.map((one) => one.name) ?? [typed.collection];
  return (
    <Box
      component="form"
      onSubmit={submit}
      sx={{ px: 4, py: 3, display: 'flex', gap: 2, flexWrap: 'wrap', alignItems: 'flex-start' }}
    >
      <TextField
        label="User: e-mail or id"
        value={typed.user}
        onChange={(event) => change({ user: event.target.value })}
        error={missing}
        helperText={missing && 'Enter the e-mail address or the id of a user'}
        sx={{ width: 280 }}
      />
      <TextField
        select
        label="Collection"
        value={names.includes(typed.collection) ? typed.collection : ''}
        onChange={(event) => change({ collection: event.target.value })}
        sx={{ width: 180 }}
      >
        {names.map((name) => (
          <MenuItem key={name} value={name}>
            {name}
          </MenuItem>
        ))}
      </TextField>
      <TextField
        label="Document: id"
        value={typed.id}
        onChange={(event) => change({ id: event.target.value })}
        helperText="Left empty: what the user can reach in each collection"
        sx={{ width: 340 }}
      />
      <Button type="submit" variant="contained" size="medium">
        Explain
      </Button>
    </Box>
  );
}

function Reasons({ user, collection, id }: { user: string; collection: string; id: string }) {
  return user.includes('@') ? (
    <ByEmail email={user} collection={collection} id={id} />
  ) : (
    <ById user={user} collection={collection} id={id} />
  );
}

function ByEmail({ email, collection, id }: { email: string; collection: string; id: string }) {
  const users = usePages<User>('/auth/users', { email });
  return (
    <Answer query={users}>
      {(found) => {
        const user = found.find((one) => one.email.toLowerCase() === email.toLowerCase());
        return user ? (
          <Explained user={user} collection={collection} id={id} />
        ) : (
          <Empty title={`There is no user ${email}`} />
        );
      }}
    </Answer>
  );
}

function ById({ user, collection, id }: { user: string; collection: string; id: string }) {
  const found = useUser(user);
  return <Answer query={found}>{(data) => <Explained user={data} collection={collection} id={id} />}</Answer>;
}

function Explained({ user, collection, id }: { user: User; collection: string; id: string }) {
  const roles = useRoles();
  return (
    <Answer query={roles}>
      {(all) =>
        id === '' ? (
          <>
            {user.disabled && <Disabled user={user} />}
            <Reach user={user} roles={all} />
          </>
        ) : (
          <Report user={user} collection={collection} id={id} roles={all} />
        )
      }
    </Answer>
  );
}

function Report({
  user,
  collection,
  id,
  roles,
}: {
  user: User;
  collection: string;
  id: string;
  roles: readonly Role[];
}) {
  const api = useApi();
  const scopes = effectiveScopes(user.roles, roles);
  const scope = scopes.map((one) => one.scope).join(' ');
  const report = useQuery({
    queryKey: ['access', collection, id, user.id, scope],
    queryFn: async ({ signal }) =>
      (await api.get<string>('/api/{collection}/{id}/access', {
        path: { collection, id },
        query: { subject: user.id, scope },
        signal,
      })) as unknown as Report,
  });
  const from = (wanted: string) =>
    scopes.filter((one) => one.scope === wanted || one.scope === '*').flatMap((one) => one.roles);
  return (
    <Answer query={report}>
      {(data) => (
        <>
          {!data.exists && (
            <Empty title="There is no such document now">
              It may have been removed, or the id belongs to another collection.
            </Empty>
          )}
          {user.disabled && <Disabled user={user} />}
          <VerdictOf title={`${user.email} reading it`} verdict={data.read} user={user} roles={roles} />
          <VerdictOf title={`${user.email} changing it`} verdict={data.write} user={user} roles={roles} />
          {data.hidden.length > 0 && (
            <Section title="Fields that are hidden from them">
              <ul>
                {data.hidden.map((one) => (
                  <li key={one.field}>
                    <code>{one.field}</code> needs the scope <code>{one.scope}</code>
                    {from(one.scope).length > 0 && ` (${from(one.scope).join(', ')})`}
                  </li>
                ))}
              </ul>
            </Section>
          )}
          <Section title="Their scopes">
            {scopes.length === 0 && 'None: their roles grant no scope.'}
            <ul>
              {scopes.map((one) => (
                <li key={one.scope}>
                  <code>{one.scope}</code> from {one.roles.join(', ')}
                </li>
              ))}
            </ul>
          </Section>
        </>
      )}
    </Answer>
  );
}

function Disabled({ user }: { user: User }) {
  return <Empty title={`${user.email} is disabled`}>They cannot log in, whatever their roles are.</Empty>;
}
