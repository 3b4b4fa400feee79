// The reader's sessions and job grants, each of which can be ended.
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';

import { useApi } from '@/app/services';
import { deviceName } from '@/people/device';
import { DenseTable } from '@/ui/dense';
import { Section } from '@/ui/page';
import { Answer } from '@/ui/states';
import { duration, TimeText, useNow } from '@/ui/time';
import { useToast } from '@/ui/toasts';

/** Sessions that are shown before the reader asks for all. */
const FIRST = 10;
const KEY = ['/auth/sessions'];

interface Session {
  id: string;
  current: boolean;
  client_id: string;
  device?: string | null;
  address?: string | null;
  calculation?: string | null;
  created_at: string;
  last_used_at: string;
  expires_at: string;
}

interface SessionPage {
  items: Session[];
  next?: string | null;
}

function useSessions() {
  const api = useApi();
  return useInfiniteQuery({
    queryKey: KEY,
    queryFn: async ({ pageParam, signal }) => {
      const page = await api.get<string>('/auth/sessions', { query: { limit: 100, after: pageParam }, signal });
      return page as unknown as SessionPage;
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
  });
}

export function SessionsSections() {
  const sessions = useSessions();
  const items = sessions.data?.pages.flatMap((page) => page.items) ?? [];
  const grants = items.filter(({ calculation }) => calculation);
  const logins = items.filter(({ calculation }) => !calculation);
  const more = sessions.hasNextPage && (
    <Button loading={sessions.isFetchingNextPage} onClick={() => void sessions.fetchNextPage()}>
      Show more
    </Button>
  );
  return (
    <>
      <Section title="Sessions">
        <Answer query={sessions} rows={3}>
          {() => <Logins sessions={logins} />}
        </Answer>
        {more}
      </Section>
      <Section title="Job grants">
        <Answer query={sessions} rows={1}>
          {() =>
            grants.length === 0 ? (
              <Box sx={{ color: 'text.secondary' }}>
                No job acts for you. A job grant lets a program write to one calculation, and to nothing else.
              </Box>
            ) : (
              <Grants grants={grants} />
            )
          }
        </Answer>
      </Section>
    </>
  );
}

function Logins({ sessions }: { sessions: readonly Session[] }) {
  const [all, setAll] = useState(false);
  return (
    <>
      <DenseTable
        label="Sessions"
        columns={[
          { title: 'Device', wrap: 'words' },
          { title: 'Address' },
          { title: 'Logged in' },
          { title: 'Last used' },
          { title: 'Ends' },
          { title: 'Action' },
        ]}
        rows={sessions.slice(0, all ? undefined : FIRST).map((session) => ({
          key: session.id,
          cells: [
            <span key="device" title={session.device ?? undefined}>
              <bdi>{deviceName(session.device)}</bdi>
              {session.client_id !== 'tessera' && ` through ${session.client_id}`}
              {session.current && <strong> – this one</strong>}
            </span>,
            session.address,
            <TimeText key="created" at={session.created_at} />,
            <TimeText key="used" at={session.last_used_at} />,
            <TimeText key="ends" at={session.expires_at} />,
            session.current ? (
              ''
            ) : (
              <End
                key="end"
                id={session.id}
                what={`the session of ${deviceName(session.device)}`}
                label="End this one"
              />
            ),
          ],
        }))}
      />
      {sessions.length > FIRST && (
        <Button aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? `Show the latest ${FIRST}` : `Show all ${sessions.length}`}
        </Button>
      )}
    </>
  );
}

function Grants({ grants }: { grants: readonly Session[] }) {
  const now = useNow();
  return (
    <DenseTable
      label="Job grants"
      columns={[
        { title: 'Calculation', wrap: true },
        { title: 'Last used' },
        { title: 'Time left' },
        { title: 'Action' },
      ]}
      rows={grants.map(({ id, calculation, last_used_at: used, expires_at: ends }) => ({
        key: id,
        cells: [
          <Link key="calculation" to={`/calculations/${encodeURIComponent(calculation ?? '')}`}>
            {calculation}
          </Link>,
          <TimeText key="used" at={used} />,
          <span key="left" title={ends}>
            {duration(Math.max(0, Date.parse(ends) - now))}
          </span>,
          <End key="end" id={id} what={`the grant for ${calculation}`} label="End this one" />,
        ],
      }))}
    />
  );
}

function End({ id, what, label }: { id: string; what: string; label: string }) {
  const api = useApi();
  const client = useQueryClient();
  const toast = useToast();
  const end = useMutation({
    mutationFn: () => api.delete('/auth/sessions/{id}', { path: { id } }),
    onSuccess: () => toast({ text: `Ended: ${what}` }),
    onError: (error) => toast({ text: `Not ended: ${error.message}`, tone: 'error' }),
    onSettled: () => client.invalidateQueries({ queryKey: KEY }),
  });
  return (
    <Button onClick={() => end.mutate()} loading={end.isPending} aria-label={`${label}: ${what}`} sx={{ py: 0 }}>
      {label}
    </Button>
  );
}
