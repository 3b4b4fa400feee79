// The revisions of a document, newest first: when, who, what changed, and what the reader can do with each.
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import type { ReactNode } from 'react';

import type { PatchOperation } from '@/calculations/changes';
import { summaryOf } from '@/calculations/summary';
import { DenseTable } from '@/ui/dense';
import { TimeText } from '@/ui/time';

import { PersonName } from './PersonName';

export interface Version {
  revision: number;
  at: string;
  by: string;
  removed: boolean;
  diff: PatchOperation[] | null;
}

interface RevisionsProps {
  versions: readonly Version[];
  /** The name of a user other than the reader; without one the id is shown. */
  nameOf?: (id: string) => string | undefined;
  /** The buttons of a revision. */
  actions(version: Version): ReactNode;
  /** The list that the versions are the beginning of. */
  older: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage(): unknown };
}

export function Revisions({ versions, nameOf, actions, older }: RevisionsProps) {
  return (
    <>
      <DenseTable
        label="Revisions"
        columns={[
          { title: 'Revision', align: 'right' },
          { title: 'When' },
          { title: 'Who', wrap: true },
          { title: 'What changed', wrap: true },
          { title: 'Actions' },
        ]}
        rows={versions.map((version, index) => ({
          key: String(version.revision),
          cells: [
            version.revision,
            <TimeText key="at" at={version.at} form="both" />,
            <PersonName key="by" id={version.by} name={nameOf?.(version.by)} />,
            <bdi key="what">{whatOf(version, versions[index + 1])}</bdi>,
            <Box key="actions" sx={{ display: 'flex', whiteSpace: 'nowrap' }}>
              {actions(version)}
            </Box>,
          ],
        }))}
      />
      {older.hasNextPage && (
        <Button loading={older.isFetchingNextPage} onClick={() => void older.fetchNextPage()}>
          Show older revisions
        </Button>
      )}
    </>
  );
}

/** What happened in a revision; `before` is the one before it. */
function whatOf({ removed, diff, revision }: Version, before: Version | undefined): string {
  if (removed) return 'removed';
  const summary = summaryOf(diff ?? [], revision === 1);
  if (!before?.removed) return summary;
  return (diff ?? []).length === 0 ? 'restored' : `restored; ${summary}`;
}
