// Somebody else changed the document meanwhile: what goes together by itself, and what the reader decides.
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import { useState } from 'react';

import { asStored, joinPath, type Json, type JsonObject } from '@/api/json';
import { merge3, withValue, type Collision } from '@/providers/data/merge3';
import { Failure } from '@/ui/states';

interface MergeProps {
  base: JsonObject;
  mine: JsonObject;
  theirs: JsonObject;
  /** Stores the merged document over theirs. */
  save(merged: JsonObject): Promise<unknown>;
  onBack(): void;
}

export function MergeDialog({ base, mine, theirs, save, onBack }: MergeProps) {
  const { merged, collisions } = merge3(base, withoutService(mine, theirs), theirs);
  const [kept, setKept] = useState<Readonly<Record<string, 'mine' | 'theirs'>>>({});
  const [state, setState] = useState<{ isBusy: boolean; error?: unknown }>({ isBusy: false });
  const nameOf = ({ path }: Collision) => joinPath(path);
  const isSettled = collisions.every((one) => kept[nameOf(one)] !== undefined);
  const run = async () => {
    setState({ isBusy: true });
    const settled = collisions.reduce(
      (document, one) => (kept[nameOf(one)] === 'mine' ? withValue(document, one.path, one.mine) : document),
      merged,
    );
    try {
      await save(settled);
    } catch (error) {
      setState({ isBusy: false, error });
    }
  };
  return (
    <Dialog open onClose={onBack} fullWidth maxWidth="sm" aria-labelledby="merge-title">
      <DialogTitle id="merge-title">Somebody else changed this meanwhile</DialogTitle>
      <DialogContent sx={{ display: 'grid', gap: 3 }}>
        <div>
          {collisions.length === 0
            ? 'Your changes and theirs do not overlap. Save stores both.'
            : 'Both of you changed these values. Choose which to keep; all other changes are kept.'}
        </div>
        {collisions.map((one) => {
          const name = nameOf(one);
          const choice = (side: 'mine' | 'theirs', word: string) => (
            <Box component="label" sx={{ display: 'flex', gap: 2, py: 1, alignItems: 'baseline' }}>
              <input
                type="radio"
                name={name}
                checked={kept[name] === side}
                onChange={() => setKept({ ...kept, [name]: side })}
              />
              <Box component="span" sx={{ overflowWrap: 'anywhere', maxHeight: 160, overflow: 'auto' }}>
                {word}: <bdi>{shown(one[side])}</bdi>
              </Box>
            </Box>
          );
          return (
            <Box
              component="fieldset"
              key={name}
              sx={{ border: 1, borderColor: 'divider', borderRadius: 1, m: 0, minWidth: 0 }}
            >
              <legend dir="auto">{name}</legend>
              <Box sx={{ color: 'text.secondary', overflowWrap: 'anywhere' }}>
                Before: <bdi>{shown(one.base)}</bdi>
              </Box>
              {choice('mine', 'Yours')}
              {choice('theirs', 'Theirs')}
            </Box>
          );
        })}
        {state.error !== undefined && <Failure error={state.error} />}
      </DialogContent>
      <DialogActions>
        <Button color="inherit" onClick={onBack}>
          Back to my changes
        </Button>
        <Button variant="contained" loading={state.isBusy} disabled={!isSettled} onClick={() => void run()}>
          Save
        </Button>
      </DialogActions>
    </Dialog>
  );
}

/** What the service sets is as it is stored now. */
function withoutService(mine: JsonObject, theirs: JsonObject): JsonObject {
  const own = Object.entries(mine).filter(([name]) => !name.startsWith('_'));
  const set = Object.entries(theirs).filter(([name]) => name.startsWith('_'));
  return Object.fromEntries([...set, ...own]);
}

const LONGEST = 2000;

function shown(value: Json | undefined): string {
  return value === undefined ? '(nothing)' : asStored(value).slice(0, LONGEST);
}
