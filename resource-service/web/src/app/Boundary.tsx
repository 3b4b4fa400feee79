// What is shown when a page fails while it renders. The rest of the address stays, so that Back works.
import Box from '@mui/material/Box';
import { useEffect, useState } from 'react';
import { useRouteError } from 'react-router';

import { ProblemError } from '@/api/problem';
import { Page } from '@/ui/page';
import { Failure } from '@/ui/states';

import { isServed, reload, reloadedLately, whenReachable } from './reachable';

/** What browsers say when a part of the console cannot be loaded. */
const NOT_LOADED = /dynamically imported module|module script|Loading chunk/;

export function Boundary() {
  const thrown = useRouteError();
  const isAway = thrown instanceof TypeError && NOT_LOADED.test(thrown.message);
  const [returns] = useState(() => isAway && !reloadedLately(Date.now()));
  useEffect(() => (returns ? whenReachable(() => reload(Date.now()), isServed) : undefined), [returns]);
  const next = returns ? 'The page appears when it answers again.' : 'Try again.';
  const error = isAway ? new ProblemError(0, 'offline', `The server cannot be reached. ${next}`) : thrown;
  return (
    <Box component="main">
      <Page title="This page failed">
        <Failure error={error} retry={() => window.location.reload()} />
      </Page>
    </Box>
  );
}
