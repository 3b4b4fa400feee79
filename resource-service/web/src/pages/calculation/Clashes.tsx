// Two people changed the same: what each wrote, and which of them stays.
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import FormControlLabel from '@mui/material/FormControlLabel';
import Radio from '@mui/material/Radio';
import RadioGroup from '@mui/material/RadioGroup';
import { useState } from 'react';

import { asStored, type Json } from '@/api/json';
import type { Clash } from '@/calculations/edits';
import { Failure } from '@/ui/states';

interface ClashesProps {
  clashes: readonly Clash[];
  isBusy: boolean;
  error: unknown;
  onBack(): void;
  /** Called with the clashes of which the other person's value stays. */
  onSettle(given: readonly Clash[]): void;
}

export function Clashes({ clashes, isBusy, error, onBack, onSettle }: ClashesProps) {
  const [theirs, setTheirs] = useState<ReadonlySet<Clash>>(new Set());
  const choose = (clash: Clash, isTheirs: boolean) =>
    setTheirs((before) => {
      const next = new Set(before);
      if (isTheirs) next.add(clash);
      else next.delete(clash);
      return next;
    });
  return (
    <>
      <DialogTitle id="edit-title">Another person changed the same values</DialogTitle>
      <DialogContent sx={{ display: 'grid', gap: 4 }}>
        <Box>All other changes, yours and theirs, are kept. Choose which of these values to keep:</Box>
        {clashes.map((clash) => {
          const name = clash.path.join('.');
          return (
            <Box
              key={name}
              component="fieldset"
              sx={{ border: 1, borderColor: 'divider', borderRadius: 1, m: 0, minWidth: 0 }}
            >
              <legend dir="auto">{name}</legend>
              <RadioGroup
                aria-label={name}
                value={theirs.has(clash) ? 'theirs' : 'mine'}
                onChange={(_, value) => choose(clash, value === 'theirs')}
              >
                <FormControlLabel
                  value="mine"
                  control={<Radio size="small" />}
                  label={<Side who="Yours" value={clash.mine} />}
                />
                <FormControlLabel
                  value="theirs"
                  control={<Radio size="small" />}
                  label={<Side who="Theirs" value={clash.theirs} />}
                />
              </RadioGroup>
            </Box>
          );
        })}
        {error !== undefined && <Failure error={error} />}
      </DialogContent>
      <DialogActions>
        <Button onClick={onBack}>Back to my changes</Button>
        <Button variant="contained" loading={isBusy} onClick={() => onSettle([...theirs])}>
          Save
        </Button>
      </DialogActions>
    </>
  );
}

function Side({ who, value }: { who: string; value: Json | undefined }) {
  return (
    <Box sx={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap', maxHeight: 160, overflow: 'auto' }}>
      {who}: <bdi>{value === undefined || value === null ? '(nothing)' : asStored(value)}</bdi>
    </Box>
  );
}
