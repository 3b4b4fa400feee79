// Deletes a document: with an undo where its collection keeps removed ones, else after a question.
import { useNavigate } from 'react-router';

import { useApi } from '@/app/services';
import { Confirm } from '@/ui/confirm';
import { useToast } from '@/ui/toasts';

import { addressOfDocument } from './document';
import type { DocumentProps } from './Document';

/** Milliseconds for which the undo is offered. */
const UNDO = 10_000;

export function Remove({ collection, id, title, definition, stored, onClose }: DocumentProps & { onClose(): void }) {
  const api = useApi();
  const toast = useToast();
  const navigate = useNavigate();
  const address = addressOfDocument(collection, id);
  const isKept = definition.versioned === true || definition.soft_delete === true;
  const restore = async () => {
    try {
      await api.post<string>(`${address}/restore`);
      await navigate(`/c/${encodeURIComponent(collection)}/${encodeURIComponent(id)}`);
    } catch (error) {
      toast({ tone: 'error', text: `Not restored: ${error instanceof Error ? error.message : String(error)}` });
    }
  };
  const run = async () => {
    await api.delete(address, { headers: stored.etag ? { 'if-match': stored.etag } : {} });
    toast({
      text: `Deleted ${title}`,
      shown: UNDO,
      ...(isKept && { action: { label: 'Undo', run: () => void restore() } }),
    });
    await navigate(`/c/${encodeURIComponent(collection)}`);
  };
  return (
    <Confirm title={`Delete ${title}?`} action="Delete" run={run} onClose={onClose}>
      {isKept
        ? 'The document disappears from lists. It can be restored by its id.'
        : 'This collection does not keep removed documents: the document cannot be restored.'}
    </Confirm>
  );
}
