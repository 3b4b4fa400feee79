// Requests of the application: their token, their one repetition, and what they wait for.
import { describe, expect, it } from 'vitest';

import { problem } from './server';
import { World } from './world';

describe('a request', () => {
  it('carries the token and what the caller gave', async () => {
    const world = new World();
    const tab = await world.loggedIn();
    const headers = { 'Content-Type': 'application/json' };
    const answer = await world.after(tab.session.fetch('/api/x', { method: 'POST', body: '{"a":1}', headers }));
    expect(await answer.json()).toEqual({ user: 'ada', path: '/api/x', body: { a: 1 } });
    expect(world.server.calls.at(-1)).toMatchObject({ method: 'POST', token: await tab.session.token() });
  });

  it('before the session is known waits for it', async () => {
    const world = new World();
    await world.loggedIn();
    const tab = world.tab();
    expect((await world.after(tab.session.fetch('/api/x'))).status).toBe(200);
    expect(tab.user).toBe('ada');
  });

  it('of nobody is sent without a token', async () => {
    const world = new World();
    const tab = world.tab();
    await world.after(tab.session.start());
    expect((await world.after(tab.session.fetch('/api/x'))).status).toBe(401);
    expect(world.server.calls.at(-1)?.token).toBeNull();
    expect(world.server.countOf('/auth/token-refresh')).toBe(1);
  });

  it('that is forbidden logs nobody out', async () => {
    const world = new World();
    const tab = await world.loggedIn();
    world.server.fail('/api/x', problem(403, 'insufficient_scope', 'This needs the scope x'));
    expect((await world.after(tab.session.fetch('/api/x'))).status).toBe(403);
    expect(tab.user).toBe('ada');
    expect(world.server.countOf('/api/x')).toBe(1);
  });

  it('with a wrong password is not repeated', async () => {
    const world = new World();
    const tab = await world.loggedIn();
    const challenge = { 'WWW-Authenticate': 'Bearer realm="tessera"' };
    world.server.fail('/api/x', problem(401, 'invalid_credentials', 'wrong', challenge));
    expect((await world.after(tab.session.fetch('/api/x'))).status).toBe(401);
    world.server.fail('/api/x', { status: 401 });
    expect((await world.after(tab.session.fetch('/api/x'))).status).toBe(401);
    expect(world.server.countOf('/api/x')).toBe(2);
    expect(tab.user).toBe('ada');
  });

  it('whose token is refused twice returns the second refusal', async () => {
    const world = new World();
    const tab = await world.loggedIn();
    const challenge = { 'WWW-Authenticate': 'Bearer realm="tessera", error="invalid_token"' };
    for (let i = 0; i < 2; i += 1)
      world.server.fail('/api/x', problem(401, 'invalid_token', `refusal ${i}`, challenge));
    const answer = await world.after(tab.session.fetch('/api/x'));
    expect(await answer.json()).toMatchObject({ detail: 'refusal 1' });
    expect(world.server.countOf('/api/x')).toBe(2);
    expect(tab.user).toBe('ada');
  });

  it('with a stream as its body is not repeated', async () => {
    const world = new World();
    const tab = await world.loggedIn();
    world.server.fail('/api/x', { status: 401, headers: { 'WWW-Authenticate': 'Bearer error="invalid_token"' } });
    const body = new ReadableStream();
    expect((await world.after(tab.session.fetch('/api/x', { method: 'PUT', body }))).status).toBe(401);
    expect(world.server.countOf('/api/x')).toBe(1);
  });

  it('that is refused while the service cannot refresh fails as that did, and does not look like a logout', async () => {
    const world = new World();
    const tab = await world.loggedIn();
    world.clock.time += 400_000;
    tab.slept = 400_000;
    world.server.fail('/auth/token-refresh', problem(503, 'unavailable', 'later'));
    await expect(world.after(tab.session.fetch('/api/x'))).rejects.toMatchObject({ status: 503 });
    expect(tab.user).toBe('ada');
  });

  it('that fails fails as that of window.fetch', async () => {
    const world = new World();
    const tab = await world.loggedIn();
    world.server.fail('/api/x', 'offline');
    await expect(world.after(tab.session.fetch('/api/x'))).rejects.toBeInstanceOf(TypeError);
  });

  it('that its caller gives up does not wait for the token, and the refresh continues', async () => {
    const world = new World();
    const tab = await world.loggedIn();
    await world.clock.advance(272_000);
    const leaving = new AbortController();
    const request = tab.session.fetch('/api/x', { signal: leaving.signal });
    const refused = expect(request).rejects.toMatchObject({ name: 'AbortError' });
    leaving.abort();
    await refused;
    await expect(tab.session.fetch('/api/x', { signal: leaving.signal })).rejects.toMatchObject({ name: 'AbortError' });
    await world.clock.advance(1_000);
    expect(world.server.countOf('/api/x')).toBe(0);
    expect(world.server.countOf('/auth/token-refresh')).toBe(2);
  });

  it.each([
    'https://elsewhere.example/',
    '//elsewhere.example/',
    '/\\elsewhere.example',
    '/\t/elsewhere.example',
    'api/x',
  ])('to %j never gets the token', async (address) => {
    const world = new World();
    const tab = await world.loggedIn();
    const before = world.server.calls.length;
    await expect(tab.session.fetch(address)).rejects.toThrow('expected a path of this origin');
    expect(world.server.calls).toHaveLength(before);
  });

  it('goes to the origin of the services where that is another', async () => {
    const world = new World();
    const seen: [string, RequestCredentials | undefined][] = [];
    const fetch = (input: string, init: RequestInit = {}) => {
      seen.push([input, init.credentials]);
      return Promise.resolve(new Response(null, { status: 401 }));
    };
    const tab = world.tab({ base: 'https://tessera.example.org', fetch });
    await tab.session.start();
    await tab.session.fetch('/api/x');
    expect(seen).toEqual([
      ['https://tessera.example.org/auth/token-refresh', 'include'],
      ['https://tessera.example.org/api/x', undefined],
    ]);
  });
});

describe('a token for a stream', () => {
  it('is refreshed when its end is near', async () => {
    const world = new World();
    const tab = await world.loggedIn();
    const first = await tab.session.token();
    await world.clock.advance(272_000);
    const second = await world.after(tab.session.token(new AbortController().signal));
    expect(second).not.toBe(first);
  });

  it('is the old one while that is valid and the service is away', async () => {
    const world = new World();
    const tab = await world.loggedIn();
    const first = await tab.session.token();
    await world.clock.advance(272_000);
    world.server.fail('/auth/token-refresh', 'offline');
    expect(await world.after(tab.session.token())).toBe(first);
  });
});
