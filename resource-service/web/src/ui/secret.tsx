// A secret that the service shows once: to copy, and gone when the dialog is closed.
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import type { ReactNode } from 'react';

import { CopyButton } from './copy';

/** A line to copy, under its name. */
export function Copyable({ name, text, lines = false }: { name: string; text: string; lines?: boolean }) {
  return (
    <Box sx={{ mb: 3 }}>
      <Box sx={{ display: 'flex', alignItems: 'center', color: 'text.secondary' }}>
        {name}
        <CopyButton text={text} label={`Copy ${name}`} />
      </Box>
      <Box
        component={lines ? 'pre' : 'code'}
        sx={{
          display: 'block',
          m: 0,
          p: 2,
          bgcolor: 'raised',
          borderRadius: 1,
          overflowX: 'auto',
          whiteSpace: lines ? 'pre' : 'normal',
          overflowWrap: lines ? 'normal' : 'anywhere',
        }}
        tabIndex={lines ? 0 : undefined}
      >
        {text}
      </Box>
    </Box>
  );
}

export function SecretOnce({ title, children, onClose }: { title: string; children: ReactNode; onClose: () => void }) {
  return (
    // Only the button closes it: the secret cannot be shown again.
    <Dialog open fullWidth maxWidth="sm" aria-labelledby="secret-title">
      <DialogTitle id="secret-title">{title}</DialogTitle>
      <DialogContent>
        <Box sx={{ mb: 3 }}>Copy the secret now. It is not shown again.</Box>
        {children}
      </DialogContent>
      <DialogActions>
        <Button variant="contained" onClick={onClose}>
          I have copied it
        </Button>
      </DialogActions>
    </Dialog>
  );
}
