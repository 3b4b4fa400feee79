// What waits for the reader's verdict, and what changed since one.
import { useQueue } from '@/review/queries';
import type { QueueItem } from '@/review/types';
import { inPart, queueAddress, quorumText, REASONS, type QueuePart } from '@/review/verdicts';
import { Answer } from '@/ui/states';
import { StatusMark } from '@/ui/status';
import { TimeText } from '@/ui/time';

import { DayList, DayRow, DaySection, Nothing, SHOWN } from './DayList';

export function WaitingSections() {
  const queue = useQueue();
  const items = queue.data?.pages.flatMap((page) => page.items);
  const changed = items && inPart(items, 'stale');
  const waiting = items && inPart(items, 'waiting');
  const more = queue.hasNextPage ? '+' : '';
  // Changed ones come first in the queue: their count is whole once one of the others has come.
  const moreChanged = waiting?.length === 0 ? more : '';
  return (
    <>
      <DaySection
        title="Waiting for my verdict"
        count={waiting && `${waiting.length}${more}`}
        to={queueAddress(undefined, 'waiting')}
      >
        <Answer query={queue} rows={2}>
          {() => <Items items={waiting ?? []} part="waiting" empty="Nobody is waiting for your verdict." />}
        </Answer>
      </DaySection>
      <DaySection
        title="Changed since my verdict"
        count={changed && `${changed.length}${moreChanged}`}
        to={queueAddress(undefined, 'stale')}
      >
        <Answer query={queue} rows={2}>
          {() => <Items items={changed ?? []} part="stale" empty="Nothing has changed since you gave your verdict." />}
        </Answer>
      </DaySection>
    </>
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
