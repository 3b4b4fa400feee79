// Covers a page whose session has ended, or is asked for again, and keeps the page with what was typed into it.
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import { useNavigate } from 'react-router';

import { EnterFrame } from '@/pages/enter/EnterFrame';
import { LoginForm } from '@/pages/enter/LoginForm';
import type { SessionState } from '@/session';
import { Loading } from '@/ui/states';

import { useServices } from './services';

export function LoginAgain({
  state,
  email,
}: {
  state: Exclude<SessionState, { kind: 'authenticated' }>;
  email: string;
}) {
  const { session } = useServices();
  const navigate = useNavigate();
  const leave = async () => {
    await session.logout().catch(() => undefined);
    void navigate('/login', { replace: true });
  };
  return (
    <Dialog open fullScreen aria-label="Log in again">
      {state.kind === 'unknown' ? (
        <Loading label="Looking for your session" />
      ) : (
        <EnterFrame title="Log in">
          <LoginForm reason={state.elsewhere ? 'elsewhere' : state.reason} username={email} />
          <Box>
            <Button onClick={() => void leave()}>Leave this page</Button>
          </Box>
        </EnterFrame>
      )}
    </Dialog>
  );
}
