// The list of calculations that wait, in the order of the service: changed ones first, then by how long they wait.
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useEffect, useRef } from 'react';
import { Link } from 'react-router';

import type { QueueItem } from '@/review/types';
import { QUEUE_PARTS, queueAddress, quorumText, REASONS, type QueuePart } from '@/review/verdicts';
import { StatusMark } from '@/ui/status';
import { TimeText } from '@/ui/time';

interface QueueListProps {
  items: readonly QueueItem[];
  id: string | undefined;
  /** The part of the queue that is listed; undefined is all of it. */
  part: QueuePart | undefined;
  /** Fetches the next page, where there is one. */
  more: (() => void) | undefined;
  loading: boolean;
}

const MARK_OF = { stale: 'stale', requested: 'requested', quorum: 'planned' } as const;

export function QueueList({ items, id, part, more, loading }: QueueListProps) {
  return (
    <Box component="nav" aria-label="Queue">
      {part !== undefined && (
        <Box
          sx={{
            display: 'flex',
            alignItems: 'center',
            justifyContent: 'space-between',
            px: 3,
            color: 'text.secondary',
          }}
        >
          {QUEUE_PARTS[part].title} only
          <Button component={Link} to={queueAddress(id, undefined)}>
            Show all
          </Button>
        </Box>
      )}
      <Box component="ul" sx={{ m: 0, p: 0, listStyle: 'none' }}>
        {items.map((item) => (
          <li key={item.calculation._id}>
            <Entry item={item} part={part} isCurrent={item.calculation._id === id} />
          </li>
        ))}
      </Box>
      {items.length === 0 && <Box sx={{ p: 3, color: 'text.secondary' }}>Nothing else waits.</Box>}
      {more && (
        <Button onClick={more} loading={loading} fullWidth>
          More
        </Button>
      )}
    </Box>
  );
}

interface EntryProps {
  item: QueueItem;
  part: QueuePart | undefined;
  isCurrent: boolean;
}

function Entry({ item: { calculation, reason, since, verdicts }, part, isCurrent }: EntryProps) {
  const link = useRef<HTMLAnchorElement>(null);
  useEffect(() => {
    if (isCurrent) link.current?.scrollIntoView({ block: 'nearest' });
  }, [isCurrent]);
  return (
    <Box
      component={Link}
      ref={link}
      to={queueAddress(calculation._id, part)}
      aria-current={isCurrent ? 'true' : undefined}
      sx={{
        display: 'block',
        px: 3,
        py: 2,
        color: 'text.primary',
        textDecoration: 'none',
        borderBottom: '1px solid var(--t-palette-line)',
        outlineOffset: '-2px !important',
        '&:hover': { bgcolor: 'raised' },
        ...(isCurrent && { bgcolor: 'raised', boxShadow: 'inset 2px 0 0 var(--t-palette-primary-main)' }),
      }}
    >
      <Box
        dir="auto"
        title={calculation.name}
        sx={{
          fontWeight: isCurrent ? 600 : 400,
          overflow: 'hidden',
          textOverflow: 'ellipsis',
          whiteSpace: 'nowrap',
          unicodeBidi: 'isolate',
        }}
      >
        {calculation.name}
      </Box>
      <Box sx={{ display: 'flex', flexWrap: 'wrap', columnGap: 2, color: 'text.secondary', fontSize: '0.75rem' }}>
        <StatusMark status={MARK_OF[reason]} word={REASONS[reason]} />
        <TimeText at={since} />
        {verdicts.quorum !== null && <span>{quorumText(verdicts.given, verdicts.quorum)}</span>}
      </Box>
    </Box>
  );
}
