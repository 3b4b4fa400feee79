// The frame of the pages before the login.
import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import type { ReactNode } from 'react';

import { useTitle } from '@/ui/page';

export function EnterFrame({ title, children }: { title: string; children: ReactNode }) {
  useTitle(title);
  return (
    <Box
      component="main"
      sx={{ minHeight: '100dvh', display: 'grid', placeItems: 'center', p: 4, boxSizing: 'border-box' }}
    >
      <Box sx={{ width: '100%', maxWidth: 360, display: 'grid', gap: 4 }}>
        <Box sx={{ display: 'flex', alignItems: 'center', gap: 3 }}>
          <Box component="img" src="/favicon.svg" alt="" sx={{ width: 32, height: 32 }} />
          <Typography component="h1" variant="h1">
            {title}{' '}
            <Box component="span" sx={{ color: 'text.secondary', fontWeight: 400 }}>
              – Tessera
            </Box>
          </Typography>
        </Box>
        {children}
      </Box>
    </Box>
  );
}
