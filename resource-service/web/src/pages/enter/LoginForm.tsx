// The form that logs in. What is wrong is said beside the field.
import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import { useState } from 'react';
import { useForm } from 'react-hook-form';

import { ProblemError } from '@/api/problem';
import { useServices } from '@/app/services';

interface Fields {
  username: string;
  password: string;
}

const REASONS: Record<string, string> = {
  'logged-out': 'You are logged out.',
  elsewhere: 'You logged out in another tab. Log in to continue where you were.',
  expired: 'Your session has expired. Log in to continue where you were.',
  revoked: 'Your session was ended. Log in to continue where you were.',
};

/** `reason` says why somebody who was logged in must log in again; `username` is who that was. */
export function LoginForm({ reason, username }: { reason?: string | null | undefined; username?: string }) {
  const { session } = useServices();
  const { register, handleSubmit, setError, setFocus, formState } = useForm<Fields>({ defaultValues: { username } });
  const [problem, setProblem] = useState<string | null>(null);
  const submit = handleSubmit(async (typed) => {
    setProblem(null);
    try {
      await session.login(typed.username.trim(), typed.password);
    } catch (error) {
      if (error instanceof ProblemError && error.code === 'invalid_credentials') {
        setError('password', { message: error.message });
        setFocus('password', { shouldSelect: true });
      } else {
        setProblem(error instanceof Error ? error.message : String(error));
      }
    }
  });
  const { errors, isSubmitting } = formState;
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
          error={Boolean(errors.username)}
          helperText={errors.username?.message}
          {...register('username', { required: 'Enter your e-mail address' })}
        />
        <TextField
          label="Password"
          type="password"
          autoComplete="current-password"
          autoFocus={Boolean(username)}
          error={Boolean(errors.password)}
          helperText={errors.password?.message}
          {...register('password', { required: 'Enter your password' })}
        />
        <Button type="submit" variant="contained" size="medium" loading={isSubmitting}>
          Log in
        </Button>
      </Box>
    </>
  );
}
