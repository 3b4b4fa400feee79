// Who is logged in, in the head of the frame, with a menu to their page and to log out.
import PersonIcon from '@mui/icons-material/PersonOutlined';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { lazy, Suspense, useState } from 'react';

import { useIdentity } from './services';

const AccountMenu = lazy(() => import('./AccountMenu'));

export function Account() {
  const { email, full_name } = useIdentity();
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const name = full_name ?? email;
  return (
    <>
      <Button
        color="inherit"
        aria-haspopup="menu"
        aria-expanded={anchor !== null}
        aria-label={`Account of ${name}`}
        title={email}
        onClick={(event) => setAnchor(event.currentTarget)}
        sx={{ color: 'text.secondary', minWidth: 32, maxWidth: 200 }}
      >
        <PersonIcon fontSize="small" />
        <Box
          component="bdi"
          sx={{
            ml: 1,
            display: { xs: 'none', sm: 'block' },
            overflow: 'hidden',
            textOverflow: 'ellipsis',
            whiteSpace: 'nowrap',
          }}
        >
          {name}
        </Box>
      </Button>
      <Suspense>{anchor && <AccountMenu anchor={anchor} onClose={() => setAnchor(null)} />}</Suspense>
    </>
  );
}
