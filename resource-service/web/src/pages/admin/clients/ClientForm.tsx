// Makes a client or changes one.
import Box from '@mui/material/Box';
import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import TextField from '@mui/material/TextField';
import { useQueryClient } from '@tanstack/react-query';

import { useApi } from '@/app/services';
import { FormDialog } from '@/ui/form';
import { useToast } from '@/ui/toasts';

import type { Client } from '@/people/data';
import { ScopesField } from '../shared/ScopesField';
import type { Secret } from './ClientSecret';

const GRANTS: { grant: string; says: string }[] = [
  { grant: 'client_credentials', says: 'gets tokens for itself' },
  { grant: 'refresh_token', says: 'refreshes the tokens of a user' },
  { grant: 'urn:ietf:params:oauth:grant-type:token-exchange', says: 'exchanges a user’s token for one of a job' },
  { grant: 'password', says: 'accepts passwords of users; only for programs that have no other way (RFC 9700)' },
];

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
      {({ register, watch, setValue, formState: { errors } }) => (
        <>
          <TextField
            label="Name"
            autoFocus
            error={Boolean(errors.name)}
            helperText={errors.name?.message}
            {...register('name')}
          />
          <ScopesField
            value={watch('scopes')}
            onChange={(scopes) => setValue('scopes', scopes)}
            error={errors.scopes?.message}
          />
          <Grants
            value={watch('grants')}
            onChange={(grants) => setValue('grants', grants)}
            error={errors.grants?.message}
          />
        </>
      )}
    </FormDialog>
  );
}

function Grants({
  value,
  onChange,
  error,
}: {
  value: readonly string[];
  onChange: (grants: string[]) => void;
  error: string | undefined;
}) {
  const toggle = (grant: string) =>
    onChange(value.includes(grant) ? value.filter((one) => one !== grant) : [...value, grant]);
  return (
    <Box component="fieldset" sx={{ border: 0, p: 0, m: 0, minWidth: 0 }}>
      <Box component="legend" sx={{ p: 0, fontWeight: 600 }}>
        Grants
      </Box>
      {GRANTS.map(({ grant, says }) => (
        <Box key={grant}>
          <FormControlLabel
            control={<Checkbox checked={value.includes(grant)} onChange={() => toggle(grant)} sx={{ p: 1 }} />}
            label={
              <>
                <code>{grant.split(':').at(-1)}</code>{' '}
                <Box component="span" sx={{ color: 'text.secondary' }}>
                  {says}
                </Box>
              </>
            }
          />
        </Box>
      ))}
      {error && <Box sx={{ color: 'error.main' }}>{error}</Box>}
    </Box>
  );
}
