// The styles of rows and cells, as plain classes: made once, not for each cell that scrolls into sight.
import GlobalStyles from '@mui/material/GlobalStyles';

import { ROW } from '@/app/theme';

const styles = (
  <GlobalStyles
    styles={{
      '.t-row': {
        position: 'absolute',
        minWidth: '100%',
        height: ROW,
        boxSizing: 'border-box',
        borderBottom: '1px solid var(--t-palette-line)',
        '--row': 'var(--t-palette-background-default)',
        background: 'var(--row)',
      },
      '.t-row:hover, .t-row.t-selected': { '--row': 'var(--t-palette-raised)' },
      '.t-row.t-active, .t-row.t-active > .t-pinned:first-of-type': {
        boxShadow: 'inset 2px 0 0 var(--t-palette-primary-main)',
      },
      '.t-cell': {
        position: 'absolute',
        top: 0,
        height: ROW - 1,
        lineHeight: `${ROW - 1}px`,
        padding: '0 8px',
        boxSizing: 'border-box',
        overflow: 'hidden',
        textOverflow: 'ellipsis',
        whiteSpace: 'nowrap',
        outlineOffset: '-2px',
        unicodeBidi: 'isolate',
      },
      '.t-gone > .t-cell': { color: 'var(--t-palette-text-secondary)' },
      '.t-gone a': { color: 'inherit', textDecoration: 'line-through' },
      '.t-word': { marginRight: 8, fontWeight: 600 },
      '.t-right': { textAlign: 'right' },
      '.t-pinned': { position: 'sticky', zIndex: 1, float: 'left', background: 'var(--row)' },
      '.t-check': { padding: '8px 10px', margin: 0, height: ROW - 1, boxSizing: 'border-box' },
      '.t-check input': { width: 16, height: 16, margin: 0, accentColor: 'var(--t-palette-primary-main)' },
    }}
  />
);

export const TableStyles = () => styles;
