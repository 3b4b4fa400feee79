// Writes all rows of the filter, or the chosen ones, into a file: CSV, NDJSON or Parquet.
import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';

import { useApi, useServices } from '@/app/services';
import { bytes } from '@/ui/bytes';
import { Failure } from '@/ui/states';

import { chooseFile, download, type Progress } from './download';
import { countRows, listAddress, listParameters, type Total } from './useRows';

interface ExportProps {
  collection: string;
  conditions: URLSearchParams;
  sort: string | undefined;
  fields: string | undefined;
  /** How many columns are shown. */
  columns: number;
  /** Chosen rows. */
  ids: readonly string[];
  total: Total | undefined;
  title: string;
  onClose(): void;
}

const FORMATS = {
  csv: { word: 'CSV', type: 'text/csv', about: 'a table, digits as stored' },
  ndjson: { word: 'NDJSON', type: 'application/x-ndjson', about: 'documents, one a line' },
  parquet: { word: 'Parquet', type: 'application/vnd.apache.parquet', about: 'a typed table for pandas' },
} as const;
type Format = keyof typeof FORMATS;

/** The most ids that fit into one address. */
const MOST_IDS = 100;

export default function ExportDialog(props: ExportProps) {
  const { collection, conditions, sort, fields, columns, ids, title, onClose } = props;
  const { session } = useServices();
  const api = useApi();
  const [format, setFormat] = useState<Format>('csv');
  const [isShownOnly, setShownOnly] = useState(fields !== undefined);
  const [isChosenOnly, setChosenOnly] = useState(false);
  const [progress, setProgress] = useState<Progress | null>(null);
  const abort = useRef<AbortController | null>(null);
  useEffect(() => () => abort.current?.abort(), []);

  const asked = isChosenOnly ? new URLSearchParams({ '_id[in]': ids.join() }) : conditions;
  const count = useQuery({
    queryKey: ['export', collection, asked.toString()],
    queryFn: ({ signal }) => countRows(api, collection, asked, signal),
  });
  const run = useMutation({
    mutationFn: async () => {
      const name = `${title.replaceAll(/[^\p{L}\p{N}._-]+/gu, '-').slice(0, 80)}.${format}`;
      const file = await chooseFile(name);
      abort.current = new AbortController();
      setProgress({ bytes: 0, lines: 0 });
      const search = listParameters({
        conditions: asked,
        sort,
        fields: isShownOnly ? fields : undefined,
        owners: false,
      });
      return download(session, {
        address: `${listAddress(collection)}?${search}`,
        accept: FORMATS[format].type,
        name,
        file,
        signal: abort.current.signal,
        onProgress: setProgress,
      });
    },
  });
  const wasCancelled = run.error instanceof DOMException && run.error.name === 'AbortError';
  const cancel = () => abort.current?.abort();
  const number = count.data ? `${count.data.isExact ? '' : 'about '}${count.data.count.toLocaleString('en')}` : '…';
  const rows = `${number} ${count.data?.count === 1 ? 'row' : 'rows'}`;
  return (
    <Dialog open onClose={run.isPending ? undefined : onClose} fullWidth maxWidth="xs" aria-labelledby="export-title">
      <DialogTitle id="export-title">Export</DialogTitle>
      <DialogContent sx={{ display: 'flex', flexDirection: 'column', gap: 3 }}>
        <Box component="fieldset" disabled={run.isPending} sx={{ border: 0, m: 0, p: 0, display: 'grid', gap: 2 }}>
          <Box component="legend" sx={{ fontWeight: 600, mb: 1 }}>
            Format
          </Box>
          {(Object.keys(FORMATS) as Format[]).map((one) => (
            <label key={one}>
              <input type="radio" name="format" checked={format === one} onChange={() => setFormat(one)} />{' '}
              <b>{FORMATS[one].word}</b> {FORMATS[one].about}
            </label>
          ))}
        </Box>
        <Box component="fieldset" disabled={run.isPending} sx={{ border: 0, m: 0, p: 0, display: 'grid', gap: 2 }}>
          {fields !== undefined && (
            <label>
              <input type="checkbox" checked={isShownOnly} onChange={(event) => setShownOnly(event.target.checked)} />{' '}
              Only the {columns} columns shown
              {isShownOnly && format !== 'ndjson' && (
                <Box component="span" sx={{ display: 'block', pl: 6, color: 'text.secondary' }}>
                  The file also has the id and the revision, a column for the unit of each result, and{' '}
                  <code>_rest</code> for what fits no column.
                </Box>
              )}
            </label>
          )}
          {ids.length > 0 && ids.length <= MOST_IDS && (
            <label>
              <input type="checkbox" checked={isChosenOnly} onChange={(event) => setChosenOnly(event.target.checked)} />{' '}
              Only the {ids.length} chosen rows
            </label>
          )}
        </Box>
        <Box role="status">
          {progress === null && `${rows} in all.`}
          {progress !== null && run.isPending && `${bytes(progress.bytes)} of ${rows} so far`}
          {run.data && `Done: ${bytes(run.data.bytes)}, ${format === 'ndjson' ? linesText(run.data.lines) : rows}.`}
          {wasCancelled && 'Cancelled.'}
        </Box>
        {count.data?.isExact === false && (
          <Alert severity="info">Counting takes long here, so the number is an estimate.</Alert>
        )}
        {run.error && !wasCancelled && <Failure error={run.error} />}
      </DialogContent>
      <DialogActions>
        {run.isPending ? (
          <Button color="inherit" onClick={cancel}>
            Cancel
          </Button>
        ) : (
          <Button color="inherit" onClick={onClose}>
            Close
          </Button>
        )}
        <Button variant="contained" disabled={run.isPending} onClick={() => run.mutate()}>
          Export
        </Button>
      </DialogActions>
    </Dialog>
  );
}

const linesText = (lines: number) => (lines === 1 ? '1 row' : `${lines.toLocaleString('en')} rows`);
