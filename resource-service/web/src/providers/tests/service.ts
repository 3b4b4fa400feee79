// A model of one collection of the service: pages by cursor, revisions, JSON Patch of top-level members.
import { parseJson, stringifyJson, type JsonObject } from '@/api/json';
import type { Session } from '@/session';

interface Sent {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: Headers;
  body: string | null;
}

interface Operation {
  op: string;
  path: string;
  value?: JsonObject[string];
}

/** A session whose requests this model answers. */
export class Service {
  readonly sent: Sent[] = [];
  readonly documents = new Map<string, JsonObject>();
  /** Answers to the next requests. */
  readonly refusals: { status: number; body: object }[] = [];

  readonly session: Pick<Session, 'fetch'> = {
    fetch: (input, init = {}) => {
      const url = new URL(input, 'http://x');
      const request: Sent = {
        method: init.method ?? 'GET',
        path: url.pathname,
        query: url.searchParams,
        headers: new Headers(init.headers),
        body: typeof init.body === 'string' ? init.body : null,
      };
      this.sent.push(request);
      const refusal = this.refusals.shift();
      if (refusal !== undefined) return Promise.resolve(problem(refusal.status, refusal.body));
      return Promise.resolve(this.answer(request));
    },
  };

  add(...documents: JsonObject[]): void {
    for (const document of documents) this.documents.set(String(document._id), { _revision: 1, ...document });
  }

  private answer(request: Sent): Response {
    const [, , , id] = request.path.split('/');
    if (id === undefined) return request.method === 'POST' ? this.create(request) : this.list(request);
    const document = this.documents.get(id);
    if (document === undefined) return problem(404, { code: 'not_found', detail: `There is no document "${id}"` });
    if (request.method === 'GET') return json(document);
    if (request.headers.get('if-match') !== `"${String(document._revision)}"`) {
      return problem(412, { code: 'revision_mismatch', detail: 'The document has changed; read it again and retry' });
    }
    if (request.method === 'DELETE') {
      this.documents.delete(id);
      return new Response(null, { status: 204 });
    }
    const next: JsonObject = { ...document, _revision: Number(document._revision) + 1 };
    for (const { op, path, value } of parseJson(request.body ?? '') as unknown as Operation[]) {
      if (op === 'remove') delete next[path.slice(1)];
      else next[path.slice(1)] = value;
    }
    this.documents.set(id, next);
    return json(next);
  }

  private create({ body }: Sent): Response {
    const document = { _id: 'new', _revision: 1, ...(parseJson(body ?? '') as JsonObject) };
    this.add(document);
    return json(document, 201);
  }

  private list({ query }: Sent): Response {
    const ids = query.get('_id[in]')?.split(',');
    const all = [...this.documents.values()].filter(({ _id }) => ids === undefined || ids.includes(String(_id)));
    const from = Number(query.get('after') ?? 0);
    const to = from + Number(query.get('limit') ?? 50);
    const next = to < all.length ? String(to) : null;
    const total = query.has('count') ? { total: all.length } : {};
    return json({ items: all.slice(from, to), next, ...total });
  }
}

function json(body: object, status = 200): Response {
  return new Response(stringifyJson(body), { status, headers: { 'Content-Type': 'application/json' } });
}

function problem(status: number, body: object): Response {
  return new Response(JSON.stringify({ status, ...body }), { status });
}
