// Says how many rows came since the table was read. The rows stay where they are until the reader asks.
import Button from '@mui/material/Button';

import { useNews } from './useNews';

interface NewsPillProps {
  collection: string;
  conditions: URLSearchParams;
  opened: number;
  reload(): void;
}

export function NewsPill({ collection, conditions, opened, reload }: NewsPillProps) {
  const { added } = useNews(collection, conditions, opened);
  return (
    <span role="status">
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
