// What is shown when a page fails while it renders. The rest of the address stays, so that Back works.
import Box from '@mui/material/Box';
import { useRouteError } from 'react-router';

import { Page } from '@/ui/page';
import { Failure } from '@/ui/states';

export function Boundary() {
  const error = useRouteError();
  return (
    <Box component="main">
      <Page title="This page failed">
        <Failure error={error} retry={() => window.location.reload()} />
      </Page>
    </Box>
  );
}
