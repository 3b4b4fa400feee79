// A table of a few hundred rows at most: plain HTML that scrolls sideways in a narrow window.
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import type { ReactNode } from 'react';

import { ROW } from '@/app/theme';
import { Answer, type Answered } from '@/ui/states';

export interface Cell<R> {
  title: string;
  cell(row: R): ReactNode;
  right?: boolean;
  /** Breaks long text instead of widening the table. */
  wrap?: boolean;
}

interface Props<R> {
  label: string;
  rows: readonly R[];
  cells: readonly Cell<R>[];
  keyOf(row: R): string;
  /** The row that a link led to. */
  marked?: string | null;
  more?: Paged;
}

/** How the rest of a list is read. */
interface Paged {
  fetchNextPage?(): unknown;
  hasNextPage?: boolean;
  isFetchingNextPage?: boolean;
}

interface QueryTableProps<R> extends Omit<Props<R>, 'rows' | 'more'> {
  query: Answered<readonly R[]> & Paged;
  /** Shown in place of a table without rows. */
  empty: ReactNode;
  /** Rows of the skeleton. */
  skeleton?: number;
}

/** The rows that a query has found so far, with a button for more. */
export function QueryTable<R>({ query, empty, skeleton, ...table }: QueryTableProps<R>) {
  return (
    <Answer query={query} rows={skeleton}>
      {(rows) => (rows.length === 0 ? empty : <SimpleTable {...table} rows={rows} more={query} />)}
    </Answer>
  );
}

export function SimpleTable<R>({ label, rows, cells, keyOf, marked, more }: Props<R>) {
  return (
    <Box role="region" aria-label={label} tabIndex={0} sx={{ overflowX: 'auto', minWidth: 0 }}>
      <Box
        component="table"
        sx={{
          borderCollapse: 'collapse',
          width: '100%',
          'th, td': {
            textAlign: 'left',
            px: 2,
            height: ROW,
            borderBottom: '1px solid var(--t-palette-line)',
            whiteSpace: 'nowrap',
            verticalAlign: 'middle',
          },
          th: { fontWeight: 600 },
          '.right': { textAlign: 'right' },
          '.wrap': { whiteSpace: 'normal', overflowWrap: 'anywhere', minWidth: 104 },
          'tbody tr:hover': { bgcolor: 'raised' },
          'tr[data-marked="true"]': { boxShadow: 'inset 2px 0 0 var(--t-palette-primary-main)', bgcolor: 'raised' },
        }}
      >
        <thead>
          <tr>
            {cells.map((one) => (
              <th key={one.title} scope="col" className={one.right ? 'right' : undefined}>
                {one.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)} data-marked={marked === keyOf(row)}>
              {cells.map((one) => (
                <td key={one.title} className={one.right ? 'right' : one.wrap ? 'wrap' : undefined}>
                  {one.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </Box>
      {more?.hasNextPage && (
        <Box sx={{ p: 2 }}>
          <Button loading={more.isFetchingNextPage} onClick={() => more.fetchNextPage?.()}>
            Show more
          </Button>
          <Box component="span" sx={{ color: 'text.secondary', ml: 2 }}>
            first {rows.length} shown
          </Box>
        </Box>
      )}
    </Box>
  );
}
