// Log in: what is wrong is said beside the field, and the reader returns to where they were.
import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { Link, Navigate, useSearchParams } from 'react-router';

import { ProblemError } from '@/api/problem';
import { useServices, useSessionState } from '@/app/services';
import { Loading } from '@/ui/states';

import { EnterFrame } from './EnterFrame';
import { placeOf } from './place';

interface Fields {
  username: string;
  password: string;
}

const REASONS: Record<string, string> = {
  'logged-out': 'You are logged out.',
  expired: 'Your session has expired. Log in to continue where you were.',
  revoked: 'Your session was ended. Log in to continue where you were.',
};

export default function Login() {
  const { session } = useServices();
  const state = useSessionState();
  const [search] = useSearchParams();
  const { register, handleSubmit, setError, setFocus, formState } = useForm<Fields>();
  const [problem, setProblem] = useState<string | null>(null);

  if (state.kind === 'unknown') return <Loading label="Looking for your session" />;
  if (state.kind === 'authenticated') return <Navigate to={placeOf(search.get('back'))} replace />;

  const submit = handleSubmit(async ({ username, password }) => {
    setProblem(null);
    try {
      await session.login(username.trim(), password);
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
  const reason = REASONS[search.get('reason') ?? ''];
  return (
    <EnterFrame title="Log in">
      {reason && <Alert severity="info">{reason}</Alert>}
      {problem && <Alert severity="error">{problem}</Alert>}
      <Box component="form" noValidate onSubmit={(event) => void submit(event)} sx={{ display: 'grid', gap: 4 }}>
        <TextField
          label="E-mail"
          type="email"
          autoComplete="username"
          autoFocus
          error={Boolean(errors.username)}
          helperText={errors.username?.message}
          {...register('username', { required: 'Enter your e-mail address' })}
        />
        <TextField
          label="Password"
          type="password"
          autoComplete="current-password"
          error={Boolean(errors.password)}
          helperText={errors.password?.message}
          {...register('password', { required: 'Enter your password' })}
        />
        <Button type="submit" variant="contained" size="medium" loading={isSubmitting}>
          Log in
        </Button>
      </Box>
      <Box sx={{ color: 'text.secondary' }}>
        No account? <Link to={{ pathname: '/register', search: search.toString() }}>Register</Link>
      </Box>
    </EnterFrame>
  );
}
