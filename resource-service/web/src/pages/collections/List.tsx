// The collections that the caller may read, with how much is in each.
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';

import type { JsonObject } from '@/api/json';
import { holds } from '@/app/scopes';
import { useApi, useIdentity } from '@/app/services';
import type { Definition } from '@/table-page/useFields';
import { countRows, listAddress } from '@/table-page/useRows';
import { bytes } from '@/ui/bytes';
import { DenseTable } from '@/ui/dense';
import { Page } from '@/ui/page';
import { Answer, Empty } from '@/ui/states';

interface Definitions {
  items: Definition[];
}

export default function CollectionList() {
  const api = useApi();
  const { scopes } = useIdentity();
  const collections = useQuery({
    queryKey: ['collections'],
    queryFn: async ({ signal }) => (await api.get<string>('/api/collections', { signal })) as unknown as Definitions,
  });
  return (
    <Page title="Collections">
      <Answer query={collections}>
        {({ items }) => {
          const readable = items.filter(({ access }) => access.read === undefined || holds(scopes, access.read));
          if (readable.length === 0) return <Empty title="Your account may read no collection" />;
          return (
            <DenseTable
              label="Collections"
              columns={[
                { title: 'Name' },
                { title: 'What it holds', wrap: true },
                { title: 'Documents', align: 'right' },
                { title: 'Size', align: 'right' },
              ]}
              rows={readable.map((definition) => ({
                key: definition.name,
                cells: [
                  <Link
                    key="name"
                    to={
                      definition.name === 'calculations' ? '/calculations' : `/c/${encodeURIComponent(definition.name)}`
                    }
                  >
                    {definition.name}
                  </Link>,
                  <bdi key="about">{aboutOf(definition)}</bdi>,
                  <Count key="count" collection={definition.name} />,
                  <Size key="size" definition={definition} />,
                ],
              }))}
            />
          );
        }}
      </Answer>
    </Page>
  );
}

function aboutOf({ schema }: Definition): string {
  const { description, title } = schema;
  return typeof description === 'string' ? description : typeof title === 'string' ? title : '';
}

function Count({ collection }: { collection: string }) {
  const api = useApi();
  const { data, error } = useQuery({
    queryKey: ['total', collection, '', 'list'],
    queryFn: ({ signal }) => countRows(api, collection, new URLSearchParams(), signal),
  });
  if (error) return <span title={error.message}>unknown</span>;
  return <>{data && `${data.isExact ? '' : 'about '}${data.count.toLocaleString('en')}`}</>;
}

function Size({ definition }: { definition: Definition }) {
  const api = useApi();
  const { scopes } = useIdentity();
  const { admin } = definition.access;
  const isAdmin = admin !== undefined && holds(scopes, admin);
  const { data } = useQuery({
    queryKey: ['usage', definition.name],
    enabled: isAdmin,
    queryFn: async ({ signal }) =>
      (await api.get<string>(`${listAddress(definition.name)}/usage`, { signal })) as unknown as JsonObject,
  });
  if (!isAdmin) return <span title={`Needs the scope ${admin ?? ''}`}>–</span>;
  const size = bytesOf(data);
  return <>{size === undefined ? '' : bytes(size)}</>;
}

/** All bytes that a report of usage names. */
function bytesOf(usage: unknown): number | undefined {
  if (typeof usage !== 'object' || usage === null) return undefined;
  let sum: number | undefined;
  for (const [name, value] of Object.entries(usage)) {
    const found = typeof value === 'number' ? (/bytes$/.test(name) ? value : undefined) : bytesOf(value);
    if (found !== undefined) sum = (sum ?? 0) + found;
  }
  return sum;
}
