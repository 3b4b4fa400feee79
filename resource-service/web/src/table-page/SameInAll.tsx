// One line for all columns in which rows agree.
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useState, type ReactNode } from 'react';

import type { JsonObject } from '@/api/json';

import { ownerName, short } from './columns';
import type { Agreement } from './differs';
import { titleOf } from './fields';

/** Columns that the line names before it is unfolded. */
const FIRST = 8;

interface SameProps {
  same: readonly Agreement[];
  rows: readonly JsonObject[];
  isChosen: boolean;
}

export function SameInAll({ same, rows, isChosen }: SameProps) {
  const [isOpen, setOpen] = useState(false);
  const which = isChosen ? `${rows.length} chosen rows` : `${rows.length} loaded rows`;
  if (rows.length < 2) return <Line>Two rows or more are needed to see what differs.</Line>;
  if (same.length === 0) return <Line>The {which} differ in every column.</Line>;
  // A column that no row has says nothing.
  const present = same.filter(({ value }) => value !== undefined);
  const named = isOpen ? present.slice(0, 500) : present.slice(0, FIRST);
  const absent = same.length - present.length;
  return (
    <Line>
      <Box component="span" sx={{ color: 'text.secondary' }}>
        Same in all {which}:{' '}
      </Box>
      {named.map(({ path, value }, index) => (
        <span key={path} title={path} dir="auto" style={{ unicodeBidi: 'isolate' }}>
          {index > 0 && ' · '}
          {titleOf(path)} <b>{short((path === '_owner' ? ownerName(rows[0]) : undefined) ?? value ?? '')}</b>
        </span>
      ))}
      {absent > 0 && (
        <Box component="span" sx={{ color: 'text.secondary' }}>
          {present.length > 0 && ' · '}
          {absent === 1
            ? `${titleOf(same.find(({ value }) => value === undefined)?.path ?? '')} is empty`
            : `${absent} columns are empty`}
        </Box>
      )}
      {present.length > FIRST && (
        <Button color="inherit" onClick={() => setOpen(!isOpen)} sx={{ ml: 2, py: 0 }}>
          {isOpen ? 'Fewer' : `${present.length - FIRST} more`}
        </Button>
      )}
    </Line>
  );
}

function Line({ children }: { children: ReactNode }) {
  return (
    <Box
      role="note"
      sx={{
        px: 4,
        py: 1,
        borderBottom: 1,
        borderColor: 'divider',
        maxHeight: 120,
        overflow: 'auto',
        overflowWrap: 'anywhere',
        flexShrink: 0,
      }}
    >
      {children}
    </Box>
  );
}
