// One definition: its text, and beside it what saving it would do.
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { useParams } from 'react-router';

import { parseJson } from '@/api/json';
import { ProblemError } from '@/api/problem';
import { useShortcuts } from '@/app/keys';
import { useApi } from '@/app/services';
import { Page } from '@/ui/page';
import { Answer, Failure, Loading } from '@/ui/states';
import { useToast } from '@/ui/toasts';
import { useUnsaved } from '@/ui/unsaved';

import { DryRun } from './DryRun';
import { example } from './example';
import { RemoveDefinition } from './RemoveDefinition';
import { useDryRun } from './useDryRun';

const Editor = lazy(() => import('./Editor'));

/** The served text with its entity tag, or an example where there is none. */
interface Served {
  text: string;
  etag: string | null;
}

export default function Definition() {
  const { name = '' } = useParams();
  const api = useApi();
  const served = useQuery({
    queryKey: ['/api/collections', name, 'text'],
    staleTime: Infinity,
    queryFn: async ({ signal }): Promise<Served> => {
      try {
        const response = await api.send('get', '/api/collections/{name}', { path: { name }, signal });
        return { text: pretty(await response.text()), etag: response.headers.get('etag') };
      } catch (error) {
        if (error instanceof ProblemError && error.status === 404) return { text: example(name), etag: null };
        throw error;
      }
    },
  });
  return (
    <Page title={`Definition of ${name}`} fill>
      <Answer query={served}>{(data) => <Workbench key={data.etag} name={name} served={data} />}</Answer>
    </Page>
  );
}

/** The JSON of a service with line breaks. Numbers of a definition are small enough to stay as they are. */
function pretty(text: string): string {
  return `${JSON.stringify(JSON.parse(text), null, 2)}\n`;
}

function Workbench({ name, served }: { name: string; served: Served }) {
  const api = useApi();
  const client = useQueryClient();
  const toast = useToast();
  const [text, setText] = useState(served.text);
  const [force, setForce] = useState(false);
  const [state, setState] = useState<{ busy: boolean; error?: unknown }>({ busy: false });
  const [removing, setRemoving] = useState(false);
  const dryRun = useDryRun(name, text);
  const isNew = served.etag === null;
  const { leave } = useUnsaved(text !== served.text);
  const isChanged = isNew || text !== served.text;

  const save = async () => {
    setState({ busy: true });
    try {
      await api.put<string>('/api/collections/{name}', {
        path: { name },
        query: { force: force || undefined },
        headers: served.etag === null ? { 'if-none-match': '*' } : { 'if-match': served.etag },
        body: parseJson(text),
      });
      toast({
        text: isNew
          ? `${name} is created; now give its scopes to a role`
          : `${name} is changed; every replica serves it within five seconds`,
      });
      await client.invalidateQueries({ queryKey: ['/api/collections'] });
      setState({ busy: false });
    } catch (error) {
      setState({ busy: false, error });
    }
  };
  const maySave = isChanged && dryRun.report !== undefined && (dryRun.report.compatible || force);
  useShortcuts('Definition', [{ keys: 'mod+s', label: 'Save the definition', run: () => maySave && void save() }]);

  return (
    <Box
      sx={{
        flex: 1,
        minHeight: 0,
        display: 'grid',
        gridTemplateColumns: { xs: '1fr', md: '1fr 400px' },
        gridTemplateRows: { xs: 'minmax(320px, 1fr) auto', md: '1fr' },
        overflow: 'auto',
      }}
    >
      <Suspense fallback={<Loading />}>
        <Editor label={`Definition of ${name}`} text={text} onChange={setText} />
      </Suspense>
      <Box
        component="aside"
        aria-label="Dry run"
        sx={{
          borderLeft: { md: '1px solid var(--t-palette-line)' },
          borderTop: { xs: '1px solid var(--t-palette-line)', md: 'none' },
          overflow: 'auto',
          p: 4,
        }}
      >
        <DryRun name={name} {...dryRun} isChanged={isChanged} isNew={isNew} />
        {dryRun.report && !dryRun.report.compatible && (
          <FormControlLabel
            control={<Checkbox checked={force} onChange={(event) => setForce(event.target.checked)} />}
            label="Save it anyway (force)"
          />
        )}
        {state.error !== undefined && <Failure error={state.error} />}
        <Box sx={{ display: 'flex', gap: 2, mt: 3, flexWrap: 'wrap' }}>
          <Button variant="contained" disabled={!maySave} loading={state.busy} onClick={() => void save()}>
            Save
          </Button>
          <Button disabled={text === served.text} onClick={() => leave(() => setText(served.text))}>
            Discard changes
          </Button>
          {!isNew && (
            <Button color="error" onClick={() => setRemoving(true)}>
              Remove
            </Button>
          )}
        </Box>
      </Box>
      {removing && <RemoveDefinition name={name} etag={served.etag} onClose={() => setRemoving(false)} />}
    </Box>
  );
}
