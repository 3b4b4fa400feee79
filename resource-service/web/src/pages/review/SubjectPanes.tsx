// The calculation under review: what changed since the reader's last verdict, and the verdict.
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { Link } from 'react-router';

import { useIdentity } from '@/app/services';
import { ChangesView } from '@/review/ChangesView';
import { OpenRequests } from '@/review/OpenRequests';
import { Overview } from '@/review/Overview';
import { useDifferences, useLatestRevision, useSubject, useVerdicts } from '@/review/queries';
import { calculationKey, type Given } from '@/review/requests';
import { RequestDialog } from '@/review/RequestDialog';
import type { Document, GivenVerdict, QueueItem } from '@/review/types';
import { REASONS } from '@/review/verdicts';
import { VerdictForm } from '@/review/VerdictForm';
import { VerdictList } from '@/review/VerdictList';
import { Section } from '@/ui/page';
import { Answer, Failure, Loading } from '@/ui/states';
import { StatusMark } from '@/ui/status';
import { TimeText } from '@/ui/time';

interface SubjectPanesProps {
  id: string;
  /** Its place in the queue; undefined where it does not wait for the reader. */
  item: QueueItem | undefined;
  wide: boolean;
  pane: string;
  onReveal: (() => void) | undefined;
  onGiven(given: Given): void;
  onUndone(given: Given): void;
}

type Subject = Document & { name: string };

export function SubjectPanes(props: SubjectPanesProps) {
  const { id, item, wide, pane, onReveal, onGiven, onUndone } = props;
  const client = useQueryClient();
  const subject = useSubject(id);
  const latest = useLatestRevision(id);
  const verdicts = useVerdicts(id);
  const { sub } = useIdentity();
  const mine = verdicts.data?.items.find(({ by }) => by === sub);
  const showLatest = () => void client.invalidateQueries({ queryKey: calculationKey(id) });
  return (
    <Answer query={subject}>
      {(document) => (
        <>
          <Box
            sx={{
              display: wide || pane === 'changes' ? 'block' : 'none',
              flex: 1,
              minWidth: 0,
              overflow: 'auto',
            }}
          >
            <Head document={document} item={item} />
            {mine && <Since document={document} mine={mine} />}
            <Overview document={document} />
          </Box>
          <Box
            sx={{
              display: wide || pane === 'verdict' ? 'block' : 'none',
              width: wide ? 320 : '100%',
              flexShrink: 0,
              minWidth: 0,
              overflow: 'auto',
              ...(wide && { borderLeft: 1, borderColor: 'divider' }),
            }}
          >
            <Section title="Your verdict">
              <VerdictForm
                subject={document}
                latest={latest}
                onShowLatest={showLatest}
                onGiven={onGiven}
                onUndone={onUndone}
                {...(onReveal && { onReveal })}
              />
            </Section>
            <Section title="Verdicts" actions={<Request document={document} />}>
              <VerdictList calculation={document} />
            </Section>
            <OpenRequests calculation={document} />
          </Box>
        </>
      )}
    </Answer>
  );
}

function Head({ document, item }: { document: Subject; item: QueueItem | undefined }) {
  const heading = useRef<HTMLHeadingElement>(null);
  // A key removed the element that had the focus: the focus moves to the heading of the next subject.
  useEffect(() => {
    if (window.document.activeElement === window.document.body) heading.current?.focus({ preventScroll: true });
  }, []);
  const { status, _owner_name: owner } = document;
  return (
    <Box sx={{ px: 4, py: 3, borderBottom: 1, borderColor: 'divider' }}>
      <Box
        component="h2"
        ref={heading}
        tabIndex={-1}
        dir="auto"
        sx={{ m: 0, fontSize: '1rem', fontWeight: 600, overflowWrap: 'anywhere', outline: 'none !important' }}
      >
        <Link to={`/calculations/${encodeURIComponent(document._id)}`}>{document.name}</Link>
      </Box>
      <Box sx={{ display: 'flex', flexWrap: 'wrap', columnGap: 4, color: 'text.secondary', mt: 1 }}>
        <StatusMark status={typeof status === 'string' ? status : ''} />
        <span>revision {document._revision}</span>
        {typeof owner === 'string' && (
          <span>
            by <bdi>{owner}</bdi>
          </span>
        )}
        <span>
          changed <TimeText at={String(document._updated_at)} />
        </span>
        {item && (
          <span>
            {REASONS[item.reason]} {item.reason !== 'quorum' && <TimeText at={item.since} />}
          </span>
        )}
      </Box>
    </Box>
  );
}

/** What the reader judged last, and what changed since. */
function Since({ document, mine }: { document: Subject; mine: GivenVerdict }) {
  if (mine.revision >= document._revision) {
    return (
      <Section title="Your verdict is up to date">
        <StatusMark status={mine.verdict} /> <TimeText at={mine.at} />, on this revision.
      </Section>
    );
  }
  return <Changed document={document} mine={mine} />;
}

function Changed({ document, mine }: { document: Subject; mine: GivenVerdict }) {
  const changes = useDifferences(document._id, mine.revision, document);
  return (
    <Section title="Changed since your verdict">
      <Box sx={{ mb: 3, color: 'text.secondary' }}>
        <StatusMark status={mine.verdict} /> <TimeText at={mine.at} /> on revision {mine.revision}; now revision{' '}
        {document._revision}.
      </Box>
      {changes.data && <ChangesView changes={changes.data} />}
      {changes.isPending && <Loading rows={3} label="Comparing the revisions" />}
      {changes.error && <Failure error={changes.error} />}
    </Section>
  );
}

function Request({ document }: { document: Subject }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>Request a review</Button>
      {open && <RequestDialog calculations={[document]} onClose={() => setOpen(false)} />}
    </>
  );
}
