// The roles: which scopes each grants. Built-in ones are shown, others are made, changed and removed.
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';

import { useShortcuts } from '@/app/keys';
import { useApi, useScope } from '@/app/services';
import { Confirm } from '@/ui/confirm';
import { FormDialog, fieldProps } from '@/ui/form';
import { Page } from '@/ui/page';
import { Answer } from '@/ui/states';
import { useToast } from '@/ui/toasts';

import { useRoles, type Role } from '@/people/data';
import { ScopesField } from '../shared/ScopesField';
import { SimpleTable, type Cell } from '../shared/SimpleTable';

type Asked = { change: Role | 'new' } | { remove: Role } | null;

export default function Roles() {
  const roles = useRoles();
  const mayWrite = useScope('roles:write');
  const [asked, setAsked] = useState<Asked>(null);
  const close = () => setAsked(null);
  const add = () => setAsked({ change: 'new' });
  useShortcuts('Roles', mayWrite ? [{ keys: 'n', label: 'New role', run: add }] : []);
  const cells: Cell<Role>[] = [
    {
      title: 'Role',
      cell: (role) => <Link to={`/admin/users?role=${encodeURIComponent(role.name)}`}>{role.name}</Link>,
    },
    {
      title: 'Scopes',
      cell: (role) => (
        <Box component="code" sx={{ whiteSpace: 'normal', overflowWrap: 'break-word' }}>
          {role.scopes.join(' ')}
        </Box>
      ),
    },
    { title: 'Kind', cell: (role) => (role.built_in ? 'built in' : 'own') },
  ];
  if (mayWrite) {
    cells.push({
      title: 'Actions',
      cell: (role) =>
        !role.built_in && (
          <>
            <Button onClick={() => setAsked({ change: role })}>Change</Button>
            <Button color="error" onClick={() => setAsked({ remove: role })}>
              Remove
            </Button>
          </>
        ),
    });
  }
  return (
    <Page
      title="Roles"
      actions={
        mayWrite && (
          <Button variant="contained" onClick={add}>
            New role
          </Button>
        )
      }
    >
      <Box sx={{ p: 2 }}>
        <Answer query={roles}>
          {(rows) => <SimpleTable label="Roles" rows={rows} cells={cells} keyOf={(role) => role.name} />}
        </Answer>
      </Box>
      {asked && 'change' in asked && <RoleForm role={asked.change} onClose={close} />}
      {asked && 'remove' in asked && <RemoveRole role={asked.remove} onClose={close} />}
    </Page>
  );
}

function RoleForm({ role, onClose }: { role: Role | 'new'; onClose: () => void }) {
  const api = useApi();
  const client = useQueryClient();
  const toast = useToast();
  const isNew = role === 'new';
  const submit = async ({ name, scopes }: { name: string; scopes: string[] }) => {
    await api.put('/auth/roles/{name}', {
      path: { name: name.trim() },
      body: { scopes: scopes.filter((scope) => scope !== '') },
    });
    await client.invalidateQueries({ queryKey: ['/auth/roles'] });
    toast({ text: isNew ? `The role ${name} is created` : `The role ${name} is changed` });
  };
  return (
    <FormDialog<{ name: string; scopes: string[] }>
      title={isNew ? 'New role' : `Role ${role.name}`}
      action="Save"
      values={isNew ? { name: '', scopes: [] } : { name: role.name, scopes: [...role.scopes] }}
      submit={submit}
      onClose={onClose}
    >
      {(form) => (
        <>
          {isNew && <TextField label="Name" autoFocus {...fieldProps(form, 'name', { required: 'Enter a name' })} />}
          <ScopesField
            value={form.watch('scopes')}
            onChange={(scopes) => form.setValue('scopes', scopes, { shouldDirty: true })}
            error={form.formState.errors.scopes?.message}
          />
          {!isNew && (
            <Box sx={{ color: 'text.secondary' }}>
              Users lose a removed scope within a second, and get an added one at their next token refresh.
            </Box>
          )}
        </>
      )}
    </FormDialog>
  );
}

function RemoveRole({ role, onClose }: { role: Role; onClose: () => void }) {
  const api = useApi();
  const client = useQueryClient();
  const run = async () => {
    await api.delete('/auth/roles/{name}', { path: { name: role.name } });
    await client.invalidateQueries({ queryKey: ['/auth/roles'] });
  };
  return (
    <Confirm title={`Remove the role ${role.name}?`} action="Remove the role" run={run} onClose={onClose}>
      Users who have it lose its scopes within a second.
    </Confirm>
  );
}
