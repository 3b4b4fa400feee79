// Marks of state: a shape and a word, and colour beside them, never alone.
import Box from '@mui/material/Box';
import type { SxProps, Theme } from '@mui/material/styles';

type Tone = 'success' | 'warning' | 'error' | 'info' | 'primary';

interface Mark {
  shape: string;
  tone: Tone;
  word: string;
}

const MARKS: Record<string, Mark> = {
  planned: { shape: '○', tone: 'info', word: 'planned' },
  running: { shape: '◐', tone: 'primary', word: 'running' },
  finished: { shape: '●', tone: 'success', word: 'finished' },
  failed: { shape: '✕', tone: 'error', word: 'failed' },
  silent: { shape: '◔', tone: 'warning', word: 'silent' },
  approve: { shape: '✓', tone: 'success', word: 'approved' },
  reject: { shape: '✕', tone: 'error', word: 'rejected' },
  rerun: { shape: '↻', tone: 'warning', word: 'to be rerun' },
  requested: { shape: '?', tone: 'info', word: 'verdict requested' },
  stale: { shape: '△', tone: 'warning', word: 'stale' },
  within: { shape: '●', tone: 'success', word: 'within tolerance' },
  beyond: { shape: '▲', tone: 'error', word: 'beyond tolerance' },
  live: { shape: '●', tone: 'success', word: 'live' },
  stalled: { shape: '△', tone: 'warning', word: 'not live' },
};

export function StatusMark({ status, word, sx }: { status: string; word?: string; sx?: SxProps<Theme> }) {
  const mark = MARKS[status] ?? { shape: '·', tone: 'info', word: status };
  return (
    <Box component="span" sx={{ whiteSpace: 'nowrap', ...sx }}>
      <Box
        component="span"
        aria-hidden
        sx={{ color: `${mark.tone}.main`, display: 'inline-block', width: 16, fontWeight: 700 }}
      >
        {mark.shape}
      </Box>
      {word ?? mark.word}
    </Box>
  );
}

/** Whether something succeeded or is in order, with the word for either. */
export function OutcomeMark({ isGood, good, bad }: { isGood: boolean; good: string; bad: string }) {
  return <StatusMark status={isGood ? 'finished' : 'failed'} word={isGood ? good : bad} />;
}
