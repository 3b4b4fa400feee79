// How the services are, as this browser sees them: whether they answer, how fast, and how much the collections store.
import Button from '@mui/material/Button';
import { useQuery } from '@tanstack/react-query';

import { useApi, useIdentity } from '@/app/services';
import { holds } from '@/app/scopes';
import { Page, Section } from '@/ui/page';
import { Answer, Empty } from '@/ui/states';
import { StatusMark } from '@/ui/status';
import { bytes } from '@/ui/bytes';

import { QueryTable, SimpleTable } from '../shared/SimpleTable';

/** Milliseconds between two looks. */
const EVERY = 10_000;

const SERVICES = [
  { name: 'auth-service', path: '/auth/users/me' },
  { name: 'resource-service', path: '/api/collections' },
];

interface Usage {
  collection: string;
  documents: number;
  bytes: number;
  versions: { count: number; bytes: number };
  artifacts: { count: number; bytes: number };
}

export default function Health() {
  return (
    <Page title="Health">
      <Section title="Services">
        <Services />
      </Section>
      <Section title="Storage that the collections use">
        <Usages />
      </Section>
      <Section title="Readiness and metrics">
        They are at the management listener of each service (<code>/readyz</code>, <code>/metrics</code>), which
        browsers cannot reach.
      </Section>
    </Page>
  );
}

function Services() {
  const api = useApi();
  const looks = useQuery({
    queryKey: ['health'],
    refetchInterval: EVERY,
    staleTime: 0,
    queryFn: ({ signal }) =>
      Promise.all(
        SERVICES.map(async ({ name, path }) => {
          const began = performance.now();
          try {
            const response = await api.send('get', path, { signal });
            return {
              name,
              milliseconds: performance.now() - began,
              request: response.headers.get('x-request-id'),
              fault: null,
            };
          } catch (error) {
            if (signal.aborted) throw error;
            return {
              name,
              milliseconds: performance.now() - began,
              request: null,
              fault: error instanceof Error ? error.message : String(error),
            };
          }
        }),
      ),
  });
  return (
    <Answer query={looks} rows={2}>
      {(rows) => (
        <>
          <SimpleTable
            label="Services"
            rows={rows}
            keyOf={(row) => row.name}
            cells={[
              { title: 'Service', cell: (row) => row.name },
              {
                title: 'State',
                cell: (row) =>
                  row.fault ? (
                    <StatusMark status="failed" word={row.fault} />
                  ) : (
                    <StatusMark status="finished" word="answers" />
                  ),
              },
              { title: 'Response time', right: true, cell: (row) => `${row.milliseconds.toFixed(0)} ms` },
              { title: 'Request', cell: (row) => row.request && <code>{row.request}</code> },
            ]}
          />
          <Button sx={{ mt: 2 }} loading={looks.isFetching} onClick={() => void looks.refetch()}>
            Check again
          </Button>
        </>
      )}
    </Answer>
  );
}

function Usages() {
  const api = useApi();
  const { scopes } = useIdentity();
  const usages = useQuery({
    queryKey: ['usages', scopes],
    queryFn: async ({ signal }) => {
      const { items } = (await api.get<string>('/api/collections', { signal })) as unknown as {
        items: { name: string; access?: { admin?: string | null } | null }[];
      };
      const allowed = items.filter(({ name, access }) => holds(scopes, access?.admin ?? `${name}:admin`));
      return Promise.all(
        allowed.map(
          async ({ name }) =>
            (await api.get<string>('/api/{collection}/usage', {
              path: { collection: name },
              signal,
            })) as unknown as Usage,
        ),
      );
    },
  });
  return (
    <QueryTable
      query={usages}
      skeleton={3}
      empty={<Empty title="Your scopes do not let you see the usage of any collection" />}
      label="Usage"
      keyOf={(row) => row.collection}
      cells={[
        { title: 'Collection', cell: (row) => row.collection },
        { title: 'Documents', right: true, cell: (row) => row.documents.toLocaleString('en') },
        { title: 'Size of documents', right: true, cell: (row) => bytes(row.bytes) },
        { title: 'Versions', right: true, cell: (row) => row.versions.count.toLocaleString('en') },
        { title: 'Size of versions', right: true, cell: (row) => bytes(row.versions.bytes) },
        { title: 'Files', right: true, cell: (row) => row.artifacts.count.toLocaleString('en') },
        { title: 'Size of files', right: true, cell: (row) => bytes(row.artifacts.bytes) },
      ]}
    />
  );
}
