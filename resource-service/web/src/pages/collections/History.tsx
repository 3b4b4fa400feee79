// The revisions of a document: who changed what, when; one of them brought back.
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useState } from 'react';

import { useApi, useIdentity } from '@/app/services';
import { summaryOf } from '@/calculations/summary';
import { Confirm } from '@/ui/confirm';
import { DenseTable } from '@/ui/dense';
import { Section } from '@/ui/page';
import { Answer } from '@/ui/states';
import { TimeText } from '@/ui/time';
import { useToast } from '@/ui/toasts';

import { addressOfDocument, useRefreshDocument, useVersionList, type Version } from './document';
import type { DocumentProps } from './Document';

export function History({ collection, id, stored, mayWrite }: DocumentProps & { mayWrite: boolean }) {
  const query = useVersionList(collection, id, stored.document._revision);
  const [restored, setRestored] = useState<number | null>(null);
  const api = useApi();
  const toast = useToast();
  const refresh = useRefreshDocument(collection, id);
  const restore = async (revision: number) => {
    await api.post<string>(`${addressOfDocument(collection, id)}/versions/${revision}/restore`, {
      headers: stored.etag ? { 'if-match': stored.etag } : {},
    });
    await refresh();
    toast({ text: `Revision ${revision} is restored` });
  };
  const versions = { ...query, data: query.data?.pages.flatMap((page) => page.items) };
  return (
    <Section title="Revisions">
      <Answer query={versions}>
        {(all) => (
          <>
            <Revisions all={all} onRestore={mayWrite ? setRestored : undefined} />
            {query.hasNextPage && (
              <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                Show older revisions
              </Button>
            )}
          </>
        )}
      </Answer>
      {restored !== null && (
        <Confirm
          title={`Restore revision ${restored}?`}
          action="Restore"
          run={() => restore(restored)}
          onClose={() => setRestored(null)}
        >
          Its content becomes a new revision; all others stay in the history.
        </Confirm>
      )}
    </Section>
  );
}

interface RevisionsProps {
  all: readonly Version[];
  onRestore: ((revision: number) => void) | undefined;
}

function Revisions({ all, onRestore }: RevisionsProps) {
  const { sub } = useIdentity();
  return (
    <DenseTable
      label="Revisions"
      columns={[
        { title: 'Revision', align: 'right' },
        { title: 'When' },
        { title: 'Who', wrap: true },
        { title: 'What changed', wrap: true },
        { title: '' },
      ]}
      rows={all.map(({ revision, at, by, removed, diff }, index) => ({
        key: String(revision),
        cells: [
          revision,
          <TimeText key="at" at={at} form="both" />,
          <bdi key="by">{by === sub ? 'you' : by}</bdi>,
          <bdi key="what">{removed ? 'removed' : summaryOf(diff ?? [], revision === 1)}</bdi>,
          <Box key="act">
            {onRestore && index > 0 && !removed && <Button onClick={() => onRestore(revision)}>Restore</Button>}
          </Box>,
        ],
      }))}
    />
  );
}
