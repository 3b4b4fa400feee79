// Collections as a data provider of react-admin: documents with `id`, numbered pages, saves that overwrite nobody.
import type { DataProvider, RaRecord, UpdateParams } from 'ra-core';

import { Api } from '@/api/client';
import { type JsonObject, toNumber } from '@/api/json';
import { ProblemError } from '@/api/problem';
import type { Session } from '@/session';

import { ConflictError, failureOfWrite } from './data/failures';
import { Cursors, type Page } from './data/pages';
import { listItem, searchOf, type ListMeta, type ListQuery } from './data/query';
import { contentOf, difference, withoutEmpty } from './data/values';

export { ConflictError, RefusedError } from './data/failures';
export { merge3, withValue, type Collision, type Merge } from './data/merge3';
export type { ListMeta } from './data/query';

/** How many documents are asked for by id in one request. */
const IDS = 100;
/** How many writes of a bulk action are under way at once. */
const WRITES = 4;
const PAGE = { page: 1, perPage: 50 };

type Record = RaRecord<string> & JsonObject;
type Signal = { signal?: AbortSignal | undefined };
type PageQuery = ListQuery & { pagination?: typeof PAGE } & Signal;
type ReferenceQuery = PageQuery & { target: string; id: string };

/**
 * The data provider. A resource is a collection. `meta` of a list: see `ListMeta`. A save sends only what changed since
 * the record was read, with `If-Match`; if somebody else has changed it since, it rejects with a `ConflictError`.
 */
export function createDataProvider(session: Pick<Session, 'fetch'>): DataProvider {
  const documents = new Documents(new Api(session));
  // What react-admin passes and expects is generic in a way that no implementation can have.
  return documents as object as DataProvider;
}

class Documents {
  readonly supportAbortSignal = true;
  private readonly cursors = new Cursors();

  constructor(private readonly api: Api) {}

  getList = async (resource: string, { pagination: { page, perPage } = PAGE, signal, ...query }: PageQuery) => {
    const search = searchOf(query);
    const list = `${resource}?${search}`;
    const read = ({ after, limit, onlyIds }: { after: string | null; limit: number; onlyIds: boolean }) => {
      const asked = new URLSearchParams(search);
      asked.set('limit', String(limit));
      if (after !== null) asked.set('after', after);
      if (onlyIds) asked.set('fields', '_id');
      if (onlyIds) ['view', 'count', 'expand'].forEach((name) => asked.delete(name));
      return this.read(resource, asked, signal);
    };
    const found = await this.cursors.page(list, page, perPage, read).catch((error: unknown) => {
      // A cursor is refused if the documents around it have changed: the pages are counted again then.
      const isCursor = error instanceof ProblemError && error.errors.some(({ parameter }) => parameter === 'after');
      if (isCursor && this.cursors.forget(list)) return this.cursors.page(list, page, perPage, read);
      throw error;
    });
    // The last page says how many there are.
    const isLast = found.next === null && (page === 1 || found.items.length > 0);
    const total = isLast ? (page - 1) * perPage + found.items.length : toNumber(found.total);
    const pageInfo = { hasNextPage: found.next !== null, hasPreviousPage: page > 1 };
    return { data: found.items.map(toRecord), pageInfo, ...(total !== undefined && { total }) };
  };

  getOne = async (resource: string, { id, meta, signal }: { id: string; meta?: ListMeta } & Signal) => {
    const query = searchOf({ meta: meta ?? {} });
    return { data: await this.document(resource, id, { query, signal }) };
  };

  getMany = async (resource: string, { ids, meta, signal }: { ids: string[]; meta?: ListMeta } & Signal) => {
    const chunks = Array.from({ length: Math.ceil(ids.length / IDS) }, (_, i) => ids.slice(i * IDS, (i + 1) * IDS));
    const pages = await Promise.all(
      chunks.map((chunk) => {
        const query = searchOf({ meta: meta ?? {} });
        query.set('_id[in]', chunk.map(listItem).join());
        query.set('limit', String(IDS));
        return this.read(resource, query, signal);
      }),
    );
    return { data: pages.flatMap(({ items }) => items.map(toRecord)) };
  };

  getManyReference = (resource: string, { target, id, filter = {}, ...params }: ReferenceQuery) =>
    this.getList(resource, { ...params, filter: { ...filter, [target]: id } });

  create = async (resource: string, { data }: { data: JsonObject }) => {
    const body = withoutEmpty(contentOf(data)) as JsonObject;
    const stored = await this.write(this.api.post('/api/{collection}', { path: { collection: resource }, body }));
    return { data: toRecord({ ...body, ...(stored as JsonObject) }) };
  };

  update = async (resource: string, { id, data, previousData }: Pick<UpdateParams, 'id' | 'data' | 'previousData'>) => {
    const base = await this.base(resource, String(id), previousData as JsonObject | undefined);
    const changed = { ...contentOf(base), ...contentOf(data as JsonObject) };
    const mine = withoutEmpty(changed, base) as JsonObject;
    const written = (content: JsonObject) => toRecord({ ...content, _id: base._id, _revision: base._revision });
    const operations = difference(contentOf(base), mine);
    if (operations.length === 0) return { data: toRecord(base) };
    try {
      const stored = await this.api.patch('/api/{collection}/{id}', {
        ...address(resource, String(id)),
        headers: { 'content-type': 'application/json-patch+json', 'if-match': tagOf(base) },
        body: operations,
      });
      return { data: toRecord({ ...written(mine), ...(stored as JsonObject) }) };
    } catch (error) {
      if (!(error instanceof ProblemError) || error.status !== 412) throw failureOfWrite(error);
      const current = await this.document(resource, String(id));
      throw new ConflictError(error, { base: toRecord(base), mine: written(mine), current });
    }
  };

  updateMany = async (resource: string, { ids, data }: { ids: string[]; data: JsonObject }) => {
    await inTurn(ids, (id) => this.update(resource, { id, data, previousData: undefined }));
    return { data: ids };
  };

  delete = async (resource: string, { id, previousData }: { id: string; previousData?: JsonObject }) => {
    const base = await this.base(resource, id, previousData);
    const headers = { 'if-match': tagOf(base) };
    await this.write(this.api.delete('/api/{collection}/{id}', { ...address(resource, id), headers }));
    return { data: toRecord(base) };
  };

  deleteMany = async (resource: string, { ids }: { ids: string[] }) => {
    await inTurn(ids, (id) => this.delete(resource, { id }));
    return { data: ids };
  };

  private async read(collection: string, query: URLSearchParams, signal: AbortSignal | undefined): Promise<Page> {
    const page = await this.api.get('/api/{collection}', { path: { collection }, query, signal });
    return page as unknown as Page;
  }

  private async document(
    resource: string,
    id: string,
    options: { query?: URLSearchParams; signal?: AbortSignal | undefined } = {},
  ): Promise<Record> {
    const stored = await this.api.get('/api/{collection}/{id}', { ...address(resource, id), ...options });
    return toRecord(stored as unknown as JsonObject);
  }

  /** The document as the caller read it; read now where they have no revision of it. */
  private async base(resource: string, id: string, read: JsonObject | undefined): Promise<JsonObject> {
    return read?._revision === undefined ? this.document(resource, id) : read;
  }

  private async write<T>(request: Promise<T>): Promise<T> {
    return request.catch((error: unknown) => {
      throw failureOfWrite(error);
    });
  }
}

function address(collection: string, id: string) {
  return { path: { collection, id } };
}

function toRecord(document: JsonObject): Record {
  return { ...document, id: String(document._id) };
}

function tagOf(document: JsonObject): string {
  return `"${String(document._revision)}"`;
}

/** Does it with each, a few at once. The first failure ends it: what was begun before is done. */
async function inTurn(ids: readonly string[], act: (id: string) => Promise<unknown>): Promise<void> {
  const waiting = [...ids];
  const work = async () => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      try {
        await act(id);
      } catch (error) {
        waiting.length = 0;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: WRITES }, work));
}
