// My day: what waits for the reader, what runs without a sign of life, what ended lately.
import Box from '@mui/material/Box';
import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';

import { useShortcuts } from '@/app/keys';
import { useLiveQueries } from '@/app/liveQueries';
import { usePreferences } from '@/app/preferences';
import { holds } from '@/app/scopes';
import { useIdentity, useScope } from '@/app/services';
import { endedSince, SILENT_AFTER, silentSince, startOfYesterday, type Filter } from '@/calculations/lately';
import { QUEUE } from '@/review/requests';
import { Page } from '@/ui/page';
import { Empty } from '@/ui/states';
import { useNow } from '@/ui/time';
import { useParam } from '@/ui/urlState';

import { FailedSection, RunSection } from './RunSections';
import { WaitingSections } from './WaitingSections';

/** What changes this page. */
const LIVE = ['calculations', 'reviews'];
/** Times in filters are rounded to this (milliseconds), so that the same question keeps its answer for a while. */
const STEP = 5 * 60_000;
/** How far back failures are shown, in milliseconds. */
const FAILED_WITHIN = 7 * 86_400_000;

export default function DayPage() {
  const { sub, full_name: name, scopes } = useIdentity();
  const { zone } = usePreferences().preferences;
  const mayRead = useScope('calculations:read');
  const mayReview = useScope('reviews:write');
  // Who writes no calculations has none of their own.
  const usual = useScope('calculations:write') ? 'mine' : 'all';
  const [whose, setWhose] = useParam('whose', usual);
  const now = Math.floor(useNow() / STEP) * STEP;
  const all = whose === 'all';
  const owned = (filter: Filter): Filter => (all ? filter : [...filter, ['_owner', sub]]);
  const choose = (value: string) => setWhose(value === usual ? null : value, { push: true });
  const whoseWords = all ? '' : ' of yours';

  useLiveQueries(
    LIVE.filter((one) => holds(scopes, `${one}:read`)),
    [['day'], QUEUE],
  );
  useShortcuts('My day', [
    {
      keys: 'm',
      label: all ? 'Show only my calculations' : 'Show everybody’s calculations',
      run: () => choose(all ? 'mine' : 'all'),
    },
  ]);

  if (!mayRead) {
    return (
      <Page title="My day">
        <Empty title="Nothing to show">
          This page shows calculations, which needs the scope <code>calculations:read</code>. An administrator can give
          it to you through a role.
        </Empty>
      </Page>
    );
  }
  return (
    <Page
      title="My day"
      heading={name ? <bdi>My day, {name}</bdi> : 'My day'}
      actions={
        <ToggleButtonGroup
          exclusive
          size="small"
          value={all ? 'all' : 'mine'}
          onChange={(_, value: string | null) => value && choose(value)}
          aria-label="Whose calculations (m)"
        >
          <ToggleButton value="mine">Mine</ToggleButton>
          <ToggleButton value="all">Everybody’s</ToggleButton>
        </ToggleButtonGroup>
      }
    >
      <Box sx={{ display: 'grid', gridTemplateColumns: 'repeat(auto-fit, minmax(min(100%, 420px), 1fr))' }}>
        {mayReview && <WaitingSections />}
        <RunSection
          title="Running and silent"
          filter={owned(silentSince(now - SILENT_AFTER))}
          time="heartbeat_at"
          sort="_updated_at"
          empty={`No running calculation${whoseWords} has been silent for 15 minutes.`}
        />
        <RunSection
          title="Finished since yesterday"
          filter={owned(endedSince('finished', startOfYesterday(now, zone)))}
          time="finished_at"
          sort="-_updated_at"
          empty={`No calculation${whoseWords} has finished since yesterday.`}
        />
        <FailedSection
          filter={owned(endedSince('failed', now - FAILED_WITHIN))}
          empty={`No calculation${whoseWords} has failed in the last 7 days.`}
        />
      </Box>
    </Page>
  );
}
