// The list of the keys that work on this page.
import Box from '@mui/material/Box';
import Dialog from '@mui/material/Dialog';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';

import { keyNames, useAllShortcuts } from './keys';

export default function KeysDialog({ onClose }: { onClose: () => void }) {
  const groups = useAllShortcuts().filter((group) => group.shortcuts.length > 0);
  return (
    <Dialog open onClose={onClose} maxWidth="md" fullWidth aria-labelledby="keys-title">
      <DialogTitle id="keys-title">Keys</DialogTitle>
      <DialogContent sx={{ display: 'grid', gridTemplateColumns: 'repeat(auto-fill, minmax(240px, 1fr))', gap: 6 }}>
        {groups.map((group) => (
          <Box key={group.title} component="section">
            <h3>{group.title}</h3>
            <Box component="dl" sx={{ display: 'grid', gridTemplateColumns: 'max-content 1fr', gap: 2, m: 0 }}>
              {group.shortcuts.map((shortcut) => (
                <Box key={shortcut.keys} sx={{ display: 'contents' }}>
                  <dt>
                    {keyNames(shortcut.keys).map((key) => (
                      <Box
                        key={key}
                        component="kbd"
                        sx={{ border: 1, borderColor: 'divider', borderRadius: 1, px: 1, mr: 1 }}
                      >
                        {key}
                      </Box>
                    ))}
                  </dt>
                  <Box component="dd" sx={{ m: 0 }}>
                    {shortcut.label}
                  </Box>
                </Box>
              ))}
            </Box>
          </Box>
        ))}
      </DialogContent>
    </Dialog>
  );
}
