// Saved views of this page: the caller's own, and those that others share.
import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import TextField from '@mui/material/TextField';
import { useState, type SubmitEvent } from 'react';
import { Link, useLocation } from 'react-router';

import { ProblemError } from '@/api/problem';
import { holds } from '@/app/scopes';
import { useIdentity, useScope } from '@/app/services';
import { CopyButton } from '@/ui/copy';
import { Answer } from '@/ui/states';
import { useToast } from '@/ui/toasts';
import { useSearch } from '@/ui/urlState';

import { viewStateOf, type SavedView } from './state';
import { useViewChanges, useViews } from './views';

interface ViewsProps {
  page: string;
  opened: SavedView | undefined;
  isChanged: boolean;
  onClose(): void;
}

export default function ViewsDialog({ page, opened, isChanged, onClose }: ViewsProps) {
  const { sub, scopes } = useIdentity();
  const mayRead = useScope('views:read');
  const mayWrite = useScope('views:write');
  const views = useViews(page, true);
  const { save, change, remove } = useViewChanges(page);
  const [search, setSearch] = useSearch();
  const toast = useToast();
  const isMine = (view: SavedView) => view._owner === sub || holds(scopes, 'views:admin');
  const failure = save.error ?? change.error ?? remove.error;

  const saveAs = (name: string, shared: boolean) =>
    save.mutate(
      { name, search, shared },
      {
        onSuccess: (view) => {
          if (view) setSearch((before) => withView(before, view._id));
          toast({ text: `Saved as ${name}` });
          onClose();
        },
      },
    );
  return (
    <Dialog open onClose={onClose} fullWidth maxWidth="sm" aria-labelledby="views-title">
      <DialogTitle id="views-title">Saved views</DialogTitle>
      <DialogContent sx={{ display: 'flex', flexDirection: 'column', gap: 4 }}>
        {failure && <Alert severity="error">{messageOf(failure)}</Alert>}
        {!mayRead && <Alert severity="info">Your account lacks the scope views:read, which saved views need.</Alert>}
        {mayRead && isMissing(views.error) ? (
          <Alert severity="info">This server keeps no saved views: it has no collection “views”.</Alert>
        ) : (
          mayRead && (
            <Answer query={views} rows={3}>
              {(found) => (
                <ViewList
                  {...{ found, opened, isMine }}
                  mayWrite={mayWrite}
                  change={change}
                  remove={remove}
                  onClose={onClose}
                />
              )}
            </Answer>
          )
        )}
        {mayWrite && opened && isChanged && isMine(opened) && (
          <Button
            variant="outlined"
            disabled={change.isPending}
            onClick={() =>
              change.mutate({ view: opened, part: { state: viewStateOf(search) } }, { onSuccess: onClose })
            }
          >
            Save the changes to {opened.name}
          </Button>
        )}
        {mayWrite && !isMissing(views.error) && <SaveAs isPending={save.isPending} saveAs={saveAs} />}
      </DialogContent>
      <DialogActions>
        <Button color="inherit" onClick={onClose}>
          Close
        </Button>
      </DialogActions>
    </Dialog>
  );
}

function withView(search: URLSearchParams, id: string): URLSearchParams {
  const after = new URLSearchParams(search);
  after.set('view', id);
  return after;
}

const isMissing = (error: unknown) => error instanceof ProblemError && error.status === 404;

function messageOf(error: unknown): string {
  if (error instanceof ProblemError && error.status === 412) {
    return 'Somebody changed this view meanwhile. Open it again and repeat your change.';
  }
  return error instanceof Error ? error.message : String(error);
}

interface ListProps {
  found: readonly SavedView[];
  opened: SavedView | undefined;
  isMine(view: SavedView): boolean;
  mayWrite: boolean;
  change: ReturnType<typeof useViewChanges>['change'];
  remove: ReturnType<typeof useViewChanges>['remove'];
  onClose(): void;
}

function ViewList({ found, opened, isMine, mayWrite, change, remove, onClose }: ListProps) {
  const { pathname } = useLocation();
  const [naming, setNaming] = useState<{ id: string; name: string } | null>(null);
  if (found.length === 0) {
    return (
      <Box sx={{ color: 'text.secondary' }}>
        There is none yet. Save this table’s filter, order and columns under a name.
      </Box>
    );
  }
  return (
    <Box component="ul" sx={{ m: 0, p: 0, listStyle: 'none' }}>
      {found.map((view) => (
        <Box
          component="li"
          key={view._id}
          sx={{ display: 'flex', flexWrap: 'wrap', gap: 1, alignItems: 'center', minHeight: 32, minWidth: 0 }}
        >
          {naming?.id === view._id ? (
            <form
              style={{ display: 'flex', flex: 1, gap: 8 }}
              onSubmit={(event) => {
                event.preventDefault();
                change.mutate({ view, part: { name: naming.name.trim() } }, { onSuccess: () => setNaming(null) });
              }}
            >
              <TextField
                autoFocus
                label="New name"
                value={naming.name}
                onChange={(event) => setNaming({ id: view._id, name: event.target.value })}
                slotProps={{ htmlInput: { maxLength: 100 } }}
              />
              <Button type="submit" disabled={naming.name.trim() === ''}>
                Rename
              </Button>
              <Button color="inherit" onClick={() => setNaming(null)}>
                Cancel
              </Button>
            </form>
          ) : (
            <>
              <Box
                component={Link}
                to={`${pathname}?view=${encodeURIComponent(view._id)}`}
                onClick={onClose}
                dir="auto"
                title={view.state}
                sx={{
                  flex: '1 1 140px',
                  minWidth: 0,
                  overflowWrap: 'anywhere',
                  fontWeight: opened?._id === view._id ? 600 : 400,
                }}
              >
                {view.name}
              </Box>
              <Box component="span" sx={{ color: 'text.secondary' }}>
                {isMine(view) ? (view.shared ? 'shared' : 'only yours') : 'from another user'}
              </Box>
              <CopyButton
                text={`${window.location.origin}${pathname}?view=${encodeURIComponent(view._id)}`}
                label="Copy the link"
              />
              {mayWrite && isMine(view) && (
                <>
                  <Button color="inherit" onClick={() => change.mutate({ view, part: { shared: !view.shared } })}>
                    {view.shared ? 'Stop sharing' : 'Share'}
                  </Button>
                  <Button color="inherit" onClick={() => setNaming({ id: view._id, name: view.name })}>
                    Rename
                  </Button>
                  <Button color="error" onClick={() => remove.mutate(view)} aria-label={`Delete ${view.name}`}>
                    Delete
                  </Button>
                </>
              )}
            </>
          )}
        </Box>
      ))}
    </Box>
  );
}

function SaveAs({ isPending, saveAs }: { isPending: boolean; saveAs(name: string, shared: boolean): void }) {
  const [name, setName] = useState('');
  const [shared, setShared] = useState(false);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (name.trim() !== '') saveAs(name.trim(), shared);
  };
  return (
    <Box
      component="form"
      onSubmit={submit}
      sx={{ display: 'flex', flexWrap: 'wrap', gap: 2, alignItems: 'center', pt: 2 }}
    >
      <TextField
        label="Save what is shown as"
        value={name}
        onChange={(event) => setName(event.target.value)}
        slotProps={{ htmlInput: { maxLength: 100 } }}
        sx={{ flex: '1 1 200px' }}
      />
      <label style={{ display: 'flex', gap: 6, alignItems: 'center', whiteSpace: 'nowrap' }}>
        <input type="checkbox" checked={shared} onChange={(event) => setShared(event.target.checked)} />
        Share with all
      </label>
      <Button type="submit" variant="contained" disabled={isPending || name.trim() === ''}>
        Save
      </Button>
    </Box>
  );
}
