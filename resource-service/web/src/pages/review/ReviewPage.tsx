// The queue of reviews: left what waits, middle what changed since the reader's last verdict, right the verdict.
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Tab from '@mui/material/Tab';
import Tabs from '@mui/material/Tabs';
import useMediaQuery from '@mui/material/useMediaQuery';
import { useQueryClient, type InfiniteData } from '@tanstack/react-query';
import { useCallback, useMemo, useState } from 'react';
import { useNavigate, useParams } from 'react-router';

import { useShortcuts } from '@/app/keys';
import { useLiveQueries } from '@/app/liveQueries';
import { useScope } from '@/app/services';
import { useQueue } from '@/review/queries';
import { QUEUE, REQUESTS, revisionKey, VERDICTS, type Given } from '@/review/requests';
import type { QueuePage } from '@/review/types';
import { queueAddress, queuePart } from '@/review/verdicts';
import { useUndo } from '@/review/useVerdict';
import { Page } from '@/ui/page';
import { Answer, Empty } from '@/ui/states';
import { useParam } from '@/ui/urlState';

import { EmptyQueue } from './EmptyQueue';
import { QueueList } from './QueueList';
import { SubjectPanes } from './SubjectPanes';

/** Where the three panes fit beside one another. */
const WIDE = '(min-width: 1100px)';
/** What changes the queue. */
const LIVE = ['calculations', 'reviews'];
const PANES = ['queue', 'changes', 'verdict'] as const;
export type Pane = (typeof PANES)[number];
const PANE_TITLES: Record<Pane, string> = { queue: 'Queue', changes: 'Changes', verdict: 'Verdict' };

export default function ReviewPage() {
  const may = useScope('reviews:write');
  if (may) return <Reviewing />;
  return (
    <Page title="Review">
      <Empty title="Nothing waits for you">
        You may read verdicts but not give them: that needs the scope <code>reviews:write</code>, which an administrator
        can give you through a role.
      </Empty>
    </Page>
  );
}

function Reviewing() {
  const wide = useMediaQuery(WIDE);
  const navigate = useNavigate();
  const client = useQueryClient();
  const { id: asked } = useParams();
  const [reason] = useParam('reason');
  const part = queuePart(reason);
  const queue = useQueue(part);
  const items = useMemo(() => queue.data?.pages.flatMap((page) => page.items) ?? [], [queue.data]);
  // Beside the queue there is room for the first one; alone, the queue is shown until one is chosen.
  const id = asked ?? (wide ? items[0]?.calculation._id : undefined);
  const index = items.findIndex(({ calculation }) => calculation._id === id);
  useLiveQueries(LIVE, [QUEUE, VERDICTS, REQUESTS, ...(id === undefined ? [] : [revisionKey(id)])]);
  const [chosen, setChosen] = useParam('pane', asked === undefined ? 'queue' : 'changes');
  // A key that needs the verdict's pane shows it at once: the address follows too late for the next key.
  const [revealed, setRevealed] = useState<string | null>(null);
  const pane = revealed !== null && revealed === id ? 'verdict' : chosen;
  const setPane = (next: string) => {
    setRevealed(next === 'verdict' && id !== undefined ? id : null);
    setChosen(next);
  };

  const show = useCallback(
    (next: string | undefined, replace = false) => void navigate(queueAddress(next, part), { replace }),
    [navigate, part],
  );
  const step = (by: number) => {
    const next = items[index < 0 ? 0 : index + by];
    if (next) show(next.calculation._id);
  };
  const moveOn = useCallback(
    ({ subject }: Given) => {
      const at = items.findIndex(({ calculation }) => calculation._id === subject._id);
      const next = items[at + 1] ?? items[at - 1];
      client.setQueriesData<InfiniteData<QueuePage>>({ queryKey: QUEUE }, (data) => data && without(data, subject._id));
      show(next?.calculation._id, true);
    },
    [client, items, show],
  );
  const goBack = useCallback(({ subject }: Given) => show(subject._id, true), [show]);

  useShortcuts('Review', [
    { keys: 'j', label: 'Next in the queue', repeats: true, run: () => step(1) },
    { keys: 'k', label: 'Previous in the queue', repeats: true, run: () => step(-1) },
    {
      keys: 'o',
      label: 'Open the calculation',
      run: () => id && void navigate(`/calculations/${encodeURIComponent(id)}`),
    },
  ]);

  const count = `${items.length}${queue.hasNextPage ? '+' : ''}`;
  const list = (
    <QueueList
      items={items}
      id={id}
      part={part}
      more={queue.hasNextPage ? () => void queue.fetchNextPage() : undefined}
      loading={queue.isFetchingNextPage}
    />
  );
  return (
    <Page
      fill
      title={items.length > 0 ? `Review (${count})` : 'Review'}
      actions={
        id !== undefined && (
          <Box component="span" sx={{ color: 'text.secondary' }}>
            {index >= 0 ? `${index + 1} of ${count}` : queue.data && 'not in your queue'}
          </Box>
        )
      }
    >
      <Answer query={queue}>
        {() =>
          id === undefined && items.length === 0 && !queue.hasNextPage ? (
            <NothingWaits isPart={part !== undefined} onUndone={goBack} />
          ) : (
            <>
              {!wide && <PaneTabs pane={pane} count={count} hasSubject={id !== undefined} onChange={setPane} />}
              <Box sx={{ display: 'flex', flex: 1, minHeight: 0, minWidth: 0 }}>
                <Box
                  sx={{
                    display: wide || pane === 'queue' ? 'block' : 'none',
                    width: wide ? 260 : '100%',
                    flexShrink: 0,
                    overflow: 'auto',
                    ...(wide && { borderRight: 1, borderColor: 'divider' }),
                  }}
                >
                  {list}
                </Box>
                {id !== undefined && (
                  <SubjectPanes
                    key={id}
                    id={id}
                    item={items[index]}
                    wide={wide}
                    pane={pane}
                    onReveal={wide ? undefined : () => setPane('verdict')}
                    onGiven={moveOn}
                    onUndone={goBack}
                  />
                )}
              </Box>
            </>
          )
        }
      </Answer>
    </Page>
  );
}

interface PaneTabsProps {
  pane: string;
  count: string;
  hasSubject: boolean;
  onChange(pane: string): void;
}

function PaneTabs({ pane, count, hasSubject, onChange }: PaneTabsProps) {
  return (
    <Tabs
      value={PANES.includes(pane as Pane) ? pane : 'queue'}
      onChange={(_, next: Pane) => onChange(next)}
      variant="fullWidth"
      aria-label="Parts of the page"
      sx={{ borderBottom: 1, borderColor: 'divider' }}
    >
      {PANES.map((one) => (
        <Tab
          key={one}
          value={one}
          label={one === 'queue' ? `Queue (${count})` : PANE_TITLES[one]}
          disabled={one !== 'queue' && !hasSubject}
        />
      ))}
    </Tabs>
  );
}

/** The last verdict can still be undone after it emptied the queue. */
function NothingWaits({ isPart, onUndone }: { isPart: boolean; onUndone: (given: Given) => void }) {
  const { canUndo, undo } = useUndo({ onUndone });
  useShortcuts('Verdict', [{ keys: 'z', label: 'Undo the last verdict', run: undo }]);
  return <EmptyQueue isPart={isPart} undo={canUndo && <Button onClick={undo}>Undo the last verdict (z)</Button>} />;
}

function without(data: InfiniteData<QueuePage>, id: string): InfiniteData<QueuePage> {
  const pages = data.pages.map((page) => ({
    ...page,
    items: page.items.filter(({ calculation }) => calculation._id !== id),
  }));
  return { ...data, pages };
}
