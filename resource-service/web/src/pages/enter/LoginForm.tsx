// The form that logs in, with faults beside the fields. Every page loads it, so it does without the library for forms.
import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import { useRef, useState, type SubmitEvent } from 'react';

import { ProblemError } from '@/api/problem';
import { useServices } from '@/app/services';

type Faults = Partial<Record<'username' | 'password', string>>;

const REASONS: Record<string, string> = {
  'logged-out': 'You are logged out.',
  elsewhere: 'You logged out in another tab. Log in to continue where you were.',
  expired: 'Your session has expired. Log in to continue where you were.',
  revoked: 'Your session was ended. Log in to continue where you were.',
};

/** `reason` says why somebody who was logged in must log in again; `username` is who that was. */
export function LoginForm({ reason, username }: { reason?: string | null | undefined; username?: string }) {
  const { session } = useServices();
  const [faults, setFaults] = useState<Faults>({});
  const [problem, setProblem] = useState<string | null>(null);
  const [isSubmitting, setSubmitting] = useState(false);
  const usernameInput = useRef<HTMLInputElement>(null);
  const passwordInput = useRef<HTMLInputElement>(null);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (isSubmitting) return;
    const typed = { username: usernameInput.current?.value.trim() ?? '', password: passwordInput.current?.value ?? '' };
    setProblem(null);
    setFaults({
      ...(typed.username === '' && { username: 'Enter your e-mail address' }),
      ...(typed.password === '' && { password: 'Enter your password' }),
    });
    if (typed.username === '') return usernameInput.current?.focus();
    if (typed.password === '') return passwordInput.current?.focus();
    setSubmitting(true);
    try {
      await session.login(typed.username, typed.password);
    } catch (error) {
      if (error instanceof ProblemError && error.code === 'invalid_credentials') {
        setFaults({ password: error.message });
        passwordInput.current?.focus();
        passwordInput.current?.select();
      } else {
        setProblem(error instanceof Error ? error.message : String(error));
      }
    } finally {
      setSubmitting(false);
    }
  };
  const why = REASONS[reason ?? ''];
  return (
    <>
      {why && <Alert severity="info">{why}</Alert>}
      {problem && <Alert severity="error">{problem}</Alert>}
      <Box component="form" noValidate onSubmit={(event) => void submit(event)} sx={{ display: 'grid', gap: 4 }}>
        <TextField
          label="E-mail"
          type="email"
          autoComplete="username"
          autoFocus={!username}
          name="username"
          defaultValue={username}
          inputRef={usernameInput}
          error={Boolean(faults.username)}
          helperText={faults.username}
          onChange={() => setFaults({ ...faults, username: undefined })}
        />
        <TextField
          label="Password"
          type="password"
          autoComplete="current-password"
          autoFocus={Boolean(username)}
          name="password"
          inputRef={passwordInput}
          error={Boolean(faults.password)}
          helperText={faults.password}
          onChange={() => setFaults({ ...faults, password: undefined })}
        />
        <Button type="submit" variant="contained" size="medium" loading={isSubmitting}>
          Log in
        </Button>
      </Box>
    </>
  );
}
