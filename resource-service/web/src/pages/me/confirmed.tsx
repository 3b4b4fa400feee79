// Acts that need a recent login: the password is asked for in place, and the act is repeated with it.
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import TextField from '@mui/material/TextField';
import { useCallback, useState, type ReactNode } from 'react';

import { ProblemError } from '@/api/problem';

/** Runs an act, with the password if the service asks for it. */
export type Confirmed = <T>(act: (password: string | undefined) => Promise<T>) => Promise<T>;

/** Thrown where the reader gave no password. */
export class NotConfirmed extends Error {
  constructor() {
    super('Nothing was done: your password was not entered.');
  }
}

interface Asking {
  /** Repeats the act; rejects if the service refuses the password. */
  repeat(password: string): Promise<void>;
  cancel(): void;
}

/** `dialog` has to be rendered somewhere on the page. */
export function useConfirmed(): { confirmed: Confirmed; dialog: ReactNode } {
  const [asking, setAsking] = useState<Asking | null>(null);
  const confirmed = useCallback<Confirmed>(async (act) => {
    try {
      return await act(undefined);
    } catch (error) {
      if (!(error instanceof ProblemError) || error.code !== 'login_required') throw error;
    }
    return new Promise((resolve, reject) => {
      setAsking({
        repeat: async (password) => {
          try {
            resolve(await act(password));
          } catch (error) {
            // The reader tries again: the dialog stays.
            if (isWrongPassword(error)) throw error;
            reject(error as Error);
          }
          setAsking(null);
        },
        cancel: () => {
          setAsking(null);
          reject(new NotConfirmed());
        },
      });
    });
  }, []);
  return { confirmed, dialog: asking && <PasswordDialog asking={asking} /> };
}

function isWrongPassword(error: unknown): boolean {
  return error instanceof ProblemError && (error.code === 'invalid_credentials' || error.status === 429);
}

function PasswordDialog({ asking }: { asking: Asking }) {
  const [password, setPassword] = useState('');
  const [fault, setFault] = useState('');
  const [busy, setBusy] = useState(false);
  const send = async () => {
    setBusy(true);
    setFault('');
    try {
      await asking.repeat(password);
    } catch (error) {
      setFault(error instanceof ProblemError && error.status === 401 ? 'The password is wrong' : String(error));
      setBusy(false);
    }
  };
  return (
    <Dialog open onClose={asking.cancel} fullWidth maxWidth="xs" aria-labelledby="password-title">
      <Box
        component="form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          // The form of the page around the dialog is not sent.
          event.stopPropagation();
          void send();
        }}
      >
        <DialogTitle id="password-title">Enter your password again</DialogTitle>
        <DialogContent sx={{ display: 'grid', gap: 3 }}>
          <Box>You logged in a while ago, and this needs a recent login.</Box>
          <TextField
            label="Password"
            type="password"
            autoComplete="current-password"
            autoFocus
            value={password}
            onChange={(event) => setPassword(event.target.value)}
            error={fault !== ''}
            helperText={fault}
          />
        </DialogContent>
        <DialogActions>
          <Button onClick={asking.cancel}>Cancel</Button>
          <Button type="submit" variant="contained" loading={busy} disabled={password === ''}>
            Continue
          </Button>
        </DialogActions>
      </Box>
    </Dialog>
  );
}
