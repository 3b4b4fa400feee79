// What waits for the reader's verdict, and what changed since one.
import { useQueue } from '@/review/queries';
import type { QueueItem } from '@/review/types';
import { queueAddress, quorumText, REASONS, type QueuePart } from '@/review/verdicts';
import { Answer } from '@/ui/states';
import { StatusMark } from '@/ui/status';
import { TimeText } from '@/ui/time';

import { DayList, DayRow, DaySection, Nothing, SHOWN } from './DayList';

export function WaitingSections() {
  return (
    <>
      <Waiting part="waiting" title="Waiting for my verdict" empty="Nobody is waiting for your verdict." />
      <Waiting part="stale" title="Changed since my verdict" empty="Nothing has changed since you gave your verdict." />
    </>
  );
}

function Waiting({ part, title, empty }: { part: QueuePart; title: string; empty: string }) {
  const queue = useQueue(part);
  const items = queue.data?.pages.flatMap((page) => page.items);
  return (
    <DaySection
      title={title}
      count={items && `${items.length}${queue.hasNextPage ? '+' : ''}`}
      to={queueAddress(undefined, part)}
    >
      <Answer query={queue} rows={2}>
        {() => <Items items={items ?? []} part={part} empty={empty} />}
      </Answer>
    </DaySection>
  );
}

function Items({ items, part, empty }: { items: readonly QueueItem[]; part: QueuePart; empty: string }) {
  if (items.length === 0) return <Nothing>{empty}</Nothing>;
  return (
    <DayList>
      {items.slice(0, SHOWN).map(({ calculation, reason, since, review, verdicts }) => (
        <DayRow
          key={calculation._id}
          to={queueAddress(calculation._id, part)}
          name={calculation.name}
          aside={
            <>
              {reason === 'stale' ? (
                <StatusMark
                  status="stale"
                  word={review ? `revision ${review.revision} → ${calculation._revision}` : REASONS.stale}
                />
              ) : (
                <span>{reason === 'quorum' ? quorumText(verdicts.given, verdicts.quorum) : REASONS[reason]}</span>
              )}
              <TimeText at={since} />
            </>
          }
        />
      ))}
    </DayList>
  );
}
