// A table with a column for each calculation. The names of the rows stay in sight.
import CloseIcon from '@mui/icons-material/Close';
import Box from '@mui/material/Box';
import IconButton from '@mui/material/IconButton';
import Radio from '@mui/material/Radio';
import type { ReactNode } from 'react';
import { Link } from 'react-router';

import { StatusMark } from '@/ui/status';

import type { Columns } from './Tables';

export interface MatrixRow {
  name: string;
  cells: readonly ReactNode[];
  isMarked?: boolean;
}

interface MatrixProps {
  columns: Columns;
  rows: readonly MatrixRow[];
  label: string;
  isRight?: boolean;
}

const LOOK = {
  borderCollapse: 'separate',
  borderSpacing: 0,
  '& th, & td': { px: 2, py: '5px', verticalAlign: 'top', borderBottom: '1px solid var(--t-palette-line)' },
  '& th': { textAlign: 'left', fontWeight: 500 },
  '& th:first-of-type': {
    position: 'sticky',
    left: 0,
    zIndex: 1,
    bgcolor: 'background.default',
    pl: 0,
    maxWidth: { xs: 120, sm: 260 },
    overflowWrap: 'anywhere',
  },
  '& td, & thead th': { minWidth: 176, maxWidth: 320, overflowWrap: 'anywhere' },
  '& tr[data-marked="true"] th:first-of-type': { boxShadow: 'inset 2px 0 0 var(--t-palette-warning-main)', pl: 2 },
} as const;

export function Matrix({ columns, rows, label, isRight = false }: MatrixProps) {
  return (
    // Focusable, so that it can be scrolled by keys.
    <Box tabIndex={0} role="group" aria-label={label} sx={{ overflowX: 'auto', maxWidth: '100%' }}>
      <Box component="table" aria-label={label} sx={LOOK}>
        <thead>
          <tr>
            <th scope="col">Name</th>
            {columns.calculations.map((calculation, index) => (
              <Heading key={calculation._id} columns={columns} index={index} label={label} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, cells, isMarked = false }) => (
            <tr key={name} data-marked={isMarked}>
              <th scope="row">
                <bdi>{name}</bdi>
              </th>
              {cells.map((cell, index) => (
                <td key={columns.calculations[index]?._id} style={isRight ? { textAlign: 'right' } : undefined}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </Box>
    </Box>
  );
}

function Heading({ columns, index, label }: { columns: Columns; index: number; label: string }) {
  const { calculations, names, reference, setReference, remove } = columns;
  const calculation = calculations[index];
  if (!calculation) return null;
  const name = names[index] ?? calculation.name;
  return (
    <th scope="col">
      <Box sx={{ display: 'flex', alignItems: 'flex-start', gap: 1 }}>
        <Link
          to={`/calculations/${encodeURIComponent(calculation._id)}`}
          title={name}
          dir="auto"
          style={{
            flex: 1,
            display: '-webkit-box',
            WebkitLineClamp: 3,
            WebkitBoxOrient: 'vertical',
            overflow: 'hidden',
          }}
        >
          {name}
        </Link>
        <IconButton
          aria-label={`Remove ${name}`}
          title="Remove from the comparison"
          onClick={() => remove(calculation._id)}
          sx={{ p: 0.5 }}
        >
          <CloseIcon sx={{ fontSize: 14 }} />
        </IconButton>
      </Box>
      <StatusMark status={calculation.status} />
      <Box component="label" sx={{ display: 'flex', alignItems: 'center', fontWeight: 400, color: 'text.secondary' }}>
        <Radio
          size="small"
          name={`reference ${label}`}
          checked={index === reference}
          onChange={() => setReference(calculation._id)}
          slotProps={{ input: { 'aria-label': `Compare with ${name}` } }}
          sx={{ p: 0.5, ml: -1 }}
        />
        reference
      </Box>
    </th>
  );
}
