// The frame of all pages behind the login: navigation, search, help, who is logged in.
import MenuIcon from '@mui/icons-material/Menu';
import SearchIcon from '@mui/icons-material/Search';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Drawer from '@mui/material/Drawer';
import IconButton from '@mui/material/IconButton';
import useMediaQuery from '@mui/material/useMediaQuery';
import { lazy, Suspense, useMemo, useState } from 'react';
import { Navigate, Outlet, useLocation, useNavigate } from 'react-router';

import type { Identity } from '@/session';
import { Loading } from '@/ui/states';
import { UnsavedProvider } from '@/ui/unsaved';

import { Account } from './Account';
import { ADMINISTRATION, offered, PERSONAL, SCIENCE } from './areas';
import { keyNames, useShortcuts } from './keys';
import { LoginAgain } from './LoginAgain';
import { Navigation } from './Navigation';
import { IdentityProvider, useIdentity, useSessionState } from './services';

const CommandPalette = lazy(() => import('./CommandPalette'));
const KeysDialog = lazy(() => import('./KeysDialog'));

/** Width of the navigation in pixels. */
const SIDE = 184;

export function Layout() {
  const state = useSessionState();
  const location = useLocation();
  const [identity, setIdentity] = useState<Identity | null>(null);
  if (state.kind === 'authenticated' && state.identity !== identity) setIdentity(state.identity);
  const isLeft = state.kind === 'anonymous' && (identity === null || isLogoutHere(state));
  if (isLeft && identity !== null) setIdentity(null);
  if (isLeft) {
    const back = `${location.pathname}${location.search}${location.hash}`;
    const search = new URLSearchParams({
      ...(back !== '/' && { back }),
      ...(state.reason && { reason: state.reason }),
    });
    return <Navigate to={{ pathname: '/login', search: search.toString() }} replace />;
  }
  const current = state.kind === 'authenticated' ? state.identity : identity;
  if (!current) return <Loading label="Looking for your session" />;
  if (current.must_change_password && location.pathname !== '/me') return <Navigate to="/me?password" replace />;
  return (
    // Another user begins with pages of their own.
    <IdentityProvider key={current.sub} identity={current}>
      <UnsavedProvider>
        <Frame />
      </UnsavedProvider>
      {state.kind !== 'authenticated' && <LoginAgain state={state} email={current.email} />}
    </IdentityProvider>
  );
}

/** A logout in another tab, or the end of the session, covers the page: what was typed into it may still be wanted. */
function isLogoutHere({ reason, elsewhere }: { reason?: string; elsewhere?: true }): boolean {
  return !reason || (reason === 'logged-out' && !elsewhere);
}

function Frame() {
  const { scopes } = useIdentity();
  const navigate = useNavigate();
  const narrow = useMediaQuery('(max-width: 899px)');
  const [menu, setMenu] = useState(false);
  const [dialog, setDialog] = useState<'palette' | 'keys' | null>(null);
  const areas = useMemo(() => [...offered(SCIENCE, scopes), PERSONAL, ...offered(ADMINISTRATION, scopes)], [scopes]);

  useShortcuts('Everywhere', [
    { keys: 'mod+k', label: 'Find pages, objects and actions', run: () => setDialog('palette') },
    { keys: '?', label: 'List the keys', run: () => setDialog('keys') },
  ]);
  useShortcuts(
    'Go to',
    areas.map((area) => ({ keys: area.keys, label: area.title, run: () => void navigate(area.path) })),
  );

  const close = () => setDialog(null);
  const navigation = <Navigation onFollow={() => setMenu(false)} />;
  return (
    <Box sx={{ display: 'flex', height: '100dvh', flexDirection: 'column' }}>
      <Box
        component="a"
        href="#content"
        sx={{
          position: 'absolute',
          left: -9999,
          '&:focus': { left: 8, top: 8, zIndex: 'tooltip', bgcolor: 'background.paper', p: 2 },
        }}
      >
        Skip to the content
      </Box>
      <Box
        component="header"
        sx={{
          display: 'flex',
          alignItems: 'center',
          gap: 2,
          px: 3,
          height: 44,
          flexShrink: 0,
          borderBottom: 1,
          borderColor: 'divider',
        }}
      >
        {narrow && (
          <IconButton aria-label="Menu" onClick={() => setMenu(true)}>
            <MenuIcon fontSize="small" />
          </IconButton>
        )}
        <Box component="img" src="/favicon.svg" alt="" sx={{ width: 20, height: 20 }} />
        <Box sx={{ fontWeight: 600, flex: 1 }}>Tessera</Box>
        <Button
          variant="outlined"
          color="inherit"
          startIcon={<SearchIcon />}
          onClick={() => setDialog('palette')}
          sx={{ color: 'text.secondary', borderColor: 'divider' }}
        >
          Find{' '}
          <Box component="kbd" sx={{ ml: 2, display: { xs: 'none', sm: 'inline' } }}>
            {keyNames('mod+k')}
          </Box>
        </Button>
        <IconButton aria-label="Keys" onClick={() => setDialog('keys')} sx={{ width: 32 }}>
          ?
        </IconButton>
        <Account />
      </Box>
      <Box sx={{ display: 'flex', flex: 1, minHeight: 0 }}>
        {narrow ? (
          <Drawer open={menu} onClose={() => setMenu(false)}>
            {navigation}
          </Drawer>
        ) : (
          <Box sx={{ width: SIDE, flexShrink: 0, borderRight: 1, borderColor: 'divider', overflow: 'auto' }}>
            {navigation}
          </Box>
        )}
        <Box
          component="main"
          id="content"
          tabIndex={-1}
          sx={{ flex: 1, minWidth: 0, overflow: 'auto', outline: 'none' }}
        >
          <Outlet />
        </Box>
      </Box>
      <Suspense>
        {dialog === 'palette' && <CommandPalette onClose={close} />}
        {dialog === 'keys' && <KeysDialog onClose={close} />}
      </Suspense>
    </Box>
  );
}
