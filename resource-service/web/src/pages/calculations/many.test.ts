import { describe, expect, test } from 'vitest';

import { Api } from '@/api/client';

import { addTag, changeMany, removeTag, setFailed } from './many';

/** A service that keeps documents in memory and checks `If-Match`. */
function service(documents: Record<string, { revision: number; body: Record<string, unknown> }>, disturb = 0) {
  let disturbances = disturb;
  const fetch = async (address: string, init?: RequestInit) => {
    const document = documents[address.split('/').at(-1) ?? ''];
    if (!document) return Response.json({ detail: 'There is no such document', code: 'not_found' }, { status: 404 });
    const etag = `"${document.revision}"`;
    if (init?.method === 'GET') return Response.json(document.body, { headers: { etag } });
    if (disturbances > 0) {
      disturbances -= 1;
      document.revision += 1;
    }
    const headers = new Headers(init?.headers);
    if (headers.get('if-match') !== `"${document.revision}"`) {
      return Response.json({ detail: 'stale', code: 'revision_mismatch' }, { status: 412 });
    }
    document.body = { ...document.body, ...(JSON.parse(String(init?.body)) as object) };
    document.revision += 1;
    return Response.json(document.body);
  };
  return new Api({ fetch });
}

const signal = () => new AbortController().signal;

describe('a change of many', () => {
  test('changes each, skips those that need none, and says which failed', async () => {
    const documents = {
      a: { revision: 1, body: { tags: ['x'] } },
      b: { revision: 1, body: { tags: ['new'] } },
      c: { revision: 7, body: {} },
    };
    const done: number[] = [];
    const outcome = await changeMany(service(documents), ['a', 'b', 'c', 'gone'], addTag('new'), signal(), (count) =>
      done.push(count),
    );
    expect(outcome.changed.toSorted()).toEqual(['a', 'c']);
    expect(outcome.skipped).toEqual([{ id: 'b', why: 'has the tag new already' }]);
    expect(outcome.failed).toEqual([{ id: 'gone', why: 'There is no such document' }]);
    expect(documents.a.body.tags).toEqual(['x', 'new']);
    expect(done.toSorted()).toEqual([1, 2, 3, 4]);
  });

  test('reads a document again that somebody else changed meanwhile', async () => {
    const documents = { a: { revision: 1, body: { tags: [] } } };
    const outcome = await changeMany(service(documents, 2), ['a'], addTag('t'), signal(), () => undefined);
    expect(outcome.changed).toEqual(['a']);
  });

  test('gives up where it is always changed', async () => {
    const documents = { a: { revision: 1, body: { tags: [] } } };
    const outcome = await changeMany(service(documents, 9), ['a'], addTag('t'), signal(), () => undefined);
    expect(outcome.failed).toEqual([{ id: 'a', why: 'stale' }]);
  });
});

test('a tag is removed and nothing else', () => {
  expect(removeTag('b')({ tags: ['a', 'b'] })).toEqual({ part: { tags: ['a'] } });
  expect(removeTag('b')({})).toEqual({ skip: 'does not have the tag b' });
});

test('what has ended is not set to failed, and a note is kept', () => {
  expect(setFailed('killed', true)({ status: 'finished' })).toEqual({ skip: 'is finished already' });
  expect(setFailed('killed', true)({ status: 'running', note: 'first' })).toEqual({
    part: { status: 'failed', note: 'first\n\nkilled' },
  });
  expect(setFailed('killed', false)({ status: 'running' })).toEqual({ part: { status: 'failed' } });
});
