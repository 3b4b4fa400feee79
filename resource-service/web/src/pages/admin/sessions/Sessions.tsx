// Sessions of everybody: one is found by its id or its user; the latest logins come from the audit log.
import Box from '@mui/material/Box';
import { useMemo } from 'react';
import { Link } from 'react-router';

import { useScope } from '@/app/services';
import { Page, Section } from '@/ui/page';
import { Empty } from '@/ui/states';
import { OutcomeMark } from '@/ui/status';
import { TimeText } from '@/ui/time';

import { AdminSearch } from '../shared/AdminSearch';
import { usePages, type Act } from '@/people/data';
import { usePeople } from '@/people/names';
import { QueryTable, type Cell } from '../shared/SimpleTable';

export default function Sessions() {
  const mayRead = useScope('audit:read');
  return (
    <Page title="Logins">
      <AdminSearch />
      <Box sx={{ px: 4, color: 'text.secondary' }}>
        These are the latest logins. The page of a user lists their open sessions and ends them.
      </Box>
      {mayRead && <Latest />}
    </Page>
  );
}

function Latest() {
  const logins = usePages<Act>('/auth/audit', { action: 'login' });
  const people = usePeople(useMemo(() => logins.data?.map((act) => act.actor) ?? [], [logins.data]));
  const cells: Cell<Act>[] = [
    { title: 'When', cell: (act) => <TimeText at={act.at} /> },
    {
      title: 'Outcome',
      cell: (act) => <OutcomeMark isGood={act.succeeded} good="logged in" bad="refused" />,
    },
    {
      title: 'User',
      cell: (act) =>
        act.actor ? (
          <Link to={`/admin/users/${act.actor}`}>{people.get(act.actor) ?? act.actor}</Link>
        ) : (
          (act.target ?? 'unknown')
        ),
    },
    { title: 'Client', cell: (act) => act.client_id },
    { title: 'Address', cell: (act) => act.address },
    { title: 'Detail', cell: (act) => <bdi>{act.detail}</bdi> },
  ];
  return (
    <Section title="Latest logins">
      <QueryTable
        query={logins}
        empty={<Empty title="Nobody has logged in" />}
        label="Latest logins"
        cells={cells}
        keyOf={(act) => act.id}
      />
    </Section>
  );
}
