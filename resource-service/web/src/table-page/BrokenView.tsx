// Why the saved view of the address is not shown.
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';

import { Notice } from './Notice';

export function BrokenView({ fault, forget }: { fault: string; forget(): void }) {
  return (
    <Notice>
      <Box component="span" sx={{ color: 'warning.main' }}>
        △ {fault}
      </Box>
      <Button color="inherit" onClick={forget}>
        Continue without it
      </Button>
    </Notice>
  );
}
