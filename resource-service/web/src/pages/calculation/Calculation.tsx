// One calculation: its head and tabs.
import Box from '@mui/material/Box';
import Tab from '@mui/material/Tab';
import Tabs from '@mui/material/Tabs';
import { useParams } from 'react-router';

import { Page } from '@/ui/page';
import { Answer } from '@/ui/states';
import { useParam } from '@/ui/urlState';

import { useCalculation } from './data';
import { Plots } from './Plots';

export default function CalculationPage() {
  const { id = '' } = useParams();
  const query = useCalculation(id);
  const [tab, setTab] = useParam('tab', 'overview');
  return (
    <Page title={query.data?.name ?? 'Calculation'}>
      <Answer query={query}>
        {(calculation) => (
          <>
            <Tabs value={tab} onChange={(_, next: string) => setTab(next, { push: true })}>
              <Tab value="overview" label="Overview" />
              <Tab value="plots" label="Plots" />
            </Tabs>
            <Box>{tab === 'plots' && <Plots calculation={calculation} />}</Box>
          </>
        )}
      </Answer>
    </Page>
  );
}
