// Removes a definition, after its name was typed.
import Box from '@mui/material/Box';
import TextField from '@mui/material/TextField';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from 'react-router';

import { useApi } from '@/app/services';
import { FormDialog, fieldProps } from '@/ui/form';
import { useToast } from '@/ui/toasts';

export function RemoveDefinition({ name, etag, onClose }: { name: string; etag: string | null; onClose: () => void }) {
  const api = useApi();
  const client = useQueryClient();
  const navigate = useNavigate();
  const toast = useToast();
  const submit = async () => {
    await api.delete('/api/collections/{name}', {
      path: { name },
      query: { force: true },
      headers: etag === null ? {} : { 'if-match': etag },
    });
    await client.invalidateQueries({ queryKey: ['/api/collections'] });
    toast({ text: `${name} is removed` });
    void navigate('/admin/collections');
  };
  return (
    <FormDialog<{ typed: string }>
      title={`Remove ${name}?`}
      action="Remove the collection"
      values={{ typed: '' }}
      submit={submit}
      onClose={onClose}
    >
      {(form) => (
        <>
          <Box>
            All its documents, their versions and files are removed for good. A collection that is part of Tessera gets
            its original definition again and keeps its documents.
          </Box>
          <TextField
            label={`Type ${name} to confirm`}
            autoFocus
            {...fieldProps(form, 'typed', { validate: (typed) => typed === name || `Type ${name}` })}
          />
        </>
      )}
    </FormDialog>
  );
}
