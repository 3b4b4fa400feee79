// Asks for verdicts on one or several calculations, of one person or of anybody.
import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { ProblemError } from '@/api/problem';
import { useApi, useScope } from '@/app/services';
import { Failure } from '@/ui/states';
import { useToast } from '@/ui/toasts';
import { useUnsaved } from '@/ui/unsaved';

import { PersonField } from './PersonField';
import type { Person } from './people';
import { QUEUE, REQUESTS, requestReviews, type Requested } from './requests';

const HELP = 'Empty: anybody who may give verdicts';
const UNCLEAR = 'Choose a person from the list, or empty the field to ask everybody';

interface RequestDialogProps {
  calculations: readonly { _id: string; name: string }[];
  onClose(): void;
  /** Called when all requests were made. */
  onRequested?(): void;
}

export function RequestDialog({ calculations, onClose, onRequested }: RequestDialogProps) {
  const api = useApi();
  const client = useQueryClient();
  const toast = useToast();
  const mayFind = useScope('users:read');
  const [person, setPerson] = useState<Person | null>(null);
  const [text, setText] = useState('');
  const [sent, setSent] = useState('');
  const { leave } = useUnsaved(text !== sent);
  const close = () => leave(onClose);
  const [isUnclear, setUnclear] = useState(false);
  const count = calculations.length;
  const request = useMutation({
    mutationFn: () =>
      requestReviews(
        api,
        calculations.map(({ _id }) => _id),
        person?.id ?? null,
      ),
    onSuccess: ({ made, refused }) => {
      void client.invalidateQueries({ queryKey: QUEUE });
      void client.invalidateQueries({ queryKey: REQUESTS });
      if (refused.length > 0) return setSent(text);
      toast({ text: `Asked ${person?.name ?? 'everybody'} for ${made === 1 ? 'a verdict' : `${made} verdicts`}` });
      onRequested?.();
      onClose();
    },
  });
  const fault =
    request.error instanceof ProblemError
      ? request.error.errors.find(({ pointer }) => pointer === '/assignee')?.message
      : undefined;
  return (
    <Dialog open onClose={close} fullWidth maxWidth="xs" aria-labelledby="request-title">
      <DialogTitle id="request-title">Request {count === 1 ? 'a review' : `${count} reviews`}</DialogTitle>
      <Box
        component="form"
        onSubmit={(event) => {
          event.preventDefault();
          const nobody = person === null && text.trim() !== '';
          setUnclear(nobody);
          if (!nobody) request.mutate();
        }}
      >
        <DialogContent sx={{ display: 'grid', gap: 4 }}>
          <Box dir="auto" sx={{ overflowWrap: 'anywhere' }}>
            {count === 1 ? calculations[0]?.name : `${count} calculations, each at its current revision`}
          </Box>
          <PersonField
            label="Reviewer"
            value={person}
            onChange={setPerson}
            onType={(typed) => {
              setText(typed);
              setUnclear(false);
            }}
            error={fault !== undefined || isUnclear}
            help={isUnclear ? UNCLEAR : (fault ?? (mayFind ? HELP : `${HELP}. Type a name, or paste the id of a user`))}
          />
          {request.data && request.data.refused.length > 0 && <Refused outcome={request.data} named={calculations} />}
          {request.error && fault === undefined && <Failure error={request.error} />}
        </DialogContent>
        <DialogActions>
          <Button onClick={close}>Cancel</Button>
          <Button type="submit" variant="contained" loading={request.isPending}>
            Request
          </Button>
        </DialogActions>
      </Box>
    </Dialog>
  );
}

function Refused({ outcome, named }: { outcome: Requested; named: RequestDialogProps['calculations'] }) {
  const nameOf = (id: string) => named.find(({ _id }) => _id === id)?.name ?? id;
  return (
    <Alert severity="warning">
      {outcome.made === 0 ? 'No request was made.' : `${outcome.made} requested, ${outcome.refused.length} refused:`}
      <Box component="ul" sx={{ m: 0, pl: 4, maxHeight: 160, overflow: 'auto' }}>
        {outcome.refused.map(({ calculation, detail }) => (
          <li key={calculation}>
            <bdi>{nameOf(calculation)}</bdi>: {detail}
          </li>
        ))}
      </Box>
    </Alert>
  );
}
