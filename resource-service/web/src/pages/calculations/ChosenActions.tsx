// What can be done with the chosen calculations: compare, request reviews, tag, set to failed.
import Button from '@mui/material/Button';
import { lazy, Suspense, useState } from 'react';
import { useNavigate } from 'react-router';

import { plain } from '@/table-page/columns';
import type { Chosen } from '@/table-page/TablePage';
import { useShortcuts, type Shortcut } from '@/app/keys';
import { useScope } from '@/app/services';
import { joinList } from '@/ui/urlState';

const RequestDialog = lazy(async () => ({ default: (await import('@/review/RequestDialog')).RequestDialog }));
const ManyDialog = lazy(() => import('./ManyDialog'));

/** How many calculations one comparison takes. */
const FEWEST = 2;
const MOST = 20;

type Open = 'review' | 'tag' | 'untag' | 'fail' | null;

export function ChosenActions({ chosen }: { chosen: Chosen }) {
  const { ids, rows, reload } = chosen;
  const navigate = useNavigate();
  const mayWrite = useScope('calculations:write');
  const mayReview = useScope('reviews:write');
  const [open, setOpen] = useState<Open>(null);
  const canCompare = ids.length >= FEWEST && ids.length <= MOST;
  const compare = () => {
    if (canCompare) void navigate(`/compare?${new URLSearchParams({ ids: joinList(ids) })}`);
  };
  const named = ids.map((id) => ({ _id: id, name: plain(rows.find((row) => row._id === id)?.name) || id }));
  const shortcuts: Shortcut[] = [
    { keys: 'c', label: 'Compare the chosen calculations', run: compare },
    ...(mayReview
      ? [{ keys: 'r', label: 'Request reviews of the chosen calculations', run: () => setOpen('review') }]
      : []),
    ...(mayWrite
      ? [
          { keys: 't', label: 'Tag the chosen calculations', run: () => setOpen('tag') },
          { keys: 'u', label: 'Remove a tag from the chosen calculations', run: () => setOpen('untag') },
          { keys: 'x', label: 'Set the chosen calculations to failed', run: () => setOpen('fail') },
        ]
      : []),
  ];
  useShortcuts('Chosen calculations', shortcuts);
  const close = () => setOpen(null);
  return (
    <>
      <Button
        variant="outlined"
        disabled={!canCompare}
        onClick={compare}
        title={canCompare ? 'Side by side (c)' : `Choose ${FEWEST} to ${MOST} calculations to compare`}
      >
        Compare
      </Button>
      {mayReview && (
        <Button color="inherit" onClick={() => setOpen('review')} title="Request reviews (r)">
          Request review
        </Button>
      )}
      {mayWrite && (
        <>
          <Button color="inherit" onClick={() => setOpen('tag')} title="Add a tag (t)">
            Tag
          </Button>
          <Button color="inherit" onClick={() => setOpen('untag')} title="Remove a tag (u)">
            Untag
          </Button>
          <Button color="inherit" onClick={() => setOpen('fail')} title="Set to failed, with a reason (x)">
            Set failed
          </Button>
        </>
      )}
      <Suspense>
        {open === 'review' && <RequestDialog calculations={named} onClose={close} />}
        {(open === 'tag' || open === 'untag' || open === 'fail') && (
          <ManyDialog act={open} calculations={named} tags={tagsOf(rows)} onClose={close} onDone={reload} />
        )}
      </Suspense>
    </>
  );
}

function tagsOf(rows: Chosen['rows']): string[] {
  const tags = rows.flatMap((row) =>
    Array.isArray(row.tags) ? row.tags.filter((tag) => typeof tag === 'string') : [],
  );
  return [...new Set(tags)].toSorted();
}
