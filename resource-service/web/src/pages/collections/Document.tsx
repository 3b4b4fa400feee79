// One document of any collection: its content, its history, who may use it; edited under the revision that was read.
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Tab from '@mui/material/Tab';
import Tabs from '@mui/material/Tabs';
import { useState } from 'react';
import { Link, useParams } from 'react-router';

import { asStored, type JsonObject } from '@/api/json';
import { ProblemError } from '@/api/problem';
import { useShortcuts } from '@/app/keys';
import { holds } from '@/app/scopes';
import { useApi, useIdentity } from '@/app/services';
import { DocumentForm } from '@/forms/DocumentForm';
import { MergeDialog } from '@/forms/MergeDialog';
import { useDefinition, type Definition } from '@/table-page/useFields';
import { CopyButton } from '@/ui/copy';
import { Page, Section } from '@/ui/page';
import { Answer } from '@/ui/states';
import { TimeText } from '@/ui/time';
import { useToast } from '@/ui/toasts';
import { useParam } from '@/ui/urlState';

import { Access } from './Access';
import { readStored, replaceStored, useRefreshDocument, useStored, type Stored } from './document';
import { History } from './History';
import { JsonTree } from './JsonTree';
import { Remove } from './Remove';

export default function DocumentPage() {
  const { collection = '', id = '' } = useParams();
  const definition = useDefinition(collection);
  const stored = useStored(collection, id);
  const title = titleOf(stored.data?.document, id);
  return (
    <Answer query={definition}>
      {(found) =>
        stored.data === undefined ? (
          <Page title={title}>
            <Answer query={stored}>{() => null}</Answer>
          </Page>
        ) : (
          <Loaded key={`${collection} ${id}`} {...{ collection, id, title }} definition={found} stored={stored.data} />
        )
      }
    </Answer>
  );
}

function titleOf(document: JsonObject | undefined, id: string): string {
  const name = document?.name ?? document?.title;
  return typeof name === 'string' && name !== '' ? name.slice(0, 200) : id;
}

export interface DocumentProps {
  collection: string;
  id: string;
  title: string;
  definition: Definition;
  stored: Stored;
}

function Loaded(props: DocumentProps) {
  const { collection, id, title, definition, stored } = props;
  const { scopes } = useIdentity();
  const [tab, setTab] = useParam('tab', 'document');
  const [isEditing, setEditing] = useState(false);
  const [isRemoving, setRemoving] = useState(false);
  const { write } = definition.access;
  const mayWrite = write !== undefined && holds(scopes, write);
  useShortcuts(
    'This document',
    mayWrite && !isEditing
      ? [
          { keys: 'e', label: 'Edit', run: () => setEditing(true) },
          { keys: 'Delete', label: 'Delete', run: () => setRemoving(true) },
        ]
      : [],
  );
  const { document } = stored;
  return (
    <Page
      title={title}
      heading={
        <>
          <Link to={`/c/${encodeURIComponent(collection)}`}>{collection}</Link> / <bdi>{title}</bdi>
        </>
      }
      actions={
        mayWrite &&
        !isEditing && (
          <>
            <Button variant="outlined" onClick={() => setEditing(true)} title="Edit (e)">
              Edit
            </Button>
            <Button color="error" onClick={() => setRemoving(true)} title="Delete (Delete)">
              Delete
            </Button>
          </>
        )
      }
    >
      <Box
        sx={{
          px: 4,
          py: 1,
          color: 'text.secondary',
          display: 'flex',
          flexWrap: 'wrap',
          columnGap: 4,
          alignItems: 'center',
        }}
      >
        <span>
          <code>{id}</code>
          <CopyButton text={id} label="Copy the id" />
        </span>
        <span>revision {asStored(document._revision)}</span>
        <span>
          changed <TimeText at={textOf(document._updated_at)} form="both" />
        </span>
      </Box>
      {isEditing ? (
        <Edit {...props} onClose={() => setEditing(false)} />
      ) : (
        <>
          <Tabs
            value={tab}
            onChange={(_, next: string) => setTab(next)}
            sx={{ px: 2, borderBottom: 1, borderColor: 'divider' }}
          >
            <Tab value="document" label="Document" />
            {definition.versioned && <Tab value="history" label="History" />}
            <Tab value="access" label="Access" />
          </Tabs>
          {tab === 'history' && definition.versioned ? (
            <History {...props} mayWrite={mayWrite} />
          ) : tab === 'access' ? (
            <Access {...props} />
          ) : (
            <Section
              title="Content"
              actions={<CopyButton text={asStored(document)} label="Copy the document as JSON" />}
            >
              <JsonTree value={document} />
            </Section>
          )}
        </>
      )}
      {isRemoving && <Remove {...props} onClose={() => setRemoving(false)} />}
    </Page>
  );
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** Both states when somebody else was faster. */
interface Clash {
  mine: JsonObject;
  theirs: Stored;
}

function Edit({ collection, id, definition, stored, onClose }: DocumentProps & { onClose(): void }) {
  const api = useApi();
  const toast = useToast();
  const refresh = useRefreshDocument(collection, id);
  // What was read when editing began: the stored document may be read again meanwhile.
  const [base] = useState(stored);
  const [clash, setClash] = useState<Clash | null>(null);
  const done = async () => {
    await refresh();
    toast({ text: 'Saved' });
    onClose();
  };
  const submit = async (document: JsonObject) => {
    try {
      await replaceStored(api, collection, id, { document, etag: base.etag });
    } catch (error) {
      if (!(error instanceof ProblemError) || error.status !== 412) throw error;
      setClash({ mine: document, theirs: await readStored(api, collection, id) });
      return;
    }
    await done();
  };
  const saveMerged = async (document: JsonObject, etag: string | null) => {
    try {
      await replaceStored(api, collection, id, { document, etag });
    } catch (error) {
      // Changed once more: the dialog shows the newest state.
      if (!(error instanceof ProblemError) || error.status !== 412) throw error;
      const theirs = await readStored(api, collection, id);
      setClash((before) => before && { ...before, theirs });
      return;
    }
    await done();
  };
  return (
    <>
      <DocumentForm schema={definition.schema} base={base.document} action="Save" submit={submit} onCancel={onClose} />
      {clash && (
        <MergeDialog
          key={clash.theirs.etag}
          base={base.document}
          mine={clash.mine}
          theirs={clash.theirs.document}
          save={(merged) => saveMerged(merged, clash.theirs.etag)}
          onBack={() => setClash(null)}
        />
      )}
    </>
  );
}
