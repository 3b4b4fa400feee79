// Makes an API key: its name, some of the reader's scopes, and when it ends.
import Box from '@mui/material/Box';
import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import FormHelperText from '@mui/material/FormHelperText';
import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';

import type { components } from '@/api.gen';
import { useApi, useIdentity } from '@/app/services';
import { FormDialog } from '@/ui/form';

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
        {({ register, watch, setValue, formState: { errors } }) => (
          <>
            <TextField
              label="Name"
              autoFocus
              error={Boolean(errors.name)}
              helperText={errors.name?.message ?? 'Where it is used, such as “laptop” or “nightly export”.'}
              {...register('name', { required: 'Enter a name' })}
            />
            <Scopes
              mine={mine}
              chosen={watch('scopes')}
              onChange={(scopes) => setValue('scopes', scopes)}
              fault={errors.scopes?.message}
            />
            <TextField
              select
              label="Expires"
              value={watch('days')}
              onChange={(event) => setValue('days', Number(event.target.value))}
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

interface ScopesProps {
  mine: readonly string[];
  chosen: readonly string[];
  onChange(scopes: string[]): void;
  fault: string | undefined;
}

function Scopes({ mine, chosen, onChange, fault }: ScopesProps) {
  const toggle = (scope: string) =>
    onChange(chosen.includes(scope) ? chosen.filter((one) => one !== scope) : [...chosen, scope]);
  return (
    <Box component="fieldset" sx={{ border: 0, p: 0, m: 0, minWidth: 0 }}>
      <Box component="legend" sx={{ p: 0, fontWeight: 600 }}>
        Scopes
      </Box>
      <Box sx={{ display: 'grid', gridTemplateColumns: 'repeat(auto-fill, minmax(176px, 1fr))' }}>
        {mine.map((scope) => (
          <FormControlLabel
            key={scope}
            control={<Checkbox checked={chosen.includes(scope)} onChange={() => toggle(scope)} sx={{ p: 1 }} />}
            label={<code>{scope}</code>}
          />
        ))}
      </Box>
      <FormHelperText error={fault !== undefined}>{fault ?? 'A key cannot have more scopes than you.'}</FormHelperText>
    </Box>
  );
}
