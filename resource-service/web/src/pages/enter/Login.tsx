// Log in, then return to where one was.
import Box from '@mui/material/Box';
import { Link, Navigate } from 'react-router';

import { useSessionState } from '@/app/services';
import { Loading } from '@/ui/states';
import { useSearch } from '@/ui/urlState';
import { useRegistrationTerms } from '@/people/registration';

import { EnterFrame } from './EnterFrame';
import { LoginForm } from './LoginForm';
import { placeOf } from './place';

export default function Login() {
  const state = useSessionState();
  const [search] = useSearch();
  const terms = useRegistrationTerms();
  if (state.kind === 'unknown') return <Loading label="Looking for your session" />;
  if (state.kind === 'authenticated') return <Navigate to={placeOf(search.get('back'))} replace />;
  return (
    <EnterFrame title="Log in">
      <LoginForm reason={search.get('reason')} />
      {/* Where registration is closed there is nothing to offer. */}
      <Box sx={{ color: 'text.secondary', minHeight: 20 }}>
        {terms.data?.open !== false && !terms.isPending && (
          <>
            No account? <Link to={{ pathname: '/register', search: search.toString() }}>Register</Link>
          </>
        )}
      </Box>
    </EnterFrame>
  );
}
