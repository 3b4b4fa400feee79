// Why a run failed, as far as it says so itself: its note and the last line of its log, below the status.
import Box from '@mui/material/Box';

import { toNumber } from '@/api/json';
import type { Calculation } from '@/calculations/data';
import { useLastLine } from '@/calculations/lastLog';
import { Markdown } from '@/ui/Markdown';

export function WhyFailed({ calculation, isPast }: { calculation: Calculation; isPast: boolean }) {
  const { note } = calculation;
  // Files are those of today: they say nothing of an earlier revision.
  const log = useLastLine(calculation._id, toNumber(calculation._revision) ?? 0, !isPast);
  const line = isPast ? '' : (log.data ?? '');
  const hasNote = typeof note === 'string' && note.trim() !== '';
  if (!hasNote && line === '') return null;
  return (
    <Box
      role="region"
      aria-label="Why it failed"
      // A long note is scrolled by keys too.
      tabIndex={0}
      sx={{
        mx: 4,
        mb: 2,
        px: 3,
        py: 2,
        borderLeft: 2,
        borderColor: 'error.main',
        bgcolor: 'raised',
        maxHeight: 168,
        overflow: 'auto',
        overflowWrap: 'anywhere',
        '& p:first-of-type': { mt: 0 },
        '& p:last-of-type': { mb: 0 },
      }}
    >
      {hasNote && <Markdown text={note} />}
      {line !== '' && (
        <Box sx={{ mt: hasNote ? 2 : 0 }}>
          <Box component="span" sx={{ color: 'text.secondary' }}>
            Last line of the log:{' '}
          </Box>
          <code dir="auto">{line}</code>
        </Box>
      )}
    </Box>
  );
}
