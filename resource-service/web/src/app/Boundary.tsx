// What is shown when a page fails while it renders. The rest of the address stays, so that Back works.
import Box from '@mui/material/Box';
import { useRouteError } from 'react-router';

import { ProblemError } from '@/api/problem';
import { Page } from '@/ui/page';
import { Failure } from '@/ui/states';

/** What browsers say when a part of the console cannot be loaded. */
const NOT_LOADED = /dynamically imported module|module script|Loading chunk/;

export function Boundary() {
  const thrown = useRouteError();
  const isAway = thrown instanceof TypeError && NOT_LOADED.test(thrown.message);
  const error = isAway ? new ProblemError(0, 'offline', 'The server cannot be reached. Try again.') : thrown;
  return (
    <Box component="main">
      <Page title="This page failed">
        <Failure error={error} retry={() => window.location.reload()} />
      </Page>
    </Box>
  );
}
