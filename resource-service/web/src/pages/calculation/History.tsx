// Who changed what: the revisions, the difference of any two, and bringing one back.
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';
import { useQuery } from '@tanstack/react-query';
import { useState, type ComponentProps } from 'react';

import { useApi, useScope } from '@/app/services';
import { changesOf } from '@/calculations/changes';
import { usePeople } from '@/people/names';
import { ChangesView } from '@/review/ChangesView';
import { Revisions } from '@/review/Revisions';
import { Confirm } from '@/ui/confirm';
import { Section } from '@/ui/page';
import { Answer } from '@/ui/states';
import { useToast } from '@/ui/toasts';
import { useParam, useSetParams } from '@/ui/urlState';

import { fetchRevision, ifMatch, useRefresh, useVersions, type Calculation, type Version } from '@/calculations/data';
import { stepParam } from '@/plots/params';

interface HistoryProps {
  /** As it is now; nothing where it was removed. */
  current: Calculation | undefined;
  id: string;
}

export function History({ current, id }: HistoryProps) {
  const query = useVersions(id);
  const versions = { ...query, data: query.data?.pages.flatMap(({ items }) => items) };
  return (
    <Answer query={versions}>
      {(all) => (
        <>
          <Difference id={id} versions={all} />
          <Section title="Revisions">
            <Listed id={id} current={current} versions={all} older={query} />
          </Section>
        </>
      )}
    </Answer>
  );
}

type ListedProps = HistoryProps & Pick<ComponentProps<typeof Revisions>, 'versions' | 'older'>;

function Listed({ id, current, versions, older }: ListedProps) {
  const people = usePeople(versions.map(({ by }) => by));
  const set = useSetParams();
  const [restored, setRestored] = useState<number | null>(null);
  const mayWrite = useScope('calculations:write');
  const newest = versions[0]?.revision ?? 0;
  return (
    <>
      <Revisions
        versions={versions}
        older={older}
        nameOf={(by) => people.get(by) ?? (by === current?._owner ? (current._owner_name ?? undefined) : undefined)}
        actions={({ revision, removed }) => (
          <>
            {!removed && (
              <Button onClick={() => set({ revision: String(revision), tab: null }, { push: true })}>Show</Button>
            )}
            {revision > 1 && <Button onClick={() => set({ diff: `${revision - 1}-${revision}` })}>Difference</Button>}
            {mayWrite && revision !== newest && !removed && (
              <Button onClick={() => setRestored(revision)}>Restore</Button>
            )}
          </>
        )}
      />
      {restored !== null && <Restore id={id} revision={restored} newest={newest} onClose={() => setRestored(null)} />}
    </>
  );
}

interface RestoreProps {
  id: string;
  revision: number;
  newest: number;
  onClose(): void;
}

function Restore({ id, revision, newest, onClose }: RestoreProps) {
  const api = useApi();
  const toast = useToast();
  const refresh = useRefresh(id);
  const run = async () => {
    await api.post<string>('/api/calculations/{id}/versions/{revision}/restore', {
      path: { id, revision },
      headers: ifMatch(newest),
    });
    toast({ text: `Revision ${revision} is restored as revision ${newest + 1}.` });
    await refresh();
  };
  return (
    <Confirm title={`Restore revision ${revision}?`} action="Restore" run={run} onClose={onClose}>
      The content of revision {revision} becomes a new revision. Revision {newest} stays in the history. Verdicts on it
      become stale.
    </Confirm>
  );
}

function Difference({ id, versions }: { id: string; versions: readonly Version[] }) {
  const kept = versions.filter(({ removed }) => !removed).map(({ revision }) => revision);
  const [text, setText] = useParam('diff');
  const [from, to] = text.split('-').map(stepParam);
  if (kept.length < 2) return null;
  const [before, after] = [from ?? kept[1] ?? 1, to ?? kept[0] ?? 1];
  const options = [...new Set([...kept, before, after])].toSorted((a, b) => b - a);
  const select = (label: string, value: number, change: (revision: number) => void) => (
    <TextField
      select
      label={label}
      value={value}
      onChange={(event) => change(Number(event.target.value))}
      sx={{ width: 120 }}
    >
      {options.map((revision) => (
        <MenuItem key={revision} value={revision}>
          {revision}
        </MenuItem>
      ))}
    </TextField>
  );
  return (
    <Section title="Difference of two revisions">
      <Box sx={{ display: 'flex', gap: 3, mb: 2, flexWrap: 'wrap' }}>
        {select('From revision', before, (revision) => setText(`${revision}-${after}`))}
        {select('To revision', after, (revision) => setText(`${before}-${revision}`))}
      </Box>
      <Changes id={id} from={before} to={after} />
    </Section>
  );
}

function Changes({ id, from, to }: { id: string; from: number; to: number }) {
  const api = useApi();
  const query = useQuery({
    queryKey: ['calculations', id, 'difference', from, to],
    queryFn: async ({ signal }) => {
      const [before, after] = await Promise.all([
        fetchRevision(api, id, from, signal),
        fetchRevision(api, id, to, signal),
      ]);
      // Both are here: all members are compared.
      return changesOf([{ op: 'replace', path: '' }], before, after);
    },
    staleTime: Infinity,
  });
  return <Answer query={query}>{(changes) => <ChangesView changes={changes} />}</Answer>;
}
