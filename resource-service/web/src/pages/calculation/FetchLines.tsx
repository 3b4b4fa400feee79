// Lines that fetch the calculation from a shell or from Python.
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';

import { Copyable } from '@/ui/secret';

import { curlLine, pythonLines } from './snippets';

export function FetchLines({ id, revision, onClose }: { id: string; revision?: number | undefined; onClose(): void }) {
  const url = `${window.location.origin}/api/calculations/${encodeURIComponent(id)}${revision === undefined ? '' : `/versions/${revision}`}`;
  return (
    <Dialog open onClose={onClose} fullWidth maxWidth="sm" aria-labelledby="fetch-title">
      <DialogTitle id="fetch-title">Fetch this calculation</DialogTitle>
      <DialogContent>
        <Copyable name="Id" text={id} />
        <Copyable name="Shell" text={curlLine(url)} lines />
        <Copyable name="Python" text={pythonLines(url)} lines />
        Both read an access token from the environment variable <code>TOKEN</code>. The lines that you get with an API
        key set it: <code>export TOKEN=…</code>. You make a key on the page <a href="/me">Me</a>.
      </DialogContent>
      <DialogActions>
        <Button onClick={onClose}>Close</Button>
      </DialogActions>
    </Dialog>
  );
}
