// The menu of saved views: open, save, save as, rename, share, delete.
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { lazy, Suspense, useState } from 'react';

import { useShortcuts } from '@/app/keys';
import { useSearch } from '@/ui/urlState';

import { sameState, type SavedView } from './state';

const ViewsDialog = lazy(() => import('./ViewsDialog'));

export function ViewMenu({ page, opened }: { page: string; opened: SavedView | undefined }) {
  const [isOpen, setOpen] = useState(false);
  const [search] = useSearch();
  const isChanged = opened !== undefined && !sameState(search, opened.state);
  useShortcuts('Saved views', [{ keys: 'v', label: 'Saved views', run: () => setOpen(true) }]);
  return (
    <>
      <Button color="inherit" onClick={() => setOpen(true)} title="Saved views (v)" sx={{ maxWidth: 220 }}>
        <Box component="span" sx={{ overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' }}>
          {opened ? `View: ${opened.name}` : 'Views'}
        </Box>
        {isChanged && <span title="Changed since it was saved">&nbsp;*</span>}
      </Button>
      <Suspense>{isOpen && <ViewsDialog {...{ page, opened, isChanged }} onClose={() => setOpen(false)} />}</Suspense>
    </>
  );
}
