// The frame of a page: its title for the browser, its heading, its actions.
import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { useEffect, type ReactNode } from 'react';

interface PageProps {
  title: string;
  /** Shown in place of the title as the heading. */
  heading?: ReactNode;
  actions?: ReactNode;
  /** The content fills the window and scrolls by itself, as tables do. */
  fill?: boolean;
  children: ReactNode;
}

export function Page({ title, heading, actions, fill = false, children }: PageProps) {
  useTitle(title);
  return (
    <Box sx={{ display: 'flex', flexDirection: 'column', minWidth: 0, ...(fill && { height: '100%', minHeight: 0 }) }}>
      <Box
        component="header"
        sx={{
          px: 4,
          py: 2,
          minHeight: 48,
          display: 'flex',
          flexWrap: 'wrap',
          gap: 2,
          alignItems: 'center',
          borderBottom: 1,
          borderColor: 'divider',
        }}
      >
        <Typography component="h1" variant="h1" sx={{ minWidth: 0, overflowWrap: 'anywhere', flex: '1 1 auto' }}>
          {heading ?? title}
        </Typography>
        <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 2, alignItems: 'center' }}>{actions}</Box>
      </Box>
      <Box sx={{ flex: 1, minHeight: 0, minWidth: 0, ...(fill && { display: 'flex', flexDirection: 'column' }) }}>
        {children}
      </Box>
    </Box>
  );
}

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} – Tessera`;
  }, [title]);
}

/** A titled part of a page. */
export function Section({ title, actions, children }: { title: string; actions?: ReactNode; children: ReactNode }) {
  return (
    <Box
      component="section"
      aria-label={title}
      sx={{ px: 4, py: 3, borderBottom: 1, borderColor: 'divider', minWidth: 0 }}
    >
      <Box sx={{ display: 'flex', gap: 2, alignItems: 'center', mb: 2, flexWrap: 'wrap' }}>
        <Typography component="h2" variant="h2" sx={{ flex: 1 }}>
          {title}
        </Typography>
        {actions}
      </Box>
      {children}
    </Box>
  );
}

/** Names and values in two columns. */
export function Facts({ facts }: { facts: readonly (readonly [name: ReactNode, value: ReactNode])[] }) {
  return (
    <Box
      component="dl"
      sx={{ m: 0, display: 'grid', gridTemplateColumns: 'minmax(96px, max-content) 1fr', columnGap: 4, rowGap: 1 }}
    >
      {facts.map(([name, value], index) => (
        <Box key={index} sx={{ display: 'contents' }}>
          <Box component="dt" sx={{ color: 'text.secondary', overflowWrap: 'anywhere' }}>
            {name}
          </Box>
          <Box component="dd" sx={{ m: 0, minWidth: 0, overflowWrap: 'anywhere' }}>
            {value}
          </Box>
        </Box>
      ))}
    </Box>
  );
}
