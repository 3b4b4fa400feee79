// The audit log: who did what to whom, newest first.
import Box from '@mui/material/Box';
import TextField from '@mui/material/TextField';
import { useDeferredValue, useMemo } from 'react';
import { Link } from 'react-router';

import { Id } from '@/ui/copy';
import { Page } from '@/ui/page';
import { Empty } from '@/ui/states';
import { OutcomeMark } from '@/ui/status';
import { TimeText } from '@/ui/time';
import { useParam, useSearch } from '@/ui/urlState';

import { AdminSearch } from '../shared/AdminSearch';
import { usePages, type Act } from '@/people/data';
import { usePeople } from '@/people/names';
import { QueryTable, type Cell } from '../shared/SimpleTable';

const PAGES: Record<string, (id: string) => string> = {
  user: (id) => `/admin/users/${encodeURIComponent(id)}`,
  client: (id) => `/admin/clients?id=${encodeURIComponent(id)}`,
  role: () => '/admin/roles',
  calculation: (id) => `/calculations/${encodeURIComponent(id)}`,
};

/** Who acts on the machine itself is no user. */
const OPERATOR = 'operator';

export default function Audit() {
  const [search] = useSearch();
  const [actor, setActor] = useParam('actor');
  const [action, setAction] = useParam('action');
  const [target, setTarget] = useParam('target');
  const query = {
    actor: useDeferredValue(actor.trim()) || undefined,
    action: useDeferredValue(action.trim()) || undefined,
    target: useDeferredValue(target.trim()) || undefined,
  };
  const acts = usePages<Act>('/auth/audit', query);
  const people = usePeople(
    useMemo(
      () => acts.data?.flatMap((act) => [act.actor, act.target_kind === 'user' ? act.target : null]) ?? [],
      [acts.data],
    ),
  );
  const cells: Cell<Act>[] = [
    { title: 'When', cell: (act) => <TimeText at={act.at} form="exact" /> },
    { title: 'Action', cell: (act) => act.action.replaceAll('_', ' ') },
    {
      title: 'Outcome',
      cell: (act) => <OutcomeMark isGood={act.succeeded} good="done" bad="refused" />,
    },
    {
      title: 'By',
      wrap: true,
      cell: (act) =>
        act.actor === OPERATOR ? (
          <span title="The command line, or the program that embeds the service">{OPERATOR}</span>
        ) : (
          act.actor && (
            <Linked
              id={act.actor}
              name={people.get(act.actor)}
              to={`/admin/audit?actor=${encodeURIComponent(act.actor)}`}
            />
          )
        ),
    },
    { title: 'To', wrap: true, cell: (act) => <Target act={act} name={people.get(act.target ?? '')} /> },
    { title: 'Detail', wrap: true, cell: (act) => <bdi>{act.detail}</bdi> },
    { title: 'Address', cell: (act) => act.address },
    { title: 'Request', cell: (act) => act.request_id && <Id id={act.request_id} /> },
  ];
  return (
    <Page title="Audit log">
      <AdminSearch />
      <Box sx={{ px: 4, pb: 2, display: 'flex', gap: 2, flexWrap: 'wrap' }}>
        <Filter label="By (id)" value={actor} onChange={setActor} />
        <Filter label="Action" value={action} onChange={setAction} />
        <Filter label="To (id or name)" value={target} onChange={setTarget} />
      </Box>
      <Box sx={{ px: 2 }}>
        <QueryTable
          query={acts}
          empty={<Empty title="No entry matches" />}
          label="Audit log"
          cells={cells}
          keyOf={(act) => act.id}
          marked={search.get('id')}
        />
      </Box>
    </Page>
  );
}

function Filter({ label, value, onChange }: { label: string; value: string; onChange: (value: string) => void }) {
  return (
    <TextField label={label} value={value} onChange={(event) => onChange(event.target.value)} sx={{ width: 220 }} />
  );
}

function Linked({ id, name, to }: { id: string; name?: string | undefined; to: string }) {
  return (
    <Link to={to} title={id}>
      {name ?? <code>{id.length > 8 ? `…${id.slice(-8)}` : id}</code>}
    </Link>
  );
}

function Target({ act, name }: { act: Act; name: string | undefined }) {
  if (!act.target) return null;
  const page = PAGES[act.target_kind ?? ''];
  return (
    <>
      {act.target_kind}{' '}
      {page ? <Linked id={act.target} name={name} to={page(act.target)} /> : <code>{act.target}</code>}
    </>
  );
}
