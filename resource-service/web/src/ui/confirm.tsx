// Asks before an act that cannot be taken back, and says what it does.
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import TextField from '@mui/material/TextField';
import { useState, type ReactNode } from 'react';

import { Failure } from './states';

interface ConfirmProps {
  title: string;
  /** What the button that does it says, such as "Remove the user". */
  action: string;
  children?: ReactNode;
  /** What has to be typed before it is done, such as a name. */
  typed?: string | undefined;
  /** Does it. A failure is shown and the dialog stays. */
  run(): Promise<unknown>;
  onClose(): void;
}

export function Confirm({ title, action, children, typed, run, onClose }: ConfirmProps) {
  const [text, setText] = useState('');
  const isTyped = typed === undefined || text.trim() === typed;
  const [state, setState] = useState<{ busy: boolean; error?: unknown }>({ busy: false });
  const act = async () => {
    setState({ busy: true });
    try {
      await run();
      onClose();
    } catch (error) {
      setState({ busy: false, error });
    }
  };
  return (
    <Dialog open onClose={onClose} fullWidth maxWidth="xs" aria-labelledby="confirm-title">
      <DialogTitle id="confirm-title">{title}</DialogTitle>
      <DialogContent>
        {children}
        {typed !== undefined && (
          <TextField
            label={`To confirm, type ${typed}`}
            autoComplete="off"
            value={text}
            onChange={(event) => setText(event.target.value)}
            sx={{ mt: 4 }}
          />
        )}
        {state.error !== undefined && <Failure error={state.error} />}
      </DialogContent>
      <DialogActions>
        <Button onClick={onClose} autoFocus>
          Cancel
        </Button>
        <Button color="error" variant="contained" loading={state.busy} disabled={!isTyped} onClick={() => void act()}>
          {action}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
