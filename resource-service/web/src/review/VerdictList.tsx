// The verdicts of all people on a calculation, and whether they are as many as it asks for.
import Box from '@mui/material/Box';

import { useIdentity } from '@/app/services';
import { Markdown } from '@/ui/Markdown';
import { Answer } from '@/ui/states';
import { StatusMark } from '@/ui/status';
import { TimeText } from '@/ui/time';

import { useVerdicts } from './queries';
import type { GivenVerdict, Verdicts } from './types';
import { countsText, quorumText } from './verdicts';

export function VerdictList({ calculation }: { calculation: string }) {
  const verdicts = useVerdicts(calculation);
  return (
    <Answer query={verdicts} rows={2}>
      {(data) => (
        <>
          <VerdictSummary verdicts={data} />
          {data.items.map((one) => (
            <One key={one.review} one={one} />
          ))}
        </>
      )}
    </Answer>
  );
}

/** "1 of 2 verdicts: 1 approves". */
export function VerdictSummary({ verdicts: { current, quorum, reached } }: { verdicts: Verdicts }) {
  const given = current.approve + current.reject + current.rerun;
  const counts = countsText(current);
  return (
    <Box>
      <strong>{quorumText(given, quorum)}</strong> on the current revision
      {counts !== '' && `: ${counts}`}
      {quorum !== null && !reached && ' – more are needed'}
    </Box>
  );
}

function One({ one }: { one: GivenVerdict }) {
  const { sub } = useIdentity();
  return (
    <Box sx={{ py: 2, borderTop: '1px solid var(--t-palette-line)', mt: 2, minWidth: 0 }}>
      <Box sx={{ display: 'flex', flexWrap: 'wrap', columnGap: 3 }}>
        <StatusMark status={one.verdict} />
        <bdi>{one.by === sub ? 'you' : (one.by_name ?? one.by)}</bdi>
        <Box component="span" sx={{ color: 'text.secondary' }}>
          <TimeText at={one.at} />
        </Box>
        {one.stale ? (
          <StatusMark status="stale" word={`stale: on revision ${one.revision}`} />
        ) : (
          <span>on revision {one.revision}</span>
        )}
      </Box>
      {one.comment && <Markdown text={one.comment} />}
    </Box>
  );
}
