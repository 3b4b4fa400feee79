// One file: its facts, download, and a look into its beginning. What is shown is bounded and cannot run.
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useEffect, useRef, useState } from 'react';

import { useApi } from '@/app/services';
import { previewOf, type FileEntry } from '@/calculations/files';
import { bytes } from '@/ui/bytes';
import { CopyButton } from '@/ui/copy';
import { Facts } from '@/ui/page';
import { Failure } from '@/ui/states';
import { TimeText } from '@/ui/time';

import { readWhole, saveBlob } from './download';
import { PreviewBody } from './PreviewBody';

interface FilePreviewProps {
  calculation: string;
  file: FileEntry;
}

export default function FilePreview({ calculation, file }: FilePreviewProps) {
  return (
    <Box component="section" aria-label={file.name} sx={{ minWidth: 0 }}>
      <Box sx={{ display: 'flex', gap: 2, alignItems: 'center', flexWrap: 'wrap', mb: 2 }}>
        <Box component="h2" sx={{ typography: 'h2', m: 0, flex: 1, overflowWrap: 'anywhere' }}>
          <bdi>{file.name}</bdi>
        </Box>
        <Download calculation={calculation} file={file} />
      </Box>
      <Facts
        facts={[
          [
            'Size',
            <span key="size" title={`${file.size.toLocaleString('en')} bytes`}>
              {bytes(file.size)}
            </span>,
          ],
          ['Type', file.content_type ?? 'not known'],
          ['Attached', <TimeText key="at" at={file.created_at} form="both" />],
          ...(file.sha256 === undefined
            ? []
            : [
                [
                  'SHA-256',
                  <span key="hash">
                    <code title={file.sha256}>{file.sha256.slice(0, 16)}…</code>
                    <CopyButton text={file.sha256} label="Copy the SHA-256" />
                  </span>,
                ] as const,
              ]),
        ]}
      />
      <Box sx={{ mt: 3, minWidth: 0 }}>
        <PreviewBody calculation={calculation} file={file} kind={previewOf(file)} />
      </Box>
    </Box>
  );
}

type State = { kind: 'idle' } | { kind: 'busy'; received: number } | { kind: 'failed'; error: unknown };

function Download({ calculation, file }: FilePreviewProps) {
  const api = useApi();
  const [state, setState] = useState<State>({ kind: 'idle' });
  const running = useRef<AbortController>(null);
  useEffect(() => () => running.current?.abort(), []);
  const start = async () => {
    const controller = new AbortController();
    running.current = controller;
    setState({ kind: 'busy', received: 0 });
    try {
      const progress = (received: number) => setState({ kind: 'busy', received });
      const blob = await readWhole(api, calculation, file.name, progress, controller.signal);
      saveBlob(blob, file.name);
      setState({ kind: 'idle' });
    } catch (error) {
      setState(controller.signal.aborted ? { kind: 'idle' } : { kind: 'failed', error });
    }
  };
  if (state.kind === 'busy') {
    return (
      <Button onClick={() => running.current?.abort()}>
        {bytes(state.received)} of {bytes(file.size)}: cancel
      </Button>
    );
  }
  return (
    <>
      <Button variant="outlined" onClick={() => void start()}>
        Download
      </Button>
      {state.kind === 'failed' && <Failure error={state.error} />}
    </>
  );
}
