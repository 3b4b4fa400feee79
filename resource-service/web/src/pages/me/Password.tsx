// Changes the password. That ends every other session.
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { useNavigate } from 'react-router';

import { ProblemError } from '@/api/problem';
import { useIdentity, useServices } from '@/app/services';
import { useRegistrationTerms } from '@/people/registration';
import { fieldProps, showFaults } from '@/ui/form';
import { Section } from '@/ui/page';
import { useToast } from '@/ui/toasts';

interface Fields {
  current: string;
  new: string;
}

export function PasswordSection({ focused }: { focused: boolean }) {
  const { session, api } = useServices();
  const { email, must_change_password: must } = useIdentity();
  const navigate = useNavigate();
  const toast = useToast();
  const terms = useRegistrationTerms();
  const [problem, setProblem] = useState<string | null>(null);
  const form = useForm<Fields>();
  const { handleSubmit, setError, setFocus, reset } = form;
  const submit = handleSubmit(async (fields) => {
    setProblem(null);
    try {
      await api.put<string>('/auth/users/me/password', { body: fields });
      reset();
      await session.reload();
      toast({ text: 'Your password is changed; your other sessions have ended' });
      if (must) void navigate('/', { replace: true });
    } catch (error) {
      if (error instanceof ProblemError && error.code === 'invalid_credentials') {
        setError('current', { message: 'This is not your current password' });
        setFocus('current', { shouldSelect: true });
        return;
      }
      showFaults(error, (name, message) => setError(name as keyof Fields, { message }), setProblem, ['current', 'new']);
    }
  });
  return (
    <Section title="Password">
      <Box
        component="form"
        noValidate
        onSubmit={(event) => void submit(event)}
        sx={{ display: 'grid', gap: 4, maxWidth: 360, pt: 2 }}
      >
        {/* Password managers read whose password it is. */}
        <input type="email" autoComplete="username" value={email} readOnly hidden />
        <TextField
          label="Current password"
          type="password"
          autoComplete="current-password"
          autoFocus={focused}
          {...fieldProps(form, 'current', { required: 'Enter your current password' })}
        />
        <TextField
          label="New password"
          type="password"
          autoComplete="new-password"
          {...fieldProps(form, 'new', {
            help: `${terms.data?.password ?? ''} For example, a sentence of your own. Changing it ends your other sessions.`.trim(),
            required: 'Enter a new password',
          })}
        />
        {problem && (
          <Box role="alert" sx={{ color: 'error.main' }}>
            {problem}
          </Box>
        )}
        <Button type="submit" variant="outlined" loading={form.formState.isSubmitting} sx={{ justifySelf: 'start' }}>
          Change the password
        </Button>
      </Box>
    </Section>
  );
}
