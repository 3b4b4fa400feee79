// Makes a user, with the roles that are chosen for them.
import TextField from '@mui/material/TextField';
import { useQueryClient } from '@tanstack/react-query';

import { useApi } from '@/app/services';
import type { Role } from '@/people/data';
import { useRegistrationTerms } from '@/people/registration';
import { fieldProps, FormDialog } from '@/ui/form';
import { useToast } from '@/ui/toasts';

import { register as registerUser, usualRoles } from './register';
import { RoleChoice } from './RoleChoice';

interface Fields {
  email: string;
  full_name: string;
  password: string;
  roles: string[];
}

interface NewUserProps {
  /** The roles to choose from; undefined where the caller may not read them. */
  roles: readonly Role[] | undefined;
  onClose(): void;
}

export function NewUser({ roles, onClose }: NewUserProps) {
  const api = useApi();
  const client = useQueryClient();
  const toast = useToast();
  const terms = useRegistrationTerms();
  const submit = async ({ email, full_name, password, roles: chosen }: Fields) => {
    const said = await registerUser(
      api,
      { email: email.trim(), password, full_name: full_name.trim() || null },
      roles && chosen,
    );
    await client.invalidateQueries({ queryKey: ['/auth/users'] });
    toast(said);
  };
  return (
    <FormDialog<Fields>
      title="New user"
      action="Register"
      values={{ email: '', full_name: '', password: '', roles: usualRoles(roles) }}
      submit={submit}
      onClose={onClose}
    >
      {(form) => (
        <>
          <TextField label="E-mail" type="email" autoFocus {...fieldProps(form, 'email')} />
          <TextField label="Name" {...fieldProps(form, 'full_name')} />
          <TextField
            label="Password"
            type="password"
            autoComplete="new-password"
            {...fieldProps(form, 'password', {
              help: `${terms.data?.password ?? ''} Do not send it to the user by e-mail.`.trim(),
            })}
          />
          {roles ? (
            <RoleChoice
              roles={roles}
              chosen={form.watch('roles')}
              onChange={(chosen) => form.setValue('roles', chosen, { shouldDirty: true })}
            />
          ) : (
            <span>The user gets the role that the service gives to new users.</span>
          )}
        </>
      )}
    </FormDialog>
  );
}
