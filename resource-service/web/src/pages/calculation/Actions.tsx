// What can be done with a calculation: edit, set to failed, fetch by code, compare, remove.
import Button from '@mui/material/Button';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useNavigate } from 'react-router';

import { toNumber } from '@/api/json';
import { useShortcuts } from '@/app/keys';
import { useApi, useScope } from '@/app/services';
import { lifeOf } from '@/calculations/life';
import { Confirm } from '@/ui/confirm';
import { useNow } from '@/ui/time';
import { useToast } from '@/ui/toasts';

import { calculationKey, ifMatch, useRefresh, type Calculation } from '@/calculations/data';
import { EditDialog } from './EditDialog';
import { FetchLines } from './FetchLines';

type Dialog = 'edit' | 'fail' | 'fetch' | 'remove' | null;

interface ActionsProps {
  calculation: Calculation;
  /** Called with the revision that an edit made. */
  onSaved(revision: number): void;
}

export function Actions({ calculation, onSaved }: ActionsProps) {
  const mayWrite = useScope('calculations:write');
  const [dialog, setDialog] = useState<Dialog>(null);
  const now = useNow();
  const isSilent = lifeOf(calculation, now).silentFor !== undefined;
  useShortcuts('Calculation, actions', [
    ...(mayWrite ? [{ keys: 'e', label: 'Edit', run: () => setDialog('edit') }] : []),
    { keys: 'f', label: 'Show code that fetches it', run: () => setDialog('fetch') },
  ]);
  const close = () => setDialog(null);
  return (
    <>
      {mayWrite && isSilent && (
        <Button variant="outlined" color="warning" onClick={() => setDialog('fail')}>
          Set to failed
        </Button>
      )}
      <Button component={Link} to={`/compare?ids=${encodeURIComponent(calculation._id)}`}>
        Compare
      </Button>
      <Button onClick={() => setDialog('fetch')}>Use in code</Button>
      {mayWrite && (
        <>
          <Button onClick={() => setDialog('remove')}>Remove</Button>
          <Button variant="outlined" onClick={() => setDialog('edit')}>
            Edit
          </Button>
        </>
      )}
      {dialog === 'edit' && <EditDialog calculation={calculation} onSaved={onSaved} onClose={close} />}
      {dialog === 'fail' && <EditDialog calculation={calculation} isFailing onSaved={onSaved} onClose={close} />}
      {dialog === 'fetch' && <FetchLines id={calculation._id} onClose={close} />}
      {dialog === 'remove' && <Remove calculation={calculation} onClose={close} />}
    </>
  );
}

/** Milliseconds in which a removal can be undone from its message. */
const UNDO = 10_000;

function Remove({ calculation, onClose }: { calculation: Calculation; onClose(): void }) {
  const api = useApi();
  const toast = useToast();
  const navigate = useNavigate();
  const { _id: id, name } = calculation;
  const refresh = useRefresh(id);
  const client = useQueryClient();
  const restore = async () => {
    try {
      await api.post<string>('/api/calculations/{id}/restore', { path: { id } });
      // What was read before the removal is not shown again: its revision would seem to have been changed by somebody else.
      client.removeQueries({ queryKey: calculationKey(id) });
      void navigate(`/calculations/${encodeURIComponent(id)}`);
    } catch (error) {
      toast({ text: error instanceof Error ? error.message : String(error), tone: 'error' });
    }
  };
  const run = async () => {
    await api.delete('/api/calculations/{id}', {
      path: { id },
      headers: ifMatch(toNumber(calculation._revision) ?? 0),
    });
    toast({ text: `${name} is removed.`, action: { label: 'Undo', run: () => void restore() }, shown: UNDO });
    void navigate('/calculations');
    void refresh();
  };
  return (
    <Confirm title="Remove the calculation?" action="Remove" run={run} onClose={onClose}>
      <bdi>{name}</bdi> disappears from lists. Its history stays: it can be restored at this address.
    </Confirm>
  );
}
