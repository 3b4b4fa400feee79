// Makes a client or changes one.
import Box from '@mui/material/Box';
import TextField from '@mui/material/TextField';
import { useQueryClient } from '@tanstack/react-query';

import { useApi } from '@/app/services';
import { Checks } from '@/ui/checks';
import { FormDialog, fieldProps } from '@/ui/form';
import { useToast } from '@/ui/toasts';

import type { Client } from '@/people/data';
import { ScopesField } from '../shared/ScopesField';
import type { Secret } from './ClientSecret';

/** What a client does with each grant. */
const GRANTS: Record<string, string> = {
  client_credentials: 'gets tokens for itself',
  refresh_token: 'refreshes the tokens of a user',
  'urn:ietf:params:oauth:grant-type:token-exchange': 'exchanges a user’s token for one of a job',
  password: 'accepts passwords of users; only for programs that have no other way (RFC 9700)',
};

interface Fields {
  name: string;
  scopes: string[];
  grants: string[];
}

interface Props {
  client: Client | 'new';
  onSecret(secret: Secret): void;
  onClose(): void;
}

export function ClientForm({ client, onSecret, onClose }: Props) {
  const api = useApi();
  const queries = useQueryClient();
  const toast = useToast();
  const isNew = client === 'new';
  const submit = async ({ scopes, ...typed }: Fields) => {
    const body = { ...typed, scopes: scopes.filter((scope) => scope !== '') };
    if (isNew) onSecret(await api.post('/auth/clients', { body }));
    else {
      await api.patch('/auth/clients/{id}', { path: { id: client.client_id }, body });
      toast({ text: `${typed.name} is changed` });
    }
    await queries.invalidateQueries({ queryKey: ['/auth/clients'] });
  };
  const values: Fields = isNew
    ? { name: '', scopes: [], grants: ['client_credentials'] }
    : { name: client.name, scopes: [...client.scopes], grants: [...client.grants] };
  return (
    <FormDialog<Fields>
      title={isNew ? 'New client' : `Client ${client.name}`}
      action={isNew ? 'Create the client' : 'Save'}
      values={values}
      submit={submit}
      onClose={onClose}
    >
      {(form) => (
        <>
          <TextField label="Name" autoFocus {...fieldProps(form, 'name')} />
          <ScopesField
            value={form.watch('scopes')}
            onChange={(scopes) => form.setValue('scopes', scopes, { shouldDirty: true })}
            error={form.formState.errors.scopes?.message}
          />
          <Checks
            legend="Grants"
            lines
            options={Object.keys(GRANTS)}
            chosen={form.watch('grants')}
            onChange={(grants) => form.setValue('grants', grants, { shouldDirty: true })}
            label={(grant) => (
              <>
                <code>{grant.split(':').at(-1)}</code>{' '}
                <Box component="span" sx={{ color: 'text.secondary' }}>
                  {GRANTS[grant]}
                </Box>
              </>
            )}
          >
            {form.formState.errors.grants && (
              <Box sx={{ color: 'error.main' }}>{form.formState.errors.grants.message}</Box>
            )}
          </Checks>
        </>
      )}
    </FormDialog>
  );
}
