// The verdicts of all people on a calculation, and whether they are as many as it asks for.
import Box from '@mui/material/Box';

import { usePeople } from '@/people/names';
import { Markdown } from '@/ui/Markdown';
import { Answer } from '@/ui/states';
import { StatusMark } from '@/ui/status';
import { TimeText } from '@/ui/time';

import { PersonName } from './PersonName';
import { useVerdictsOn } from './queries';
import type { Document, GivenVerdict, Verdicts } from './types';
import { standingOf } from './verdicts';

interface VerdictListProps {
  /** The revision that is shown. */
  calculation: Document;
  /** It is not the current one: only verdicts on it are listed. */
  isPast?: boolean;
}

export function VerdictList({ calculation, isPast = false }: VerdictListProps) {
  const verdicts = useVerdictsOn(calculation, isPast);
  const people = usePeople(unnamed(verdicts.data));
  return (
    <Answer query={verdicts} rows={2}>
      {(data) => (
        <>
          <Summary verdicts={data} calculation={calculation} isPast={isPast} />
          {data.items.map((one) => (
            <One key={one.review} one={one} people={people} />
          ))}
        </>
      )}
    </Answer>
  );
}

/** "1 of 2 verdicts on the current revision: 1 approves – more are needed". */
function Summary({ verdicts, calculation, isPast }: { verdicts: Verdicts } & Required<VerdictListProps>) {
  const { count, detail } = standingOf(verdicts, calculation._owner);
  return (
    <Box>
      <strong>{count}</strong> on {isPast ? `revision ${calculation._revision}` : 'the current revision'}
      {detail !== '' && `: ${detail}`}
      {!isPast && verdicts.quorum !== null && !verdicts.reached && ' – more are needed'}
    </Box>
  );
}

function One({ one, people }: { one: GivenVerdict; people: ReadonlyMap<string, string> }) {
  return (
    <Box sx={{ py: 2, borderTop: '1px solid var(--t-palette-line)', mt: 2, minWidth: 0 }}>
      <Box sx={{ display: 'flex', flexWrap: 'wrap', columnGap: 3 }}>
        <StatusMark status={one.verdict} />
        <PersonName id={one.by} name={one.by_name ?? people.get(one.by)} />
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

const unnamed = (verdicts: Verdicts | undefined): string[] =>
  verdicts?.items.filter(({ by_name: name }) => name === undefined).map(({ by }) => by) ?? [];
