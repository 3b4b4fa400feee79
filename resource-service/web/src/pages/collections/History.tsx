// The revisions of a document: who changed what, when; one of them brought back.
import Button from '@mui/material/Button';
import { useState } from 'react';

import { useApi } from '@/app/services';
import { Revisions } from '@/review/Revisions';
import { Confirm } from '@/ui/confirm';
import { Section } from '@/ui/page';
import { Answer } from '@/ui/states';
import { useToast } from '@/ui/toasts';

import { addressOfDocument, useRefreshDocument, useVersionList } from './document';
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
          <Revisions
            versions={all}
            older={query}
            actions={({ revision, removed }) =>
              mayWrite &&
              !removed &&
              revision !== all[0]?.revision && <Button onClick={() => setRestored(revision)}>Restore</Button>
            }
          />
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
