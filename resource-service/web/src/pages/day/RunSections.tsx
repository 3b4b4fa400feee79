// Calculations that a filter finds: the first ones, their count, and for failed ones why.
import Box from '@mui/material/Box';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';

import { toNumber } from '@/api/json';
import { useApi } from '@/app/services';
import { tableAddress, type Filter } from '@/calculations/lately';
import { useLastLine } from '@/calculations/lastLog';
import { Answer } from '@/ui/states';
import { StatusMark } from '@/ui/status';
import { TimeText } from '@/ui/time';

import { DayList, DayRow, DaySection, Nothing, SHOWN } from './DayList';

/** How often a part is asked for again, in milliseconds. */
const EVERY = 60_000;

interface Run {
  _id: string;
  _revision: number;
  _updated_at: string;
  name: string;
  status: string;
  note?: string;
  heartbeat_at?: string;
  finished_at?: string;
}

interface Found {
  items: Run[];
  total: number;
}

function useRuns(filter: Filter, sort: string, fields: string) {
  const api = useApi();
  const query = new URLSearchParams(filter.map(([name, value]): [string, string] => [name, value]));
  query.set('fields', `name,status,_updated_at,${fields}`);
  query.set('sort', sort);
  query.set('limit', String(SHOWN));
  query.set('count', 'exact');
  return useQuery({
    queryKey: ['day', query.toString()],
    queryFn: async ({ signal }): Promise<Found> => {
      const page = (await api.get<string>('/api/calculations', { query, signal })) as unknown as Found;
      return { items: page.items, total: toNumber(page.total) ?? page.items.length };
    },
    refetchInterval: EVERY,
    placeholderData: keepPreviousData,
  });
}

interface RunSectionProps {
  title: string;
  filter: Filter;
  sort: string;
  /** The time that is shown; the last change where there is none. */
  time: 'heartbeat_at' | 'finished_at';
  empty: string;
}

export function RunSection({ title, filter, sort, time, empty }: RunSectionProps) {
  const runs = useRuns(filter, sort, time);
  const silent = time === 'heartbeat_at';
  return (
    <Runs title={title} filter={filter} runs={runs} empty={empty}>
      {(run) => ({
        aside: (
          <>
            <StatusMark status={silent ? 'silent' : run.status} />
            <span>
              {silent && 'last heartbeat '}
              <TimeText at={run[time] ?? run._updated_at} />
            </span>
          </>
        ),
      })}
    </Runs>
  );
}

export function FailedSection({ filter, empty }: { filter: Filter; empty: string }) {
  const runs = useRuns(filter, '-_updated_at', 'finished_at,note');
  return (
    <Runs title="Failed in the last 7 days" filter={filter} runs={runs} empty={empty}>
      {(run) => ({
        aside: (
          <>
            <StatusMark status="failed" />
            <TimeText at={run.finished_at ?? run._updated_at} />
          </>
        ),
        detail: <Why run={run} />,
      })}
    </Runs>
  );
}

interface RunsProps {
  title: string;
  filter: Filter;
  runs: ReturnType<typeof useRuns>;
  empty: string;
  /** What the row of a run shows beside and below its name. */
  children(run: Run): { aside: ReactNode; detail?: ReactNode };
}

function Runs({ title, filter, runs, empty, children }: RunsProps) {
  return (
    <DaySection title={title} count={countOf(runs.data)} to={tableAddress(filter)}>
      <Answer query={runs} rows={2}>
        {({ items }) =>
          items.length === 0 ? (
            <Nothing>{empty}</Nothing>
          ) : (
            <DayList>
              {items.map((run) => (
                <DayRow key={run._id} to={addressOf(run)} name={run.name} {...children(run)} />
              ))}
            </DayList>
          )
        }
      </Answer>
    </DaySection>
  );
}

/** The last line of the log, else the beginning of the note. */
function Why({ run }: { run: Run }) {
  const log = useLastLine(run._id, run._revision);
  const text = log.data || (run.note ?? '').trim().split('\n')[0] || '';
  if (log.isPending) return <Box sx={{ minHeight: 18 }} />;
  return (
    <Box
      dir="auto"
      title={text}
      sx={{
        color: 'text.secondary',
        overflow: 'hidden',
        textOverflow: 'ellipsis',
        whiteSpace: 'nowrap',
        fontSize: '0.75rem',
        unicodeBidi: 'isolate',
      }}
    >
      {log.data ? <code>{text}</code> : text || 'No log and no note.'}
    </Box>
  );
}

const countOf = (found: Found | undefined) => found?.total.toLocaleString('en');
const addressOf = ({ _id }: Run) => `/calculations/${encodeURIComponent(_id)}`;
