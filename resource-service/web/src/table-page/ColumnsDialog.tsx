// Which columns are shown, in which order and how wide: by keyboard too.
import ArrowDownwardIcon from '@mui/icons-material/ArrowDownward';
import ArrowUpwardIcon from '@mui/icons-material/ArrowUpward';
import CloseIcon from '@mui/icons-material/Close';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import IconButton from '@mui/material/IconButton';
import TextField from '@mui/material/TextField';
import { useMemo, useState } from 'react';

import type { Field } from './fields';
import { clampWidth, type TableState } from './state';

interface ColumnsProps {
  /** As they are shown. */
  columns: readonly string[];
  /** As they were chosen: `results.*` may be among them. */
  chosen: readonly string[];
  fields: readonly Field[];
  widths: Readonly<Record<string, number>>;
  usual: readonly string[];
  onChange(part: Pick<TableState, 'columns'> | Pick<TableState, 'widths'>): void;
  onClose(): void;
}

/** Rows of each list that are shown at once. */
const MOST = 300;

export default function ColumnsDialog(props: ColumnsProps) {
  const { chosen, fields, usual, onChange, onClose } = props;
  const [wanted, setWanted] = useState('');
  const set = (columns: readonly string[] | undefined) => onChange({ columns });
  const offered = useMemo(() => {
    const known = new Set(chosen);
    const text = wanted.trim().toLowerCase();
    const open = fields
      .filter((field) => field.open)
      .map((field): Field => ({ path: `${field.path}.*`, types: ['all that is found'] }));
    return [...open, ...fields].filter(({ path }) => !known.has(path) && path.toLowerCase().includes(text));
  }, [fields, chosen, wanted]);
  const isPath = wanted.trim() !== '' && !chosen.includes(wanted.trim());
  return (
    <Dialog open onClose={onClose} fullWidth maxWidth="md" aria-labelledby="columns-title">
      <DialogTitle id="columns-title">Columns</DialogTitle>
      <DialogContent sx={{ display: 'grid', gridTemplateColumns: { xs: '1fr', sm: '1fr 1fr' }, gap: 6 }}>
        <section aria-label="Shown columns">
          <h3 style={{ marginTop: 0 }}>Shown</h3>
          <Shown {...props} set={set} />
        </section>
        <section aria-label="More columns">
          <h3 style={{ marginTop: 0 }}>More</h3>
          <form
            onSubmit={(event) => {
              event.preventDefault();
              const first = isPath ? wanted.trim() : offered[0]?.path;
              if (first) set([...chosen, first]);
              setWanted('');
            }}
          >
            <TextField
              autoFocus
              label="Find a field, or type any path"
              value={wanted}
              onChange={(event) => setWanted(event.target.value)}
              helperText={isPath ? `Enter adds ${wanted.trim()}` : 'results.* shows all results that are found'}
            />
          </form>
          <Box component="ul" sx={{ ...list, maxHeight: '46vh', overflow: 'auto' }}>
            {offered.slice(0, MOST).map((field) => (
              <Box component="li" key={field.path} sx={line}>
                <Button
                  color="inherit"
                  onClick={() => set([...chosen, field.path])}
                  title={field.description ?? field.path}
                  sx={{
                    flex: 1,
                    minWidth: 0,
                    justifyContent: 'flex-start',
                    textAlign: 'left',
                    overflowWrap: 'anywhere',
                  }}
                >
                  + {field.path}
                </Button>
                <Box component="span" sx={{ color: 'text.secondary', whiteSpace: 'nowrap' }}>
                  {field.unit ?? field.format ?? field.types.join(' or ')}
                  {field.count !== undefined && `, ${field.count}`}
                </Box>
              </Box>
            ))}
            {offered.length > MOST && <Box component="li">{offered.length - MOST} more: type a part of the name.</Box>}
          </Box>
        </section>
      </DialogContent>
      <DialogActions>
        <Button color="inherit" onClick={() => set(undefined)} disabled={chosen === usual}>
          Default columns
        </Button>
        <Button variant="contained" onClick={onClose}>
          Done
        </Button>
      </DialogActions>
    </Dialog>
  );
}

function Shown({ chosen, columns, widths, onChange, set }: ColumnsProps & { set(columns: readonly string[]): void }) {
  const move = (at: number, by: number) => {
    const next = [...chosen];
    const [one] = next.splice(at, 1);
    if (one !== undefined) next.splice(at + by, 0, one);
    set(next);
  };
  return (
    <Box component="ul" sx={{ ...list, maxHeight: '56vh', overflow: 'auto' }}>
      {chosen.slice(0, MOST).map((path, at) => (
        <Box component="li" key={path} sx={line}>
          <Box component="span" dir="auto" sx={{ flex: 1, minWidth: 0, overflowWrap: 'anywhere' }}>
            {path}
            {path.endsWith('.*') && (
              <Box component="span" sx={{ color: 'text.secondary' }}>
                {' '}
                {columns.filter((one) => one.startsWith(path.slice(0, -1))).length} found
              </Box>
            )}
          </Box>
          {!path.endsWith('.*') && (
            <Box
              component="input"
              type="number"
              aria-label={`Width of ${path} in pixels`}
              placeholder="auto"
              value={widths[path] ?? ''}
              onChange={(event) => {
                const { [path]: _, ...others } = widths;
                const width = Number(event.target.value);
                onChange({ widths: width > 0 ? { ...others, [path]: clampWidth(width) } : others });
              }}
              sx={{
                width: 64,
                font: 'inherit',
                color: 'inherit',
                bgcolor: 'transparent',
                border: 1,
                borderColor: 'divider',
                borderRadius: 1,
              }}
            />
          )}
          <IconButton aria-label={`Move ${path} up`} disabled={at === 0} onClick={() => move(at, -1)}>
            <ArrowUpwardIcon sx={{ fontSize: 14 }} />
          </IconButton>
          <IconButton aria-label={`Move ${path} down`} disabled={at === chosen.length - 1} onClick={() => move(at, 1)}>
            <ArrowDownwardIcon sx={{ fontSize: 14 }} />
          </IconButton>
          <IconButton
            aria-label={`Hide ${path}`}
            disabled={chosen.length === 1}
            onClick={() => set(chosen.filter((one) => one !== path))}
          >
            <CloseIcon sx={{ fontSize: 14 }} />
          </IconButton>
        </Box>
      ))}
      {chosen.length > MOST && <Box component="li">and {chosen.length - MOST} more</Box>}
    </Box>
  );
}

const list = { m: 0, mt: 2, p: 0, listStyle: 'none' } as const;
const line = { display: 'flex', gap: 1, alignItems: 'center', minHeight: 32 } as const;
