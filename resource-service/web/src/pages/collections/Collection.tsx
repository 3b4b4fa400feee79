// The table of any collection, made from its definition, and the form for a new document.
import Button from '@mui/material/Button';
import { useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { Navigate, useNavigate, useParams } from 'react-router';

import { isObject, type JsonObject } from '@/api/json';
import { useShortcuts } from '@/app/keys';
import { holds } from '@/app/scopes';
import { useApi, useIdentity } from '@/app/services';
import { DocumentForm } from '@/forms/DocumentForm';
import { schemaFields } from '@/table-page/fields';
import { idOf, TablePage } from '@/table-page/TablePage';
import { useDefinition, type Definition } from '@/table-page/useFields';
import { listAddress } from '@/table-page/useRows';
import { Page } from '@/ui/page';
import { Answer, Empty } from '@/ui/states';
import { useToast } from '@/ui/toasts';
import { useParam } from '@/ui/urlState';

/** Columns of a collection without a view of its own. */
const MOST_USUAL = 8;

/** The columns of the view `summary`, else the first scalar fields. */
function usual({ views, schema }: Definition): readonly string[] {
  const summary = views?.summary;
  if (summary && summary.length > 0) return [...new Set([...summary, '_updated_at'])];
  const scalars = schemaFields(schema).filter(({ types, open }) => !open && !types.includes('object'));
  return [...scalars.slice(0, MOST_USUAL).map(({ path }) => path), '_owner', '_updated_at'];
}

export default function CollectionPage() {
  const { collection = '' } = useParams();
  // Another collection is another page, with a state of its own.
  return <One key={collection} collection={collection} />;
}

function One({ collection }: { collection: string }) {
  const { scopes } = useIdentity();
  const [isNew, setNew] = useParam('new');
  const definition = useDefinition(collection);
  const write = definition.data?.access.write;
  const mayWrite = write !== undefined && holds(scopes, write);
  const create = () => mayWrite && setNew('1', { push: true });
  useShortcuts('Documents', mayWrite ? [{ keys: 'n', label: 'New document', run: create }] : []);
  const addressOf = useCallback(
    (row: JsonObject) => `/c/${encodeURIComponent(collection)}/${encodeURIComponent(idOf(row))}`,
    [collection],
  );
  if (isNew && mayWrite) return <Create collection={collection} onClose={() => setNew(null)} />;
  if (collection === 'calculations' && !isNew) return <Navigate to="/calculations" replace />;
  return (
    <TablePage
      collection={collection}
      title={titleOf(definition.data, collection)}
      page={`c/${collection}`.slice(0, 100)}
      usual={usual}
      addressOf={addressOf}
      actions={
        mayWrite && (
          <Button variant="outlined" onClick={create} title="New document (n)">
            New
          </Button>
        )
      }
      empty={<Empty title={`There is nothing in ${collection} yet`} />}
    />
  );
}

function titleOf(definition: Definition | undefined, collection: string): string {
  const title = definition?.schema.title;
  return typeof title === 'string' && title !== '' ? `${collection} (${title})` : collection;
}

const NOTHING: JsonObject = {};

function Create({ collection, onClose }: { collection: string; onClose(): void }) {
  const api = useApi();
  const client = useQueryClient();
  const navigate = useNavigate();
  const toast = useToast();
  const definition = useDefinition(collection);
  const submit = async (document: JsonObject) => {
    const stored: unknown = await api.post<string>(listAddress(collection), { body: document });
    await client.invalidateQueries({ queryKey: ['total', collection] });
    const id = isObject(stored) ? idOf(stored) : '';
    toast({ text: `Stored as ${id}` });
    await navigate(`/c/${encodeURIComponent(collection)}/${encodeURIComponent(id)}`, { replace: true });
  };
  return (
    <Page title={`New document in ${collection}`}>
      <Answer query={definition}>
        {({ schema }) => (
          <DocumentForm schema={schema} base={NOTHING} action="Store" submit={submit} onCancel={onClose} />
        )}
      </Answer>
    </Page>
  );
}
