// The line above a table: how many rows, what is new, and how the table is shown; and what stands below the last row.
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import type { ReactNode } from 'react';

import { Empty, Failure } from '@/ui/states';

import { readSilence, type TableState } from './state';
import type { Total } from './useRows';
import type { ChangeState } from './useTableState';

interface StatusProps {
  state: TableState;
  change: ChangeState;
  hasLife: boolean;
  total: Total | undefined;
  /** The order of the rows, where no column shows it. */
  order: string | undefined;
  loaded: number;
  isLoading: boolean;
  openColumns(): void;
  openExport(): void;
  views: ReactNode;
  news: ReactNode;
}

const number = new Intl.NumberFormat('en');

/** "first 1,000 of 48,210", "12 rows". */
export function countText(loaded: number, total: Total | undefined): string {
  if (total && total.count <= loaded) return loaded === 1 ? '1 row' : `${number.format(loaded)} rows`;
  const about = total?.isExact === false ? 'about ' : '';
  return `first ${number.format(loaded)} of ${total ? about + number.format(total.count) : 'more'}`;
}

const SILENCES = [
  ['15m', '15 min'],
  ['3h', '3 h'],
  ['1d', '1 day'],
] as const;

export function TableStatus(props: StatusProps) {
  const { state, change, hasLife, total, order, loaded, isLoading, openColumns, openExport, views, news } = props;
  return (
    <Box
      sx={{
        display: 'flex',
        flexWrap: 'wrap',
        gap: 1,
        alignItems: 'center',
        px: 4,
        minHeight: 36,
        borderBottom: 1,
        borderColor: 'divider',
        flexShrink: 0,
      }}
    >
      <Box role="status" sx={{ mr: 2, color: 'text.secondary' }}>
        {loaded === 0 && !total ? (isLoading ? 'Loading' : '') : countText(loaded, total)}
        {order !== undefined && loaded > 1 && `, ${order}`}
      </Box>
      {news}
      <Box sx={{ flex: 1 }} />
      {hasLife && <Silence silent={state.silent} change={change} />}
      <Toggle
        isOn={state.differs}
        title="Only what differs (d)"
        run={() => change(({ differs }) => ({ differs: !differs }))}
      >
        Differences
      </Toggle>
      <Toggle
        isOn={state.stored}
        title="Numbers as stored (s)"
        run={() => change(({ stored }) => ({ stored: !stored }))}
      >
        As stored
      </Toggle>
      <Button color="inherit" onClick={openColumns} title="Choose and order columns (o)">
        Columns
      </Button>
      {views}
      <Button color="inherit" onClick={openExport} title="Export (e)">
        Export
      </Button>
    </Box>
  );
}

function Silence({ silent, change }: { silent: string | undefined; change: ChangeState }) {
  const known = SILENCES.some(([value]) => value === silent);
  return (
    <Box
      component="select"
      aria-label="Running calculations without a heartbeat"
      title="Running, without a heartbeat for this long"
      value={silent ?? ''}
      onChange={(event) => change({ silent: event.target.value || undefined }, { push: true })}
      sx={{
        font: 'inherit',
        color: silent ? 'primary.main' : 'inherit',
        bgcolor: 'background.default',
        border: 0,
        height: 28,
        borderRadius: 1,
        cursor: 'pointer',
        '&:hover': { bgcolor: 'raised' },
      }}
    >
      <option value="">All, silent or not</option>
      {SILENCES.map(([value, word]) => (
        <option key={value} value={value}>
          Running, silent for {word}
        </option>
      ))}
      {silent && !known && (
        <option value={silent}>Running, silent for {Math.round((readSilence(silent) ?? 0) / 60_000)} min</option>
      )}
    </Box>
  );
}

function Toggle({ isOn, title, run, children }: { isOn: boolean; title: string; run(): void; children: ReactNode }) {
  return (
    <Button
      color={isOn ? 'primary' : 'inherit'}
      aria-pressed={isOn}
      title={title}
      onClick={run}
      sx={isOn ? { bgcolor: 'raised', boxShadow: 'inset 0 -2px 0 var(--t-palette-primary-main)' } : undefined}
    >
      {children}
    </Button>
  );
}

interface FootProps {
  rows: number;
  isFiltered: boolean;
  query: { hasNextPage: boolean; isFetching: boolean; isFetchNextPageError: boolean; error: unknown };
  more(): void;
  clear(): void;
  empty: ReactNode;
}

export function TableFoot({ rows, isFiltered, query, more, clear, empty }: FootProps) {
  if (query.isFetchNextPageError) return <Failure error={query.error} retry={more} />;
  if (rows === 0 && !query.isFetching) {
    return isFiltered ? (
      <Empty title="Nothing matches this filter">
        <Button onClick={clear}>Show all</Button>
      </Empty>
    ) : (
      (empty ?? <Empty title="There is nothing yet" />)
    );
  }
  return (
    <Box sx={{ position: 'sticky', left: 0, width: 'max-content', px: 4, py: 2, color: 'text.secondary' }}>
      {query.hasNextPage ? (
        <Button onClick={more} disabled={query.isFetching}>
          {query.isFetching ? 'Loading more' : 'Load more'}
        </Button>
      ) : (
        rows > 30 && 'These are all.'
      )}
    </Box>
  );
}
