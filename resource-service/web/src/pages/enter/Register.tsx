// Make an account, where registration is open. What the service refuses is said beside the field.
import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { Link, Navigate } from 'react-router';

import { ProblemError } from '@/api/problem';
import { useServices, useSessionState } from '@/app/services';
import { useRegistrationTerms } from '@/people/registration';
import { fieldProps, showFaults } from '@/ui/form';
import { Loading } from '@/ui/states';
import { useSearch } from '@/ui/urlState';

import { EnterFrame } from './EnterFrame';
import { placeOf } from './place';

interface Fields {
  full_name: string;
  email: string;
  password: string;
}

export default function Register() {
  const state = useSessionState();
  const [search] = useSearch();
  const terms = useRegistrationTerms();
  if (state.kind === 'unknown') return <Loading label="Looking for your session" />;
  if (state.kind === 'authenticated') return <Navigate to={placeOf(search.get('back'))} replace />;
  const login = (
    <Box sx={{ color: 'text.secondary' }}>
      Have an account? <Link to={{ pathname: '/login', search: search.toString() }}>Log in</Link>
    </Box>
  );
  if (terms.isPending) return <Loading label="Asking whether registration is open" />;
  if (terms.data?.open === false) {
    return (
      <EnterFrame title="Register">
        <Alert severity="info">Registration is closed here. An administrator can make an account for you.</Alert>
        {login}
      </EnterFrame>
    );
  }
  return (
    <EnterFrame title="Register">
      <Form rule={terms.data?.password ?? ''} />
      {login}
    </EnterFrame>
  );
}

function Form({ rule }: { rule: string }) {
  const { session, api } = useServices();
  const form = useForm<Fields>();
  const { handleSubmit, setError, setFocus } = form;
  const [problem, setProblem] = useState<string | null>(null);
  const submit = handleSubmit(async ({ email, password, full_name: name }) => {
    setProblem(null);
    try {
      const body = { email: email.trim(), password, ...(name.trim() !== '' && { full_name: name.trim() }) };
      await api.post('/auth/users', { body });
      await session.login(body.email, password);
    } catch (error) {
      if (error instanceof ProblemError && error.code === 'conflict') {
        setError('email', { message: error.message });
        setFocus('email', { shouldSelect: true });
        return;
      }
      showFaults(error, (field, message) => setError(field as keyof Fields, { message }), setProblem, [
        'email',
        'password',
        'full_name',
      ]);
    }
  });
  return (
    <>
      {problem && <Alert severity="error">{problem}</Alert>}
      <Box component="form" noValidate onSubmit={(event) => void submit(event)} sx={{ display: 'grid', gap: 4 }}>
        <TextField
          label="Name"
          autoComplete="name"
          autoFocus
          {...fieldProps(form, 'full_name', { help: 'What others see. May be left empty.' })}
        />
        <TextField
          label="E-mail"
          type="email"
          autoComplete="username"
          {...fieldProps(form, 'email', { required: 'Enter your e-mail address' })}
        />
        <TextField
          label="Password"
          type="password"
          autoComplete="new-password"
          {...fieldProps(form, 'password', { help: rule, required: 'Enter a password' })}
        />
        <Button type="submit" variant="contained" size="medium" loading={form.formState.isSubmitting}>
          Register
        </Button>
      </Box>
    </>
  );
}
