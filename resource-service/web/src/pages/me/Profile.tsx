// Name, e-mail address, roles and scopes of the reader.
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import { useState } from 'react';
import { useForm } from 'react-hook-form';

import { useIdentity, useServices } from '@/app/services';
import { CopyButton } from '@/ui/copy';
import { showFaults } from '@/ui/form';
import { Facts, Section } from '@/ui/page';
import { useToast } from '@/ui/toasts';
import { useUnsaved } from '@/ui/unsaved';

interface Fields {
  full_name: string;
}

export function ProfileSection() {
  const { sub, email, roles, scopes } = useIdentity();
  return (
    <Section title="Profile">
      <NameForm />
      <Box sx={{ mt: 4 }}>
        <Facts
          facts={[
            ['E-mail', <bdi key="email">{email}</bdi>],
            [
              'User id',
              <span key="id">
                <code>{sub}</code>
                <CopyButton text={sub} label="Copy your id" />
              </span>,
            ],
            ['Roles', roles.join(', ') || 'none'],
            ['Scopes', <code key="scopes">{scopes.join(' ')}</code>],
          ]}
        />
        <Box sx={{ color: 'text.secondary', mt: 2 }}>
          The e-mail address of an account cannot be changed. Roles are given by an administrator.
        </Box>
      </Box>
    </Section>
  );
}

function NameForm() {
  const { session, api } = useServices();
  const toast = useToast();
  const { full_name: name } = useIdentity();
  const [problem, setProblem] = useState<string | null>(null);
  const { register, handleSubmit, setError, reset, formState } = useForm<Fields>({
    defaultValues: { full_name: name ?? '' },
  });
  const { errors, isSubmitting, isDirty } = formState;
  useUnsaved(isDirty);
  const submit = handleSubmit(async (fields) => {
    setProblem(null);
    const typed = fields.full_name.trim();
    try {
      await api.patch('/auth/users/me', { body: { full_name: typed === '' ? null : typed } });
      await session.reload();
      reset({ full_name: typed });
      toast({ text: 'Your name is changed' });
    } catch (error) {
      showFaults(error, (_, message) => setError('full_name', { message }), setProblem, ['full_name']);
    }
  });
  return (
    <Box
      component="form"
      noValidate
      onSubmit={(event) => void submit(event)}
      sx={{ display: 'flex', gap: 2, alignItems: 'flex-start', maxWidth: 420, pt: 2 }}
    >
      <TextField
        label="Name"
        autoComplete="name"
        error={Boolean(errors.full_name) || problem !== null}
        helperText={errors.full_name?.message ?? problem ?? 'What others see beside your verdicts.'}
        {...register('full_name')}
        slotProps={{ htmlInput: { dir: 'auto' }, inputLabel: { shrink: true } }}
      />
      <Button type="submit" variant="outlined" loading={isSubmitting} disabled={!isDirty} sx={{ height: 37 }}>
        Save
      </Button>
    </Box>
  );
}
