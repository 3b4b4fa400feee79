// Asks for the tag or the reason, changes the chosen calculations, and lists those that could not be changed.
import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import TextField from '@mui/material/TextField';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useId, useRef, useState, type SubmitEvent } from 'react';

import { isObject } from '@/api/json';
import { useApi } from '@/app/services';
import { useDefinition } from '@/table-page/useFields';
import { useToast } from '@/ui/toasts';
import { useUnsaved } from '@/ui/unsaved';

import { addTag, changeMany, removeTag, setFailed, type Outcome } from './many';

type Act = 'tag' | 'untag' | 'fail';

interface ManyProps {
  act: Act;
  calculations: readonly { _id: string; name: string }[];
  /** Tags that some of them have. */
  tags: readonly string[];
  onClose(): void;
  onDone(): void;
}

const WORDS = {
  tag: { title: 'Tag', label: 'Tag to add', button: 'Add the tag', longest: 100 },
  untag: { title: 'Untag', label: 'Tag to remove', button: 'Remove the tag', longest: 100 },
  fail: { title: 'Set to failed', label: 'Reason', button: 'Set to failed', longest: 2000 },
} as const;

const of = (count: number) => (count === 1 ? '1 calculation' : `${count} calculations`);

export default function ManyDialog({ act, calculations, tags, onClose, onDone }: ManyProps) {
  const api = useApi();
  const toast = useToast();
  const id = useId();
  const definition = useDefinition('calculations');
  const properties = definition.data?.schema.properties;
  const hasNote = isObject(properties) && 'note' in properties;
  const [text, setText] = useState(act === 'untag' ? (tags[0] ?? '') : '');
  /** The text that is not lost with the dialog: the proposed one, then what was sent. */
  const [kept, setKept] = useState(text);
  const [done, setDone] = useState(0);
  const abort = useRef<AbortController | null>(null);
  useEffect(() => () => abort.current?.abort(), []);
  const words = WORDS[act];
  const { leave } = useUnsaved(text !== kept);
  const close = () => leave(onClose);

  const run = useMutation({
    mutationFn: () => {
      abort.current = new AbortController();
      const given = text.trim();
      const change = { tag: () => addTag(given), untag: () => removeTag(given), fail: () => setFailed(given, hasNote) }[
        act
      ]();
      const ids = calculations.map(({ _id }) => _id);
      return changeMany(api, ids, change, abort.current.signal, setDone);
    },
    onSuccess: ({ changed, failed, skipped }) => {
      if (changed.length > 0) onDone();
      if (failed.length > 0 || skipped.length > 0) return setKept(text);
      toast({ text: `Changed ${of(changed.length)}` });
      onClose();
    },
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (text.trim() !== '') run.mutate();
  };
  return (
    <Dialog open onClose={run.isPending ? undefined : close} fullWidth maxWidth="xs" aria-labelledby={id}>
      <form onSubmit={submit}>
        <DialogTitle id={id}>
          {words.title}: {of(calculations.length)}
        </DialogTitle>
        <DialogContent sx={{ display: 'flex', flexDirection: 'column', gap: 3 }}>
          {act === 'fail' && (
            <Box>
              Running and planned calculations become failed; others stay as they are.
              {!hasNote && ' The definition of calculations has no note, so that the reason is not kept.'}
            </Box>
          )}
          <TextField
            autoFocus
            required
            label={words.label}
            value={text}
            multiline={act === 'fail'}
            minRows={act === 'fail' ? 2 : 1}
            onChange={(event) => setText(event.target.value)}
            slotProps={{ htmlInput: { maxLength: words.longest, list: `${id}-tags` } }}
            sx={{ mt: 1 }}
          />
          {act !== 'fail' && (
            <datalist id={`${id}-tags`}>
              {tags.map((tag) => (
                <option key={tag} value={tag}>
                  {tag}
                </option>
              ))}
            </datalist>
          )}
          {run.isPending && (
            <Box role="status">
              {done} of {calculations.length} done
            </Box>
          )}
          {run.data && <Report outcome={run.data} calculations={calculations} />}
        </DialogContent>
        <DialogActions>
          <Button color="inherit" onClick={run.isPending ? () => abort.current?.abort() : close}>
            {run.isPending ? 'Stop' : run.data ? 'Close' : 'Cancel'}
          </Button>
          <Button type="submit" variant="contained" disabled={run.isPending || text.trim() === ''}>
            {words.button}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

function Report({ outcome, calculations }: { outcome: Outcome; calculations: ManyProps['calculations'] }) {
  const nameOf = (id: string) => calculations.find(({ _id }) => _id === id)?.name ?? id;
  return (
    <Alert severity={outcome.failed.length > 0 ? 'error' : 'info'}>
      Changed {of(outcome.changed.length)}.
      {[...outcome.failed, ...outcome.skipped].slice(0, 50).map(({ id, why }) => (
        <div key={id} dir="auto" style={{ overflowWrap: 'anywhere' }}>
          {nameOf(id)}: {why}
        </div>
      ))}
    </Alert>
  );
}
