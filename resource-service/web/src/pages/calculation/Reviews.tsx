// The verdicts on a calculation, the form that gives one, and asking others.
import Button from '@mui/material/Button';
import Box from '@mui/material/Box';
import { useState } from 'react';

import { useLiveQueries } from '@/app/liveQueries';
import { Can } from '@/app/services';
import { OpenRequests } from '@/review/OpenRequests';
import { requestsKey, verdictsKey } from '@/review/requests';
import { RequestDialog } from '@/review/RequestDialog';
import { VerdictForm } from '@/review/VerdictForm';
import { VerdictList } from '@/review/VerdictList';
import { Section } from '@/ui/page';

import { useRefresh, type Calculation } from '@/calculations/data';

/** What changes the verdicts and requests. */
const LIVE = ['reviews'];

interface ReviewsProps {
  /** What is on the screen: a verdict is on this revision. */
  shown: Calculation;
  latest: number;
  /** Whether it is not the current revision. */
  isPast: boolean;
  onShowLatest(): void;
}

export function Reviews({ shown, latest, isPast, onShowLatest }: ReviewsProps) {
  const [asking, setAsking] = useState(false);
  const refresh = useRefresh(shown._id);
  useLiveQueries(LIVE, [verdictsKey(shown._id), requestsKey(shown._id)]);
  return (
    <Box sx={{ display: 'flex', flexWrap: 'wrap', alignItems: 'flex-start' }}>
      <Box sx={{ flex: '1 1 400px', minWidth: 0 }}>
        <Section
          title="Verdicts"
          actions={
            <Can scope="reviews:write">
              <Button variant="outlined" onClick={() => setAsking(true)}>
                Request a review
              </Button>
            </Can>
          }
        >
          <VerdictList calculation={shown} isPast={isPast} />
        </Section>
        {!isPast && <OpenRequests calculation={shown} />}
      </Box>
      <Box sx={{ flex: '0 1 340px', minWidth: 280 }}>
        <Section title="Your verdict">
          <VerdictForm
            key={shown._id}
            subject={shown}
            latest={latest}
            onShowLatest={() => {
              void refresh();
              onShowLatest();
            }}
          />
        </Section>
      </Box>
      {asking && <RequestDialog calculations={[shown]} onClose={() => setAsking(false)} />}
    </Box>
  );
}
