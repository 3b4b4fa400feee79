// The verdicts of all people on a calculation, and whether they are as many as it asks for.
import Box from '@mui/material/Box';

import { useIdentity } from '@/app/services';
import { Markdown } from '@/ui/Markdown';
import { Answer } from '@/ui/states';
import { StatusMark } from '@/ui/status';
import { TimeText } from '@/ui/time';

import { useVerdicts } from './queries';
import type { Document, GivenVerdict, Verdicts } from './types';
import { standingOf } from './verdicts';

export function VerdictList({ calculation }: { calculation: Document }) {
  const verdicts = useVerdicts(calculation._id);
  return (
    <Answer query={verdicts} rows={2}>
      {(data) => (
        <>
          <Summary verdicts={data} owner={calculation._owner} />
          {data.items.map((one) => (
            <One key={one.review} one={one} />
          ))}
        </>
      )}
    </Answer>
  );
}

/** "1 of 2 verdicts on the current revision: 1 approves – more are needed". */
function Summary({ verdicts, owner }: { verdicts: Verdicts; owner: string }) {
  const { count, detail } = standingOf(verdicts, owner);
  return (
    <Box>
      <strong>{count}</strong> on the current revision
      {detail !== '' && `: ${detail}`}
      {verdicts.quorum !== null && !verdicts.reached && ' – more are needed'}
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
