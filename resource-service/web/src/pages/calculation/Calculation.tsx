// One calculation: its head, what can be done with it, and its tabs. An earlier revision is shown under a clear banner.
import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Tab from '@mui/material/Tab';
import Tabs from '@mui/material/Tabs';
import { lazy, Suspense } from 'react';
import { useParams } from 'react-router';

import { toNumber } from '@/api/json';
import { ProblemError } from '@/api/problem';
import { useShortcuts } from '@/app/keys';
import { useScope } from '@/app/services';
import { Overview } from '@/review/Overview';
import { Page } from '@/ui/page';
import { Answer, Empty, Loading } from '@/ui/states';
import { TimeText } from '@/ui/time';
import { useParam, useSetParams } from '@/ui/urlState';

import { Actions } from './Actions';
import { useCalculation, useLiveCalculation, useRevision, type Calculation } from '@/calculations/data';
import { Changed, useOwnRevisions } from './Changed';
import { Head } from './Head';
import { Removed } from './Removed';
import { WhyFailed } from './WhyFailed';

const Plots = lazy(() => import('./Plots').then(({ Plots: tab }) => ({ default: tab })));
const Files = lazy(() => import('./Files').then(({ Files: tab }) => ({ default: tab })));
const History = lazy(() => import('./History').then(({ History: tab }) => ({ default: tab })));
const Reviews = lazy(() => import('./Reviews').then(({ Reviews: tab }) => ({ default: tab })));
const Access = lazy(() => import('./Access').then(({ Access: tab }) => ({ default: tab })));

const TABS = [
  { id: 'overview', title: 'Overview', scope: undefined },
  { id: 'plots', title: 'Plots', scope: 'series:read' },
  { id: 'files', title: 'Files', scope: undefined },
  { id: 'history', title: 'History', scope: undefined },
  { id: 'reviews', title: 'Reviews', scope: 'reviews:read' },
  { id: 'access', title: 'Access', scope: 'calculations:admin' },
] as const;

function revisionOf(text: string): number | undefined {
  const revision = /^\d{1,15}$/.test(text) ? Number(text) : 0;
  return revision > 0 ? revision : undefined;
}

export default function CalculationPage() {
  const { id = '' } = useParams();
  const [revisionText] = useParam('revision');
  const current = useCalculation(id);
  useLiveCalculation(id);
  const [own, addOwn] = useOwnRevisions(id);
  const latest = toNumber(current.data?._revision);
  const asked = revisionOf(revisionText);
  const past = useRevision(id, asked === latest ? undefined : asked);
  const isGone =
    current.error instanceof ProblemError && (current.error.status === 404 || current.error.status === 410);
  if (revisionText !== '' && asked === undefined) return <NoRevision text={revisionText} />;
  if (isGone && asked === undefined) return <Removed id={id} error={current.error} />;
  if (asked !== undefined && asked !== latest) {
    return (
      <Page title={past.data?.name ?? 'Calculation'} heading={<bdi>{past.data?.name ?? 'Calculation'}</bdi>}>
        <Answer query={past}>
          {(shown) => (
            <Body shown={{ ...shown, _id: id, _owner_name: current.data?._owner_name }} current={current.data} isPast />
          )}
        </Answer>
      </Page>
    );
  }
  return (
    <Page
      title={current.data?.name ?? 'Calculation'}
      heading={<bdi>{current.data?.name ?? 'Calculation'}</bdi>}
      actions={current.data && <Actions calculation={current.data} onSaved={addOwn} />}
    >
      <Answer query={current}>
        {(shown) => <Body key={id} shown={shown} current={shown} isPast={false} own={own} />}
      </Answer>
    </Page>
  );
}

function NoRevision({ text }: { text: string }) {
  const set = useSetParams();
  return (
    <Page title="Calculation">
      <Empty title="This is not a revision">
        <p>
          Revisions are whole numbers from 1. The address asks for{' '}
          <code dir="auto">{JSON.stringify(text.slice(0, 100))}</code>.
        </p>
        <Button variant="outlined" onClick={() => set({ revision: null })}>
          Show the current revision
        </Button>
      </Empty>
    </Page>
  );
}

interface BodyProps {
  shown: Calculation;
  current: Calculation | undefined;
  isPast: boolean;
  /** Revisions that were saved on this page. */
  own?: readonly number[];
}

function Body({ shown, current, isPast, own = [] }: BodyProps) {
  const [asked, setTab] = useParam('tab', 'overview');
  const set = useSetParams();
  const scopes: Record<string, boolean> = {
    'series:read': useScope('series:read'),
    'reviews:read': useScope('reviews:read'),
    'calculations:admin': useScope('calculations:admin'),
  };
  const offered = TABS.filter(({ scope }) => scope === undefined || scopes[scope]);
  const tab = offered.some(({ id }) => id === asked) ? asked : 'overview';
  const open = (id: string) => setTab(id === 'overview' ? null : id, { push: true });
  useShortcuts(
    'Calculation',
    offered.map(({ id, title }, index) => ({ keys: String(index + 1), label: title, run: () => open(id) })),
  );
  const latest = toNumber(current?._revision) ?? 0;
  const showLatest = () => set({ revision: null });
  return (
    <>
      {isPast && (
        <Alert
          severity="warning"
          sx={{ borderRadius: 0 }}
          action={current && <Button onClick={showLatest}>Show revision {latest}</Button>}
        >
          This is revision {toNumber(shown._revision)}, saved <TimeText at={shown._updated_at} form="both" />. It is{' '}
          {current ? 'not the current one' : 'from before the calculation was removed'}. Plots and files are those of
          today.
        </Alert>
      )}
      {!isPast && <Changed revision={latest} own={own} />}
      <Head calculation={shown} isPast={isPast} />
      {shown.status === 'failed' && <WhyFailed key={shown._id} calculation={shown} isPast={isPast} />}
      <Tabs
        value={tab}
        onChange={(_, id: string) => open(id)}
        variant="scrollable"
        allowScrollButtonsMobile
        aria-label="Parts of the calculation"
        sx={{ borderBottom: 1, borderColor: 'divider', px: 2 }}
      >
        {offered.map(({ id, title }) => (
          <Tab key={id} id={`tab-${id}`} aria-controls={`panel-${id}`} value={id} label={title} />
        ))}
      </Tabs>
      <Box role="tabpanel" id={`panel-${tab}`} aria-labelledby={`tab-${tab}`} sx={{ minWidth: 0 }}>
        <Suspense fallback={<Loading />}>
          {tab === 'overview' && <Overview document={shown} />}
          {tab === 'plots' && <Plots calculation={shown} />}
          {tab === 'files' && <Files calculation={shown} />}
          {tab === 'history' && <History id={shown._id} current={current} />}
          {tab === 'reviews' && <Reviews shown={shown} latest={latest} isPast={isPast} onShowLatest={showLatest} />}
          {tab === 'access' && <Access calculation={shown} />}
        </Suspense>
      </Box>
    </>
  );
}
