// Makes an API key: its name, some of the reader's scopes, and when it ends.
import FormHelperText from '@mui/material/FormHelperText';
import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';

import type { components } from '@/api.gen';
import { useApi, useIdentity } from '@/app/services';
import { Checks } from '@/ui/checks';
import { FormDialog, fieldProps } from '@/ui/form';

import { useConfirmed } from './confirmed';

/** Days for which a key can be made; the service allows 366 at most. */
const DAYS = [1, 7, 30, 90, 366];
const USUAL = 90;
const DAY = 86_400;

/** A key with its secret, which the service shows once. */
export type NewKey = components['schemas']['ApiKeyWithSecret'];

interface Fields {
  name: string;
  scopes: string[];
  days: number;
}

interface KeyFormProps {
  onMade(key: NewKey): void;
  onClose(): void;
}

export function KeyForm({ onMade, onClose }: KeyFormProps) {
  const api = useApi();
  const { scopes: mine } = useIdentity();
  const { confirmed, dialog } = useConfirmed();
  const submit = async ({ name, scopes, days }: Fields) => {
    const body = { name: name.trim(), scopes, expires_in: days * DAY };
    const key = await confirmed((password) =>
      api.post('/auth/api-keys', {
        body: { ...body, ...(password !== undefined && { current_password: password }) },
      }),
    );
    onMade(key);
  };
  return (
    <>
      <FormDialog<Fields>
        title="New API key"
        action="Create the key"
        values={{ name: '', scopes: mine.filter((scope) => scope.endsWith(':read')), days: USUAL }}
        submit={submit}
        onClose={onClose}
      >
        {(form) => (
          <>
            <TextField
              label="Name"
              autoFocus
              {...fieldProps(form, 'name', {
                help: 'Where it is used, such as “laptop” or “nightly export”.',
                required: 'Enter a name',
              })}
            />
            <Checks
              legend="Scopes"
              options={mine}
              chosen={form.watch('scopes')}
              onChange={(scopes) => form.setValue('scopes', scopes, { shouldDirty: true })}
            >
              <FormHelperText error={form.formState.errors.scopes !== undefined}>
                {form.formState.errors.scopes?.message ?? 'A key cannot have more scopes than you.'}
              </FormHelperText>
            </Checks>
            <TextField
              select
              label="Expires"
              value={form.watch('days')}
              onChange={(event) => form.setValue('days', Number(event.target.value), { shouldDirty: true })}
            >
              {DAYS.map((days) => (
                <MenuItem key={days} value={days}>
                  in {days} {days === 1 ? 'day' : 'days'}
                </MenuItem>
              ))}
            </TextField>
          </>
        )}
      </FormDialog>
      {dialog}
    </>
  );
}
