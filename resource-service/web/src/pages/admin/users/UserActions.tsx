// What an administrator does to a user: disable, enable, set a password, remove.
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router';

import { Can, useApi } from '@/app/services';
import { Confirm } from '@/ui/confirm';
import { FormDialog, fieldProps } from '@/ui/form';
import { useToast } from '@/ui/toasts';

import type { User } from '@/people/data';

type Asked = 'disable' | 'password' | 'remove' | null;

export function UserActions({ user }: { user: User }) {
  const api = useApi();
  const client = useQueryClient();
  const navigate = useNavigate();
  const toast = useToast();
  const [asked, setAsked] = useState<Asked>(null);
  const close = () => setAsked(null);
  const change = async (body: object, said: string) => {
    await api.patch('/auth/users/{id}', { path: { id: user.id }, body });
    await client.invalidateQueries({ queryKey: ['/auth/users'] });
    toast({ text: said });
  };
  const remove = async () => {
    await api.delete('/auth/users/{id}', { path: { id: user.id } });
    await client.invalidateQueries({ queryKey: ['/auth/users'] });
    toast({ text: `${user.email} is removed` });
    void navigate('/admin/users');
  };
  const enable = () => {
    change({ disabled: false }, `${user.email} may log in again`).catch((error: unknown) =>
      toast({ tone: 'error', text: error instanceof Error ? error.message : String(error) }),
    );
  };
  return (
    <Can scope="users:write">
      {user.disabled ? (
        <Button variant="outlined" onClick={enable}>
          Enable
        </Button>
      ) : (
        <Button variant="outlined" onClick={() => setAsked('disable')}>
          Disable
        </Button>
      )}
      <Button variant="outlined" onClick={() => setAsked('password')}>
        Set a password
      </Button>
      <Button variant="outlined" color="error" onClick={() => setAsked('remove')}>
        Remove
      </Button>
      {asked === 'disable' && (
        <Confirm
          title={`Disable ${user.email}?`}
          action="Disable the user"
          onClose={close}
          run={() => change({ disabled: true }, `${user.email} is disabled`)}
        >
          Their sessions, tokens and API keys end within a second. What they stored stays. You can enable them again.
        </Confirm>
      )}
      {asked === 'remove' && (
        <Confirm title={`Remove ${user.email}?`} action="Remove the user" onClose={close} run={remove}>
          Their sessions and API keys end, and their address can be registered again. What they stored stays. This
          cannot be undone.
        </Confirm>
      )}
      {asked === 'password' && (
        <FormDialog<{ password: string }>
          title={`Set a password for ${user.email}`}
          action="Set the password"
          values={{ password: '' }}
          submit={({ password }) =>
            change({ password }, 'The password is set; they choose another one at the next login')
          }
          onClose={close}
        >
          {(form) => (
            <TextField
              label="Password"
              type="password"
              autoComplete="new-password"
              autoFocus
              {...fieldProps(form, 'password', {
                help: 'It is valid for one login, at which the user must choose another password',
              })}
            />
          )}
        </FormDialog>
      )}
    </Can>
  );
}
