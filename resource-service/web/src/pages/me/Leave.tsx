// Log out here or everywhere, and delete the account.
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import { useState } from 'react';

import { ProblemError } from '@/api/problem';
import { useIdentity, useServices } from '@/app/services';
import { FormDialog, fieldProps } from '@/ui/form';
import { Section } from '@/ui/page';
import { useToast } from '@/ui/toasts';

import { useConfirmed } from './confirmed';

/** With `only` it offers nothing but to log out here. */
export function LeaveSection({ only = false }: { only?: boolean }) {
  const { session } = useServices();
  const toast = useToast();
  const { confirmed, dialog } = useConfirmed();
  const [busy, setBusy] = useState(false);
  const [deleting, setDeleting] = useState(false);
  const leave = async (act: () => Promise<void>) => {
    setBusy(true);
    try {
      await act();
    } catch (error) {
      toast({ text: error instanceof Error ? error.message : String(error), tone: 'error' });
    } finally {
      setBusy(false);
    }
  };
  const everywhere = () => confirmed((password) => session.logoutEverywhere(password));
  return (
    <Section title="Log out">
      <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 2 }}>
        <Button variant="outlined" disabled={busy} onClick={() => void leave(() => session.logout())}>
          Log out here
        </Button>
        {!only && (
          <>
            <Button variant="outlined" disabled={busy} onClick={() => void leave(everywhere)}>
              Log out everywhere
            </Button>
            <Button color="error" onClick={() => setDeleting(true)}>
              Delete my account
            </Button>
          </>
        )}
      </Box>
      {!only && (
        <Box sx={{ color: 'text.secondary', mt: 2 }}>
          Everywhere: all sessions and job grants end, on every device. API keys stay.
        </Box>
      )}
      {dialog}
      {deleting && <DeleteDialog onClose={() => setDeleting(false)} />}
    </Section>
  );
}

function DeleteDialog({ onClose }: { onClose: () => void }) {
  const { session, api } = useServices();
  const { email } = useIdentity();
  const { confirmed, dialog } = useConfirmed();
  const submit = async () => {
    await confirmed((password) =>
      api.delete('/auth/users/me', password === undefined ? {} : { body: { current_password: password } }),
    );
    // The session has ended with the account: what is left is the cookie.
    await session.logout().catch((error: unknown) => {
      if (!(error instanceof ProblemError)) throw error;
    });
  };
  return (
    <>
      <FormDialog<{ typed: string }>
        title="Delete your account?"
        action="Delete my account"
        values={{ typed: '' }}
        submit={submit}
        onClose={onClose}
      >
        {(form) => (
          <>
            <Box>
              Your sessions, job grants and API keys end at once, and you cannot log in again. What you have written
              stays. This cannot be undone.
            </Box>
            <TextField
              label={`To confirm, type ${email}`}
              autoComplete="off"
              autoFocus
              {...fieldProps(form, 'typed', { validate: (typed) => typed.trim() === email || `Type ${email}` })}
            />
          </>
        )}
      </FormDialog>
      {dialog}
    </>
  );
}
