// @vitest-environment node
// Session, data provider and stream against services that run: TESSERA=http://127.0.0.1:8080 npm test. Best with
// AUTH__TOKENS__ACCESS_TTL=2, so that tokens expire on the way. Each run signs up a user of its own.
import { afterEach, beforeAll, describe, expect, it } from 'vitest';

import { ProblemError } from '@/api/problem';
import { createSession, type PageEvent, type Session } from '@/session';

import { ConflictError, createDataProvider } from '../dataProvider';
import { createStream } from '../stream';

const services = process.env.TESSERA;
const PASSWORD = 'a long sentence for one test run';
const EMAIL = `console-${Date.now()}@example.org`;

/** The cookie jar and the channel of one browser. */
class Browser {
  private readonly cookies = new Map<string, string>();
  private readonly ends = new Set<Set<(message: unknown) => void>>();
  readonly sent: string[] = [];

  fetch = async (path: string, init: RequestInit = {}): Promise<Response> => {
    this.sent.push(path);
    const headers = new Headers(init.headers);
    headers.set('Origin', services ?? '');
    headers.set('Cookie', [...this.cookies].map((pair) => pair.join('=')).join('; '));
    const response = await fetch(`${services}${path}`, { ...init, headers });
    for (const cookie of response.headers.getSetCookie()) {
      const [name = '', value = ''] = (cookie.split(';')[0] ?? '').split('=');
      if (value === '') this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return response;
  };

  openChannel = () => {
    const heard = new Set<(message: unknown) => void>();
    this.ends.add(heard);
    return {
      post: (message: unknown) => {
        const others = [...this.ends].filter((end) => end !== heard);
        setTimeout(() => others.forEach((end) => end.forEach((listener) => listener(structuredClone(message)))), 1);
      },
      listen: (listener: (message: unknown) => void) => {
        heard.add(listener);
        return () => heard.delete(listener);
      },
      close: () => this.ends.delete(heard),
    };
  };

  tab(): Session {
    const session = createSession({ ...platform, fetch: this.fetch, openChannel: this.openChannel });
    open.push(session);
    return session;
  }
}

const platform = {
  now: () => performance.now(),
  locks: null,
  timers: {
    set: (work: () => void, delay: number) => setTimeout(work, delay),
    clear: (timer: unknown) => clearTimeout(timer as ReturnType<typeof setTimeout>),
  },
  page: { visible: () => true, on: (_event: PageEvent) => () => undefined },
};
const open: { stop(): void }[] = [];
const pause = (delay: number) => new Promise((resolve) => setTimeout(resolve, delay));

afterEach(() => open.splice(0).forEach((one) => one.stop()));

describe.skipIf(services === undefined)('beside services that run', { timeout: 60_000 }, () => {
  beforeAll(async () => {
    const headers = { 'Content-Type': 'application/json' };
    const body = JSON.stringify({ email: EMAIL, password: PASSWORD, full_name: 'Console Test' });
    expect((await fetch(`${services}/auth/users`, { method: 'POST', headers, body })).status).toBe(201);
  });

  it('seven tabs stay logged in while tokens expire, and all are logged out', async () => {
    const browser = new Browser();
    const first = browser.tab();
    expect(await first.start()).toEqual({ kind: 'anonymous' });
    await expect(first.login(EMAIL, 'not the password')).rejects.toMatchObject({ status: 401 });
    expect(await first.login(EMAIL, PASSWORD)).toMatchObject({ identity: { email: EMAIL, full_name: 'Console Test' } });
    const tabs = [first, ...Array.from({ length: 6 }, () => browser.tab())];
    await Promise.all(tabs.map((tab) => tab.start()));
    for (let round = 0; round < 3; round += 1) {
      const answers = await Promise.all(tabs.map((tab) => tab.fetch('/api/calculations?limit=1')));
      expect(answers.map((answer) => answer.status)).toEqual(Array(7).fill(200));
      await pause(1_100);
    }
    await tabs[3]?.logout();
    await pause(50);
    expect(tabs.map((tab) => tab.state().kind)).toEqual(Array(7).fill('anonymous'));
    expect(await browser.tab().start()).toEqual({ kind: 'anonymous' });
  });

  it('a logout everywhere reaches another browser', async () => {
    const [here, there] = [new Browser().tab(), new Browser().tab()];
    for (const tab of [here, there]) {
      await tab.start();
      await tab.login(EMAIL, PASSWORD);
    }
    await here.logoutEverywhere(PASSWORD);
    await pause(1_500);
    expect((await there.fetch('/api/calculations?limit=1')).status).toBe(401);
    expect(there.state()).toMatchObject({ kind: 'anonymous' });
  });

  it('documents are listed, saved, merged and removed, and the stream says so across the end of tokens', async () => {
    const browser = new Browser();
    const session = browser.tab();
    await session.start();
    await session.login(EMAIL, PASSWORD);
    const provider = createDataProvider(session);
    const stream = createStream({
      ...platform,
      session,
      openChannel: null,
      wall: () => Date.now(),
      tab: 'a',
    });
    open.push(stream);
    const seen: string[] = [];
    stream.watch(['calculations'], (event) => {
      seen.push(event.kind === 'change' ? `${event.change.type} ${event.change._id}` : event.kind);
    });
    stream.start();
    await expect.poll(() => stream.state().kind, { timeout: 5_000 }).toBe('live');

    const C = 'calculations';
    const ids: string[] = [];
    for (let i = 0; i < 5; i += 1) {
      const data = { name: `${EMAIL} ${i}`, code: { name: 'test' }, status: 'planned', method: null };
      ids.push((await provider.create(C, { data })).data.id);
    }
    const list = { filter: { 'name[prefix]': EMAIL }, sort: { field: 'name', order: 'DESC' as const } };
    const third = await provider.getList(C, { ...list, pagination: { page: 3, perPage: 2 }, meta: { count: 'exact' } });
    expect(third.data.map(({ id }) => id)).toEqual([ids[0]]);
    expect([third.total, third.pageInfo]).toEqual([5, { hasNextPage: false, hasPreviousPage: true }]);
    expect((await provider.getMany(C, { ids: ids.slice(1, 3) })).data).toHaveLength(2);
    await pause(1_100);

    const id = ids[0] ?? '';
    const { data: read } = await provider.getOne(C, { id });
    await provider.update(C, { id, data: { status: 'running', tags: ['x'] }, previousData: read });
    const conflict = await provider
      .update(C, { id, data: { ...read, status: 'failed', method: 'SOR' }, previousData: read })
      .catch((error: unknown) => error);
    if (!(conflict instanceof ConflictError)) throw new Error('expected a conflict');
    const { merged, collisions } = conflict.merge();
    expect(collisions.map(({ path }) => path)).toEqual([['status']]);
    const { current } = conflict.documents;
    const saved = await provider.update(C, { id, data: merged, previousData: current });
    expect(saved.data).toMatchObject({ status: 'running', method: 'SOR', tags: ['x'], _revision: 3 });
    const wrong = provider.update(C, { id, data: { status: 'odd' }, previousData: saved.data });
    await expect(wrong).rejects.toMatchObject({ status: 422, body: { errors: { status: expect.any(String) } } });

    // The stream ends with its token, a leeway of 5 s later, and continues with the next one.
    const connections = () => browser.sent.filter((path) => path.startsWith('/api/changes')).length;
    await expect.poll(connections, { timeout: 20_000 }).toBeGreaterThan(1);
    await provider.deleteMany(C, { ids });
    await expect.poll(() => seen.filter((line) => line.startsWith('delete')).length, { timeout: 10_000 }).toBe(5);
    expect(seen).toEqual([
      'reset',
      ...ids.map((inserted) => `insert ${inserted}`),
      `patch ${id}`,
      `patch ${id}`,
      ...seen.slice(-5),
    ]);
    await expect(provider.getOne(C, { id })).rejects.toBeInstanceOf(ProblemError);
  });
});
