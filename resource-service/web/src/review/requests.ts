// Requests about reviews: give a verdict, take it back, ask for one. No React.
import type { Api } from '@/api/client';
import { toNumber } from '@/api/json';
import { ProblemError } from '@/api/problem';

import type { Owned } from '@/people/late';

import { namedOwners, type Owners, type Person } from './people';
import type { Document, QueuePage, Review, Subject, Verdict, Verdicts } from './types';
import { QUEUE_PARTS, verdictsOnPast, type QueuePart } from './verdicts';

/** Reviews of one calculation that are read to find an open request. */
const OPEN_AT_MOST = 100;

/** Keys of queries, so that a verdict refreshes what shows it. */
export const QUEUE = ['reviews', 'queue'] as const;
export const queueKey = (part: QueuePart | undefined) => [...QUEUE, part ?? 'all'] as const;
export const VERDICTS = ['reviews', 'verdicts'] as const;
export const verdictsKey = (calculation: string) => [...VERDICTS, calculation] as const;
export const REQUESTS = ['reviews', 'requests'] as const;
export const requestsKey = (calculation: string) => [...REQUESTS, calculation] as const;
export const calculationKey = (id: string) => ['review', 'calculation', id] as const;
export const revisionKey = (id: string) => ['review', 'revision', id] as const;

/** A verdict that was given, and what is needed to take it back. */
export interface Given {
  subject: Subject;
  verdict: Verdict;
  comment: string;
  review: { _id: string; _revision: number };
  /** The request as it was before, if the verdict answers one. */
  request: Review | null;
}

export async function fetchQueue(
  api: Api,
  part: QueuePart | undefined,
  after: string | undefined,
  signal?: AbortSignal,
): Promise<QueuePage> {
  const reason = part && QUEUE_PARTS[part].reasons.join(',');
  const page = await api.get<string>('/api/reviews/queue', { query: { reason, limit: 50, after }, signal });
  return page as unknown as QueuePage;
}

export async function fetchVerdicts(api: Api, calculation: string, signal?: AbortSignal): Promise<Verdicts> {
  const verdicts = await api.get<string>('/api/calculations/{id}/verdicts', { path: { id: calculation }, signal });
  return verdicts as unknown as Verdicts;
}

/** The verdicts on a past revision of a calculation. */
export async function fetchPastVerdicts(api: Api, past: Document, signal?: AbortSignal): Promise<Verdicts> {
  const { _id: id, _owner: owner, _revision: revision, quorum } = past;
  const [reviews, current] = await Promise.all([
    fetchReviewsOf(api, id, revision, signal),
    fetchVerdicts(api, id, signal).catch((error: unknown) => {
      // It was removed: the verdicts on its past are still there.
      if (error instanceof ProblemError && (error.status === 404 || error.status === 410)) return undefined;
      throw error;
    }),
  ]);
  const names = new Map(current?.items.flatMap(({ by, by_name: name }) => (name === undefined ? [] : [[by, name]])));
  return verdictsOnPast(reviews, { revision, owner, quorum: toNumber(quorum) ?? null, names });
}

/** Reviews that are read at once, and at most, to find the verdicts on a past revision. */
const AT_ONCE = 1000;
const READ_AT_MOST = 10_000;

/** The reviews that are bound to one revision of a calculation, newest first. */
export async function fetchReviewsOf(api: Api, calculation: string, revision: number, signal?: AbortSignal) {
  const found: Review[] = [];
  let after: string | undefined;
  do {
    // Each page begins after the one before.
    const page = (await api.get<string>('/api/reviews', {
      query: { calculation, revision, sort: '-_created_at', expand: '_owner', limit: AT_ONCE, after },
      signal,
    })) as unknown as { items: Review[]; next: string | null };
    found.push(...page.items);
    after = page.next ?? undefined;
  } while (after !== undefined && found.length < READ_AT_MOST);
  return found;
}

/** The current revision number of a calculation. */
export async function currentRevision(api: Api, id: string): Promise<number> {
  const document = await api.get<string>('/api/calculations/{id}', { path: { id }, query: { fields: 'name' } });
  return toNumber((document as unknown as Document)._revision) ?? 0;
}

/** The open requests for a verdict on a calculation, oldest first: as many as are read at once. */
export async function fetchRequests(api: Api, calculation: string, signal?: AbortSignal): Promise<Review[]> {
  const page = await api.get<string>('/api/reviews', {
    query: { calculation, state: 'requested', sort: '_created_at', limit: OPEN_AT_MOST, expand: '_owner' },
    signal,
  });
  return (page as unknown as { items: Review[] }).items;
}

/** Removes a request. */
export async function withdrawRequest(api: Api, request: Review): Promise<void> {
  await api.delete('/api/reviews/{id}', { path: { id: request._id }, headers: ifMatch(request) });
}

/** Assigns a request to a user, or to nobody. */
export async function assignRequest(api: Api, request: Review, assignee: string | null): Promise<void> {
  await api.patch<string>('/api/reviews/{id}', {
    path: { id: request._id },
    headers: ifMatch(request),
    body: { assignee },
  });
}

/** The open request that a verdict of `user` answers: one to them, else one to anybody that another person made. */
export async function openRequest(api: Api, calculation: string, user: string): Promise<Review | null> {
  const requests = await fetchRequests(api, calculation);
  const mine = requests.find(({ assignee }) => assignee === user);
  return mine ?? requests.find((one) => one.assignee === undefined && one.requested_by !== user) ?? null;
}

/** Gives a verdict on the revision of `subject`: answers the open request if there is one, else stands by itself. */
export async function giveVerdict(
  api: Api,
  user: string,
  subject: Subject,
  verdict: Verdict,
  comment: string,
): Promise<Given> {
  const request = await openRequest(api, subject._id, user);
  const text = comment.trim();
  const said = { verdict, revision: subject._revision };
  const own = text === '' ? {} : { comment: text };
  // The comment of a request is the requester's: the verdict has its own, or none.
  const none = request?.comment === undefined ? {} : { comment: null };
  const { data } = request
    ? await api.call<'patch', string>('patch', '/api/reviews/{id}', {
        path: { id: request._id },
        headers: ifMatch(request),
        body: { ...said, ...none, ...own },
      })
    : await api.call<'post', string>('post', '/api/reviews', { body: { calculation: subject._id, ...said, ...own } });
  const { _id, _revision } = data as unknown as Review;
  return { subject, verdict, comment, review: { _id, _revision }, request };
}

/** Takes a verdict back. What was asked for stays asked for. */
export async function takeBack(api: Api, { review, request }: Given): Promise<void> {
  const path = { id: review._id };
  const headers = ifMatch(review);
  if (!request) return api.delete('/api/reviews/{id}', { path, headers });
  const { revision, comment = null } = request;
  await api.patch<string>('/api/reviews/{id}', {
    path,
    headers,
    body: { verdict: null, state: 'requested', revision, comment },
  });
}

/** Outcome of asking for verdicts on several calculations. */
export interface Requested {
  made: number;
  refused: { calculation: string; detail: string }[];
}

interface Outcomes {
  items: { index: number; status: number; detail?: string }[];
}

/** Asks for a verdict on each of the calculations, of one person or of anybody. */
export async function requestReviews(
  api: Api,
  calculations: readonly string[],
  assignee: string | null,
): Promise<Requested> {
  const bodies = calculations.map((calculation) => ({
    calculation,
    state: 'requested',
    ...(assignee !== null && { assignee }),
  }));
  // One by itself is refused with a problem of its own, which names the field.
  if (bodies.length === 1) {
    await api.post<string>('/api/reviews', { body: bodies[0] });
    return { made: 1, refused: [] };
  }
  const { items } = (await api.post<string>('/api/reviews', { body: bodies })) as unknown as Outcomes;
  const refused = items
    .filter(({ status }) => status >= 400)
    .map(({ index, detail = 'refused' }) => ({ calculation: calculations[index] ?? '', detail }));
  return { made: bodies.length - refused.length, refused };
}

/** People whose e-mail address or name fits. Needs the scope users:read. */
export async function findPeople(api: Api, text: string, signal?: AbortSignal): Promise<Person[]> {
  interface Found {
    items: { kind: string; id: string; title: string; detail: string }[];
  }
  try {
    const found = await api.get<string>('/auth/search', { query: { q: text, limit: 20 }, signal });
    return (found as unknown as Found).items
      .filter(({ kind }) => kind === 'user')
      .map(({ id, title, detail }) => ({ id, email: title, name: detail === '' ? title : detail }));
  } catch (error) {
    // A service of an earlier version finds by the beginning of the address only.
    if (!(error instanceof ProblemError) || error.status !== 404) throw error;
    const page = await api.get('/auth/users', { query: { email: `${text}*`, limit: 20 }, signal });
    return page.items.map(({ id, email, full_name }) => ({ id, email, name: full_name ?? email }));
  }
}

/** Documents that are read to find people. */
const LOOKED_THROUGH = 1000;

/** The people that callers can know without the scope users:read: owners of the newest calculations and reviews. */
export async function fetchOwners(api: Api, user: string, signal?: AbortSignal): Promise<Owners> {
  const query = { fields: '_owner', expand: '_owner', sort: '-_created_at', limit: LOOKED_THROUGH };
  const pages = await Promise.all(
    ['/api/calculations', '/api/reviews'].map((path) => api.get<string>(path, { query, signal })),
  );
  return namedOwners(
    pages.flatMap((page) => (page as unknown as { items: Owned[] }).items),
    user,
  );
}

function ifMatch({ _revision }: { _revision: number }): Record<string, string> {
  return { 'if-match': `"${_revision}"` };
}
