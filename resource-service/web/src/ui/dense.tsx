// A small table for reading: names left, numbers right, lines between rows. It scrolls sideways where there is no room.
import Box from '@mui/material/Box';
import { Fragment, type ReactNode } from 'react';

export interface DenseColumn {
  title: string;
  align?: 'right';
  /** Breaks long text instead of widening the table: anywhere, or between words where there are any. */
  wrap?: true | 'words';
}

export interface DenseRow {
  key: string;
  cells: readonly ReactNode[];
  /** A heading above this row. */
  heading?: string;
}

export function DenseTable({
  label,
  columns,
  rows,
}: {
  label: string;
  columns: readonly DenseColumn[];
  rows: readonly DenseRow[];
}) {
  return (
    // Focusable, so that it can be scrolled by keys.
    <Box tabIndex={0} role="group" aria-label={label} sx={{ overflowX: 'auto', maxWidth: '100%' }}>
      <Box
        component="table"
        aria-label={label}
        sx={{
          borderCollapse: 'collapse',
          '& th, & td': {
            textAlign: 'left',
            px: 2,
            py: '5px',
            verticalAlign: 'top',
            borderBottom: '1px solid var(--t-palette-line)',
          },
          '& th:first-of-type, & td:first-of-type': { pl: 0 },
          '& thead th': { color: 'text.secondary', fontWeight: 500, whiteSpace: 'nowrap' },
          '& .right': { textAlign: 'right', whiteSpace: 'nowrap' },
          '& .words': { overflowWrap: 'break-word', minWidth: 120, maxWidth: 360 },
          // Wide enough for usual words: only longer ones are cut.
          '& .wrap': { overflowWrap: 'anywhere', minWidth: 104, maxWidth: 360 },
        }}
      >
        <thead>
          <tr>
            {columns.map(({ title, align }) => (
              <th key={title} scope="col" className={align}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, cells, heading }) => (
            <Fragment key={key}>
              {heading !== undefined && (
                <tr>
                  <th colSpan={columns.length} scope="rowgroup">
                    {heading}
                  </th>
                </tr>
              )}
              <tr>
                {cells.map((cell, index) => {
                  const { align, wrap } = columns[index] ?? {};
                  return (
                    <td
                      key={index}
                      className={[align, wrap === 'words' ? 'words' : wrap && 'wrap'].filter(Boolean).join(' ')}
                    >
                      {cell}
                    </td>
                  );
                })}
              </tr>
            </Fragment>
          ))}
        </tbody>
      </Box>
    </Box>
  );
}
