// Says that somebody else changed the calculation while it is on the screen: a reader may have judged what is no longer there.
import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';
import { useCallback, useState } from 'react';

import { useSetParams } from '@/ui/urlState';

/** The revisions of a calculation that this page saved, and how one more is added. */
export function useOwnRevisions(id: string): [readonly number[], (revision: number) => void] {
  const [saved, setSaved] = useState<{ id: string; revisions: readonly number[] }>({ id, revisions: NONE });
  const add = useCallback(
    (revision: number) =>
      setSaved((before) => ({ id, revisions: [...(before.id === id ? before.revisions : NONE), revision] })),
    [id],
  );
  return [saved.id === id ? saved.revisions : NONE, add];
}

const NONE: readonly number[] = [];

interface ChangedProps {
  /** The current revision. */
  revision: number;
  /** Revisions that the reader saved on this page: they know of those. */
  own: readonly number[];
}

export function Changed({ revision, own }: ChangedProps) {
  const [closed, setClosed] = useState(revision);
  const set = useSetParams();
  let seen = closed;
  while (own.includes(seen + 1)) seen += 1;
  if (revision <= seen) return null;
  const showChanges = () => {
    set({ tab: 'history', diff: `${seen}-${revision}` }, { push: true });
    setClosed(revision);
  };
  return (
    <Alert
      severity="info"
      sx={{ borderRadius: 0 }}
      action={
        <>
          <Button onClick={showChanges}>Show what changed</Button>
          <Button onClick={() => setClosed(revision)}>Close</Button>
        </>
      }
    >
      It changed while you read: revision {seen} became revision {revision}, which is shown now.
    </Alert>
  );
}
