// The reader's API keys: made with some of their scopes and an end, shown once, removed.
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import type { components } from '@/api.gen';
import { useApi } from '@/app/services';
import { Confirm } from '@/ui/confirm';
import { DenseTable } from '@/ui/dense';
import { Section } from '@/ui/page';
import { Copyable, SecretOnce } from '@/ui/secret';
import { Answer } from '@/ui/states';
import { TimeText } from '@/ui/time';

import { KeyForm, type NewKey } from './KeyForm';
import { curlLines, pythonLines } from './lines';

type ApiKey = components['schemas']['ApiKeyView'];
const KEYS = ['/auth/api-keys'];

interface KeyPage {
  items: ApiKey[];
  next?: string | null;
}

function useKeys() {
  const api = useApi();
  return useInfiniteQuery({
    queryKey: KEYS,
    queryFn: async ({ pageParam, signal }) => {
      const page = await api.get<string>('/auth/api-keys', { query: { limit: 100, after: pageParam }, signal });
      return page as unknown as KeyPage;
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
  });
}

export function ApiKeysSection() {
  const api = useApi();
  const client = useQueryClient();
  const keys = useKeys();
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<NewKey | null>(null);
  const [removing, setRemoving] = useState<ApiKey | null>(null);
  const items = keys.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Section
      title="API keys"
      actions={
        <Button variant="outlined" onClick={() => setMaking(true)}>
          New API key
        </Button>
      }
    >
      <Answer query={keys} rows={2}>
        {() =>
          items.length === 0 ? (
            <Box sx={{ color: 'text.secondary' }}>
              You have no API keys. With one, a script or a cluster job acts for you without your password.
            </Box>
          ) : (
            <KeyTable keys={items} onRemove={setRemoving} />
          )
        }
      </Answer>
      {keys.hasNextPage && (
        <Button loading={keys.isFetchingNextPage} onClick={() => void keys.fetchNextPage()}>
          Show more
        </Button>
      )}
      {making && (
        <KeyForm
          onMade={(key) => {
            setMade(key);
            void client.invalidateQueries({ queryKey: KEYS });
          }}
          onClose={() => setMaking(false)}
        />
      )}
      {made && <Secret made={made} onClose={() => setMade(null)} />}
      {removing && (
        <Confirm
          title={`Remove the API key ${removing.name}?`}
          action="Remove the key"
          run={async () => {
            await api.delete('/auth/api-keys/{id}', { path: { id: removing.client_id } });
            await client.invalidateQueries({ queryKey: KEYS });
          }}
          onClose={() => setRemoving(null)}
        >
          Programs that use it are refused within a second. This cannot be undone.
        </Confirm>
      )}
    </Section>
  );
}

function KeyTable({ keys, onRemove }: { keys: readonly ApiKey[]; onRemove: (key: ApiKey) => void }) {
  return (
    <DenseTable
      label="API keys"
      columns={[
        { title: 'Name', wrap: true },
        { title: 'Scopes', wrap: true },
        { title: 'Created' },
        { title: 'Last used' },
        { title: 'Expires' },
        { title: 'Action' },
      ]}
      rows={keys.map((key) => ({
        key: key.client_id,
        cells: [
          <span key="name" title={key.client_id}>
            <bdi>{key.name}</bdi>
            {key.suspended && ' (suspended)'}
          </span>,
          <code key="scopes">{key.scopes.join(' ')}</code>,
          <TimeText key="made" at={key.created_at} />,
          key.last_used_at ? <TimeText key="used" at={key.last_used_at} /> : 'never',
          key.expires_at ? <TimeText key="ends" at={key.expires_at} /> : 'never',
          <Button
            key="remove"
            color="error"
            aria-label={`Remove ${key.name}`}
            onClick={() => onRemove(key)}
            sx={{ py: 0 }}
          >
            Remove
          </Button>,
        ],
      }))}
    />
  );
}

function Secret({ made, onClose }: { made: NewKey; onClose: () => void }) {
  const { origin } = window.location;
  return (
    <SecretOnce title={`The API key ${made.name}`} onClose={onClose}>
      <Copyable name="client_id" text={made.client_id} />
      <Copyable name="client_secret" text={made.client_secret} />
      <Copyable name="curl" text={curlLines(made, origin)} lines />
      <Copyable name="Python" text={pythonLines(made, origin)} lines />
    </SecretOnce>
  );
}
