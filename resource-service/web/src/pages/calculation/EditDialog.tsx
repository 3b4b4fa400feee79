// Edits what people write about a calculation. A change by another person meanwhile is merged, or shown for a decision.
import Autocomplete from '@mui/material/Autocomplete';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';
import { useState, type FormEvent } from 'react';

import { toNumber, type JsonObject } from '@/api/json';
import { ProblemError } from '@/api/problem';
import { useApi } from '@/app/services';
import { editedOf, mergePatch, patchOf, readLabels, withoutMine, writeLabels, type Clash } from '@/calculations/edits';
import { Failure } from '@/ui/states';
import { useToast } from '@/ui/toasts';
import { useUnsaved } from '@/ui/unsaved';

import { Clashes } from './Clashes';
import { ifMatch, useRefresh, type Calculation } from '@/calculations/data';
import { NoteField } from './NoteField';

const STATUSES = ['planned', 'running', 'finished', 'failed'];

interface EditProps {
  calculation: Calculation;
  /** Begins with the status failed, for a run that is silent. */
  isFailing?: boolean;
  /** Called with the revision that was saved. */
  onSaved(revision: number): void;
  onClose(): void;
}

/** What was typed meets what another person saved. */
interface Conflict {
  patch: JsonObject;
  clashes: Clash[];
  revision: number;
}

export function EditDialog({ calculation, isFailing = false, onSaved, onClose }: EditProps) {
  const [base] = useState(calculation);
  const before = editedOf(base);
  const [initial] = useState(() => ({
    ...before,
    ...(isFailing && { status: 'failed' }),
    labelText: writeLabels(before.labels),
    reason: '',
  }));
  const [typed, setTyped] = useState(initial);
  const [isTried, setTried] = useState(false);
  const [conflict, setConflict] = useState<Conflict | null>(null);
  const { save, isBusy, error } = useSave(base, setConflict, onSaved, onClose);
  const { leave } = useUnsaved(JSON.stringify(typed) !== JSON.stringify(initial));
  const close = () => leave(onClose);
  const change = (part: Partial<typeof typed>) => setTyped((now) => ({ ...now, ...part }));
  // Labels that nobody touched are those of the document, whatever their lines look like.
  const { labels, fault } =
    typed.labelText === initial.labelText ? { labels: before.labels } : readLabels(typed.labelText);
  const fails = typed.status === 'failed' && before.status !== 'failed';
  const isNameless = typed.name === '';
  const faultOf = (name: string) => messageOf(error, name);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (fault !== undefined || isNameless) return;
    const note = fails && typed.reason.trim() !== '' ? withReason(typed.note, typed.reason) : typed.note;
    void save(patchOf(before, { ...typed, labels, note }), toNumber(base._revision) ?? 0);
  };
  const settle = (given: readonly Clash[]) => {
    if (conflict) void save(withoutMine(conflict.patch, given), conflict.revision);
  };

  return (
    <Dialog
      open
      onClose={(_, why) => why === 'escapeKeyDown' && close()}
      fullWidth
      maxWidth="sm"
      aria-labelledby="edit-title"
    >
      {conflict ? (
        <Clashes
          clashes={conflict.clashes}
          isBusy={isBusy}
          error={error}
          onBack={() => setConflict(null)}
          onSettle={settle}
        />
      ) : (
        <Box component="form" noValidate onSubmit={submit} sx={{ display: 'contents' }}>
          <DialogTitle id="edit-title">{isFailing ? 'Set to failed' : 'Edit the calculation'}</DialogTitle>
          <DialogContent sx={{ display: 'grid', gap: 4, pt: '8px !important', alignContent: 'start' }}>
            <TextField
              label="Name"
              value={typed.name}
              onChange={(event) => change({ name: event.target.value })}
              {...(isTried && isNameless ? { error: true, helperText: 'Enter a name' } : faultOf('name'))}
            />
            <TextField
              select
              label="Status"
              value={typed.status}
              onChange={(event) => change({ status: event.target.value })}
              {...faultOf('status')}
            >
              {STATUSES.map((status) => (
                <MenuItem key={status} value={status}>
                  {status}
                </MenuItem>
              ))}
            </TextField>
            {fails && (
              <TextField
                label="Reason"
                autoFocus={isFailing}
                value={typed.reason}
                onChange={(event) => change({ reason: event.target.value })}
                helperText="It is added to the note."
              />
            )}
            <Autocomplete
              multiple
              freeSolo
              autoSelect
              options={[]}
              value={[...typed.tags]}
              onChange={(_, tags: string[]) =>
                change({ tags: [...new Set(tags.map((tag) => tag.trim()).filter((tag) => tag !== ''))] })
              }
              renderInput={(params) => (
                <TextField {...params} label="Tags" placeholder="Type one and press Enter" {...faultOf('tags')} />
              )}
            />
            <TextField
              label="Labels"
              multiline
              minRows={2}
              maxRows={8}
              value={typed.labelText}
              onChange={(event) => change({ labelText: event.target.value })}
              {...faultOf('labels')}
              {...(fault !== undefined && { error: true })}
              helperText={
                fault ??
                faultOf('labels').helperText ??
                'One label a line, as name: value. A value in double quotes is a JSON string.'
              }
            />
            <NoteField value={typed.note} onChange={(note) => change({ note })} fault={faultOf('note').helperText} />
            {error !== undefined && !isBesideFields(error) && <Failure error={error} />}
          </DialogContent>
          <DialogActions>
            <Button onClick={close}>Cancel</Button>
            <Button type="submit" variant="contained" loading={isBusy}>
              Save
            </Button>
          </DialogActions>
        </Box>
      )}
    </Dialog>
  );
}

function useSave(
  base: Calculation,
  onConflict: (conflict: Conflict | null) => void,
  onSaved: (revision: number) => void,
  onDone: () => void,
) {
  const api = useApi();
  const toast = useToast();
  const refresh = useRefresh(base._id);
  const [state, setState] = useState<{ isBusy: boolean; error?: unknown }>({ isBusy: false });

  const send = async (patch: JsonObject, revision: number, isMerged: boolean): Promise<void> => {
    if (Object.keys(patch).length > 0) {
      try {
        const saved = (await api.patch<string>('/api/calculations/{id}', {
          path: { id: base._id },
          headers: ifMatch(revision),
          body: patch,
        })) as unknown as Calculation;
        onSaved(toNumber(saved._revision) ?? 0);
      } catch (error) {
        if (!(error instanceof ProblemError) || error.status !== 412) throw error;
        const current = (await api.get<string>('/api/calculations/{id}', {
          path: { id: base._id },
        })) as unknown as Calculation;
        const { patch: merged, clashes } = mergePatch(patch, base, current);
        const next = toNumber(current._revision) ?? 0;
        if (clashes.length > 0) onConflict({ patch: merged, clashes, revision: next });
        else await send(merged, next, true);
        return;
      }
    }
    await refresh();
    if (isMerged) toast({ text: 'Saved together with changes that another person made meanwhile.' });
    onDone();
  };
  const save = async (patch: JsonObject, revision: number) => {
    setState({ isBusy: true });
    try {
      await send(patch, revision, false);
      setState({ isBusy: false });
    } catch (error) {
      setState({ isBusy: false, error });
    }
  };
  return { ...state, save };
}

function withReason(note: string, reason: string): string {
  const line = `**Failed:** ${reason.trim()}`;
  return note === '' ? line : `${note}\n\n${line}`;
}

/** What the service says about a field. */
function messageOf(error: unknown, name: string): { error?: true; helperText?: string } {
  if (!(error instanceof ProblemError)) return {};
  const own = error.errors.filter(({ pointer }) => pointer?.split('/')[1] === name);
  return own.length === 0 ? {} : { error: true, helperText: own.map(({ message }) => message).join('; ') };
}

function isBesideFields(error: unknown): boolean {
  const fields = ['name', 'status', 'tags', 'labels', 'note'];
  return (
    error instanceof ProblemError &&
    error.errors.length > 0 &&
    error.errors.every(({ pointer }) => fields.includes(pointer?.split('/')[1] ?? ''))
  );
}
