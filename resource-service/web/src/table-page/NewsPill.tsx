// Says how many rows came since the table was read. The rows stay where they are until the reader asks.
import Button from '@mui/material/Button';

import { useStreamState } from '@/app/live';
import { StatusMark } from '@/ui/status';
import { TimeText } from '@/ui/time';

import { useNews } from './useNews';

interface NewsPillProps {
  collection: string;
  conditions: URLSearchParams;
  opened: number;
  reload(): void;
}

export function NewsPill({ collection, conditions, opened, reload }: NewsPillProps) {
  const { added } = useNews(collection, conditions, opened);
  const stream = useStreamState();
  return (
    <span role="status">
      {stream.kind === 'stalled' && (
        <span title="Changes may be missing; the connection is tried again by itself">
          <StatusMark status="stalled" word="not live, last contact" />{' '}
          <TimeText at={new Date(stream.since).toISOString()} />{' '}
        </span>
      )}
      {stream.kind === 'off' && stream.isCrowded && (
        <span title="The tabs of this browser show more collections than the service sends changes of. Close some of them">
          <StatusMark status="stalled" word="not live, too many collections are open" />{' '}
        </span>
      )}
      {added > 0 && (
        <Button
          variant="contained"
          onClick={reload}
          title="Show them (Shift+R)"
          sx={{ borderRadius: 4, minHeight: 24, py: 0 }}
        >
          {added.toLocaleString('en')} new
        </Button>
      )}
    </span>
  );
}
