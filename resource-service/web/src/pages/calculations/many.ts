// Changes many calculations one by one, each under the revision that was read, and reports what could not be changed.
import type { Api } from '@/api/client';
import { isObject, type JsonObject } from '@/api/json';
import { ProblemError } from '@/api/problem';

export interface Outcome {
  changed: string[];
  /** Nothing was to be changed there. */
  skipped: { id: string; why: string }[];
  failed: { id: string; why: string }[];
}

/** The members to change, or why nothing is. */
export type Change = (document: JsonObject) => { part: JsonObject } | { skip: string };

/** Documents that are changed at a time. */
const AT_ONCE = 4;
/** How often a document that somebody else changed meanwhile is read again. */
const ATTEMPTS = 3;

export async function changeMany(
  api: Api,
  ids: readonly string[],
  change: Change,
  signal: AbortSignal,
  onProgress: (done: number) => void,
): Promise<Outcome> {
  const outcome: Outcome = { changed: [], skipped: [], failed: [] };
  const waiting = [...ids];
  let done = 0;
  const worker = async () => {
    for (let id = waiting.shift(); id !== undefined && !signal.aborted; id = waiting.shift()) {
      try {
        const skip = await changeOne(api, id, change, signal);
        if (skip === undefined) outcome.changed.push(id);
        else outcome.skipped.push({ id, why: skip });
      } catch (error) {
        outcome.failed.push({ id, why: error instanceof Error ? error.message : String(error) });
      }
      done += 1;
      onProgress(done);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  for (const id of waiting) outcome.failed.push({ id, why: 'Cancelled.' });
  return outcome;
}

async function changeOne(api: Api, id: string, change: Change, signal: AbortSignal): Promise<string | undefined> {
  for (let attempt = 1; ; attempt++) {
    const { data, etag } = await api.call('get', '/api/calculations/{id}', { path: { id }, signal });
    const document: unknown = data;
    const asked = change(isObject(document) ? document : {});
    if ('skip' in asked) return asked.skip;
    try {
      await api.patch('/api/calculations/{id}', {
        path: { id },
        headers: { 'content-type': 'application/merge-patch+json', ...(etag && { 'if-match': etag }) },
        body: asked.part,
        signal,
      });
      return undefined;
    } catch (error) {
      if (!(error instanceof ProblemError && error.status === 412) || attempt === ATTEMPTS) throw error;
    }
  }
}

function tagsOf(document: JsonObject): string[] {
  return Array.isArray(document.tags) ? document.tags.filter((tag) => typeof tag === 'string') : [];
}

export const addTag =
  (tag: string): Change =>
  (document) => {
    const tags = tagsOf(document);
    return tags.includes(tag) ? { skip: `has the tag ${tag} already` } : { part: { tags: [...tags, tag] } };
  };

export const removeTag =
  (tag: string): Change =>
  (document) => {
    const tags = tagsOf(document);
    return tags.includes(tag)
      ? { part: { tags: tags.filter((one) => one !== tag) } }
      : { skip: `does not have the tag ${tag}` };
  };

/** Sets what is planned or runs to failed; the reason is added to the note where the collection has one. */
export const setFailed =
  (reason: string, hasNote: boolean): Change =>
  (document) => {
    if (document.status === 'failed' || document.status === 'finished')
      return { skip: `is ${document.status} already` };
    const note = typeof document.note === 'string' && document.note !== '' ? `${document.note}\n\n${reason}` : reason;
    return { part: { status: 'failed', ...(hasNote && { note }) } };
  };
