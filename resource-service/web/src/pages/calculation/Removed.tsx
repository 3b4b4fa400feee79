// An address at which there is no calculation: whether it was removed, and how it comes back.
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useMutation } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';

import { useApi, useScope } from '@/app/services';
import { Page } from '@/ui/page';
import { Failure } from '@/ui/states';
import { TimeText } from '@/ui/time';

import { useRefresh, useVersions } from '@/calculations/data';

const History = lazy(() => import('./History').then(({ History: tab }) => ({ default: tab })));

export function Removed({ id, error }: { id: string; error: unknown }) {
  const versions = useVersions(id);
  const newest = versions.data?.pages[0]?.items[0];
  return (
    <Page title="No such calculation">
      <Failure error={error} />
      {newest?.removed && (
        <>
          <Box sx={{ px: 4, pb: 3, display: 'flex', gap: 3, alignItems: 'center', flexWrap: 'wrap' }}>
            <span>
              It was removed <TimeText at={newest.at} form="both" />.
            </span>
            <Restore id={id} />
          </Box>
          <Suspense>
            <History id={id} current={undefined} />
          </Suspense>
        </>
      )}
    </Page>
  );
}

function Restore({ id }: { id: string }) {
  const api = useApi();
  const refresh = useRefresh(id);
  const may = useScope('calculations:write');
  const restore = useMutation({
    mutationFn: () => api.post<string>('/api/calculations/{id}/restore', { path: { id } }),
    onSuccess: refresh,
  });
  if (!may) return null;
  return (
    <>
      <Button variant="contained" loading={restore.isPending} onClick={() => restore.mutate()}>
        Restore it
      </Button>
      {restore.error && <Failure error={restore.error} />}
    </>
  );
}
