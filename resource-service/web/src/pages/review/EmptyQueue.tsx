// The queue when nothing waits: when it was last full, and what fills it.
import Box from '@mui/material/Box';
import type { ReactNode } from 'react';
import { Link } from 'react-router';

import { useLastVerdict } from '@/review/queries';
import { Empty } from '@/ui/states';
import { StatusMark } from '@/ui/status';
import { TimeText } from '@/ui/time';

/** `isPart`: only a part of the queue was asked for. */
export function EmptyQueue({ isPart, undo }: { isPart: boolean; undo: ReactNode }) {
  const last = useLastVerdict(true);
  return (
    <Empty title={isPart ? 'Nothing waits in this part of the queue' : 'Nothing waits for your verdict'}>
      {last.data && (
        <Box sx={{ mb: 3 }}>
          Your last verdict: <StatusMark status={last.data.verdict ?? 'requested'} />{' '}
          <TimeText at={last.data.given_at ?? last.data._created_at} /> on{' '}
          <Link to={`/calculations/${encodeURIComponent(last.data.calculation)}`}>this calculation</Link>.
        </Box>
      )}
      <Box component="ul" sx={{ display: 'inline-block', textAlign: 'left', m: 0, mb: 3, pl: 4 }}>
        <li>A calculation comes here when somebody requests your verdict on it,</li>
        <li>when it asks for more verdicts than it has,</li>
        <li>and when it changes after your verdict.</li>
      </Box>
      <Box>
        {isPart ? <Link to="/review">The whole queue</Link> : <Link to="/calculations">All calculations</Link>} {undo}
      </Box>
    </Empty>
  );
}
