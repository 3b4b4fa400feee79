// A part of the day: its count, the first rows, and where all of it is.
import Box from '@mui/material/Box';
import type { ReactNode } from 'react';
import { Link } from 'react-router';

import { Section } from '@/ui/page';

/** Rows of a part that are shown. */
export const SHOWN = 8;

interface DaySectionProps {
  title: string;
  /** How many there are in all, once that is known. */
  count: string | undefined;
  /** Where all of them are. */
  to: string;
  children: ReactNode;
}

export function DaySection({ title, count, to, children }: DaySectionProps) {
  return (
    <Section
      title={count === undefined ? title : `${title} (${count})`}
      actions={
        <Link to={to} aria-label={`Show all: ${title}`}>
          Show all
        </Link>
      }
    >
      {children}
    </Section>
  );
}

export function DayList({ children }: { children: ReactNode }) {
  return (
    <Box component="ul" sx={{ m: 0, p: 0, listStyle: 'none' }}>
      {children}
    </Box>
  );
}

interface DayRowProps {
  to: string;
  name: string;
  /** Beside the name: state and time. */
  aside: ReactNode;
  /** Below the name. */
  detail?: ReactNode;
}

export function DayRow({ to, name, aside, detail }: DayRowProps) {
  return (
    <Box component="li" sx={{ py: '5px', borderTop: '1px solid var(--t-palette-line)', minWidth: 0 }}>
      <Box sx={{ display: 'flex', flexWrap: 'wrap', columnGap: 3, alignItems: 'baseline' }}>
        <Box
          component={Link}
          to={to}
          dir="auto"
          title={name}
          sx={{
            flex: '1 1 160px',
            minWidth: 0,
            overflow: 'hidden',
            textOverflow: 'ellipsis',
            whiteSpace: 'nowrap',
            unicodeBidi: 'isolate',
          }}
        >
          {name}
        </Box>
        <Box sx={{ display: 'flex', flexWrap: 'wrap', columnGap: 3, color: 'text.secondary' }}>{aside}</Box>
      </Box>
      {detail}
    </Box>
  );
}

export function Nothing({ children }: { children: ReactNode }) {
  return <Box sx={{ color: 'text.secondary' }}>{children}</Box>;
}
