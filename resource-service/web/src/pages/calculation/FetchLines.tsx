// Lines that fetch the calculation from a shell or from Python.
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';

import { Copyable } from '@/ui/secret';

export function FetchLines({ id, revision, onClose }: { id: string; revision?: number | undefined; onClose(): void }) {
  const url = `${window.location.origin}/api/calculations/${encodeURIComponent(id)}${revision === undefined ? '' : `/versions/${revision}`}`;
  const curl = `curl -sS -H "Authorization: Bearer $TOKEN" '${url}'`;
  const python = `import os, requests

answer = requests.get(
    ${JSON.stringify(url)},
    headers={"Authorization": f"Bearer {os.environ['TOKEN']}"},
    timeout=30,
)
answer.raise_for_status()
calculation = answer.json()`;
  return (
    <Dialog open onClose={onClose} fullWidth maxWidth="sm" aria-labelledby="fetch-title">
      <DialogTitle id="fetch-title">Fetch this calculation</DialogTitle>
      <DialogContent>
        <Copyable name="Id" text={id} />
        <Copyable name="Shell" text={curl} lines />
        <Copyable name="Python" text={python} lines />
        An access token for <code>TOKEN</code> comes from an API key, which you make on the page <a href="/me">Me</a>.
      </DialogContent>
      <DialogActions>
        <Button onClick={onClose}>Close</Button>
      </DialogActions>
    </Dialog>
  );
}
