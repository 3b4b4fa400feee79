// The roles of a user, and the scopes that follow from them, each with the roles it comes from.
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { holds } from '@/app/scopes';
import { Can, useApi, useIdentity } from '@/app/services';
import { FormDialog } from '@/ui/form';
import { Section } from '@/ui/page';
import { Answer } from '@/ui/states';
import { useToast } from '@/ui/toasts';

import { effectiveScopes, useRoles, type Role, type User } from '@/people/data';
import { SimpleTable } from '../shared/SimpleTable';
import { RoleChoice } from './RoleChoice';

export function UserRoles({ user }: { user: User }) {
  const mayRead = holds(useIdentity().scopes, 'roles:read');
  const roles = useRoles(mayRead);
  const [changing, setChanging] = useState(false);
  return (
    <>
      <Section
        title="Roles"
        actions={
          mayRead && (
            <Can scope="users:write">
              <Button variant="outlined" onClick={() => setChanging(true)}>
                Change roles
              </Button>
            </Can>
          )
        }
      >
        {user.roles.length > 0 ? user.roles.join(', ') : 'None: the user can log in, but may read nothing.'}
      </Section>
      {mayRead && (
        <Section title="Effective scopes">
          <Answer query={roles}>{(all) => <Scopes user={user} roles={all} />}</Answer>
        </Section>
      )}
      {changing && roles.data && <ChangeRoles user={user} roles={roles.data} onClose={() => setChanging(false)} />}
    </>
  );
}

function Scopes({ user, roles }: { user: User; roles: readonly Role[] }) {
  const scopes = effectiveScopes(user.roles, roles);
  if (scopes.length === 0) return <Box sx={{ color: 'text.secondary' }}>None.</Box>;
  return (
    <SimpleTable
      label="Effective scopes"
      rows={scopes}
      keyOf={(one) => one.scope}
      cells={[
        { title: 'Scope', cell: (one) => <code>{one.scope}</code> },
        { title: 'From role', cell: (one) => one.roles.join(', ') },
      ]}
    />
  );
}

function ChangeRoles({ user, roles, onClose }: { user: User; roles: readonly Role[]; onClose: () => void }) {
  const api = useApi();
  const client = useQueryClient();
  const toast = useToast();
  const submit = async ({ roles: chosen }: { roles: string[] }) => {
    await api.patch('/auth/users/{id}', { path: { id: user.id }, body: { roles: chosen } });
    await client.invalidateQueries({ queryKey: ['/auth/users'] });
    toast({ text: 'The roles are changed; tokens with removed scopes are refused within a second' });
  };
  return (
    <FormDialog<{ roles: string[] }>
      title={`Roles of ${user.email}`}
      action="Save"
      values={{ roles: [...user.roles] }}
      submit={submit}
      onClose={onClose}
    >
      {({ watch, setValue }) => (
        <RoleChoice
          roles={roles}
          chosen={watch('roles')}
          onChange={(chosen) => setValue('roles', chosen, { shouldDirty: true })}
        />
      )}
    </FormDialog>
  );
}
