// One tab: when it refreshes, and what it makes of the answers, of sleep and of the back-forward cache.
import { describe, expect, it } from 'vitest';

import { ProblemError } from '@/api/problem';

import { problem } from './server';
import { World } from './world';

const REFRESH = '/auth/token-refresh';

describe('refreshing', () => {
  it('happens before the token expires, while the page is visible', async () => {
    const world = new World();
    const tab = await world.loggedIn();
    await world.clock.advance(240_000);
    expect(world.server.countOf(REFRESH)).toBe(1);
    await world.clock.advance(60_000);
    expect(world.server.countOf(REFRESH)).toBe(2);
    expect(tab.states).toHaveLength(2);
  });

  it('of a hidden page waits until it is seen', async () => {
    const world = new World();
    const tab = await world.loggedIn();
    tab.visible = false;
    await world.clock.advance(3_000_000);
    expect(world.server.countOf(REFRESH)).toBe(1);
    tab.visible = true;
    tab.happens('visible');
    await world.clock.advance(100);
    expect(world.server.countOf(REFRESH)).toBe(2);
    tab.happens('visible');
    await world.clock.advance(100);
    expect(world.server.countOf(REFRESH)).toBe(2);
  });

  it('of a token of three seconds leaves most of them', async () => {
    const world = new World();
    world.server.ttl = 3;
    const tab = await world.loggedIn();
    for (let second = 0; second < 20; second += 1) {
      const answer = await world.after(tab.session.fetch('/api/x'), 1_000);
      expect(answer.status).toBe(200);
    }
    expect(world.server.countOf(REFRESH)).toBeLessThan(12);
  });

  it('that is refused while the token was valid says that the session was revoked', async () => {
    const world = new World();
    const tab = await world.loggedIn();
    world.server.revoke('ada');
    expect((await world.after(tab.session.fetch('/api/x'))).status).toBe(401);
    expect(tab.session.state()).toEqual({ kind: 'anonymous', reason: 'revoked' });
  });

  it('that is refused after the token has expired says that the session has expired', async () => {
    const world = new World();
    const tab = await world.loggedIn();
    tab.visible = false;
    await world.clock.advance(400_000);
    world.server.revoke('ada');
    tab.visible = true;
    tab.happens('visible');
    await world.clock.advance(100);
    expect(tab.session.state()).toEqual({ kind: 'anonymous', reason: 'expired' });
  });

  it.each([
    ['429', problem(429, 'rate_limited', 'slow down', { 'Retry-After': '20' })],
    ['503', problem(503, 'unavailable', 'later', { 'Retry-After': '20' })],
  ])('that meets %s logs nobody out and waits as long as it was asked to', async (_, answer) => {
    const world = new World();
    const tab = await world.loggedIn();
    await world.clock.advance(272_000);
    const before = world.server.countOf(REFRESH);
    world.server.fail(REFRESH, answer);
    // The token is valid for some seconds more.
    expect((await world.after(tab.session.fetch('/api/x'))).status).toBe(200);
    expect(world.server.countOf(REFRESH)).toBe(before + 1);
    await world.clock.advance(12_000);
    expect((await world.after(tab.session.fetch('/api/x'))).status).toBe(200);
    expect(world.server.countOf(REFRESH)).toBe(before + 1);
    await world.clock.advance(10_000);
    expect(world.server.countOf(REFRESH)).toBe(before + 2);
    expect(tab.kind).toBe('authenticated');
  });

  it('that meets 503 without a time waits a second, and a request meanwhile gets the problem', async () => {
    const world = new World();
    const tab = await world.loggedIn();
    tab.visible = false;
    await world.clock.advance(400_000);
    world.server.fail(REFRESH, problem(503, 'unavailable', 'The store cannot be reached now'));
    await expect(world.after(tab.session.fetch('/api/x'))).rejects.toMatchObject({ status: 503 });
    const asked = world.server.countOf(REFRESH);
    await expect(world.after(tab.session.fetch('/api/x'))).rejects.toMatchObject({ status: 503 });
    expect(world.server.countOf(REFRESH)).toBe(asked);
    await world.clock.advance(1_000);
    expect((await world.after(tab.session.fetch('/api/x'))).status).toBe(200);
  });

  it('whose answer is lost is repeated within the grace, by a hidden page too', async () => {
    const world = new World();
    const tab = await world.loggedIn();
    tab.visible = false;
    await world.clock.advance(400_000);
    world.server.fail(REFRESH, 'lost');
    await expect(world.after(tab.session.fetch('/api/x'))).rejects.toMatchObject({ status: 0, code: 'offline' });
    await world.clock.advance(2_000);
    expect((await world.after(tab.session.fetch('/api/x'))).status).toBe(200);
  });

  it('that succeeds at last is over: a hidden page is quiet again', async () => {
    const world = new World();
    const tab = await world.loggedIn();
    tab.visible = false;
    await world.clock.advance(400_000);
    world.server.fail(REFRESH, 'lost');
    await expect(world.after(tab.session.token())).rejects.toMatchObject({ status: 0 });
    await world.clock.advance(2_000);
    const before = world.server.countOf(REFRESH);
    await world.clock.advance(3_000_000);
    expect(world.server.countOf(REFRESH)).toBe(before);
  });

  it('that was put off does not keep the next login from refreshing', async () => {
    const world = new World();
    const tab = await world.loggedIn();
    await world.clock.advance(272_000);
    world.server.fail(REFRESH, problem(429, 'rate_limited', 'slow down', { 'Retry-After': '900' }));
    await world.after(tab.session.token());
    await world.after(tab.session.login('bob', 'right'));
    await world.after(tab.session.reload());
    expect(tab.user).toBe('bob');
  });

  it('that gets no answer within ten seconds is given up and repeated', async () => {
    const world = new World();
    const tab = await world.loggedIn();
    tab.visible = false;
    await world.clock.advance(400_000);
    world.server.fail(REFRESH, 'hangs');
    const request = world.after(tab.session.fetch('/api/x'), 10_500);
    await expect(request).rejects.toMatchObject({ status: 0 });
    await world.clock.advance(1_500);
    expect((await world.after(tab.session.fetch('/api/x'))).status).toBe(200);
  });

  it('that a proxy answers with a page of its own logs nobody out', async () => {
    const world = new World();
    const tab = await world.loggedIn();
    await world.clock.advance(400_000);
    world.server.fail(REFRESH, { status: 200 });
    tab.visible = false;
    await world.clock.advance(400_000);
    await expect(world.after(tab.session.fetch('/api/x'))).rejects.toBeInstanceOf(ProblemError);
    expect(tab.user).toBe('ada');
  });

  it('comes at once when the browser is online again', async () => {
    const world = new World();
    const tab = await world.loggedIn();
    tab.visible = false;
    await world.clock.advance(400_000);
    for (let i = 0; i < 5; i += 1) world.server.fail(REFRESH, 'offline');
    await expect(world.after(tab.session.token())).rejects.toMatchObject({ status: 0 });
    await world.clock.advance(20_000);
    const before = world.server.countOf(REFRESH);
    tab.happens('online');
    await world.clock.advance(100);
    expect(world.server.countOf(REFRESH)).toBe(before + 1);
    expect((await world.after(tab.session.fetch('/api/x'))).status).toBe(200);
  });

  it('reads the user again when the scopes are others', async () => {
    const world = new World();
    const tab = await world.loggedIn();
    world.server.scopes.set('ada', ['calculations:read']);
    world.server.names.set('ada', 'Ada');
    await world.clock.advance(300_000);
    expect(tab.session.state()).toMatchObject({ identity: { scopes: ['calculations:read'], full_name: 'Ada' } });
  });
});

describe('the computer', () => {
  it('slept while its clock went on: the first request refreshes', async () => {
    const world = new World();
    const tab = await world.loggedIn();
    world.clock.time += 3_000_000;
    expect((await world.after(tab.session.fetch('/api/x'))).status).toBe(200);
    expect(world.server.calls.filter((call) => call.path === '/api/x')).toHaveLength(1);
  });

  it('slept while its clock stood still: the 401 is believed', async () => {
    const world = new World();
    const tab = await world.loggedIn();
    world.clock.time += 3_000_000;
    tab.slept = 3_000_000;
    expect((await world.after(tab.session.fetch('/api/x'))).status).toBe(200);
    expect(world.server.calls.filter((call) => call.path === '/api/x')).toHaveLength(2);
  });
});

describe('a page from the back-forward cache', () => {
  it('shows nothing before the service has answered, and then the same user', async () => {
    const world = new World();
    const tab = await world.loggedIn();
    tab.happens('restored');
    expect(tab.kind).toBe('unknown');
    const request = tab.session.fetch('/api/x');
    await world.clock.advance(1_000);
    expect((await request).status).toBe(200);
    expect(tab.user).toBe('ada');
  });

  it('is empty after a logout elsewhere that it did not hear', async () => {
    const world = new World();
    const tab = await world.loggedIn();
    world.server.revoke('ada');
    tab.happens('restored');
    await world.clock.advance(100);
    expect(tab.session.state()).toEqual({ kind: 'anonymous', reason: 'revoked' });
    expect(tab.states.map((state) => state.kind)).toEqual(['anonymous', 'authenticated', 'unknown', 'anonymous']);
  });

  it('that was left during a refresh that fails does not mind', async () => {
    const world = new World();
    const tab = await world.loggedIn('ada', { locks: null });
    tab.visible = false;
    await world.clock.advance(400_000);
    world.server.fail(REFRESH, 'hangs');
    void tab.session.token().catch(() => undefined);
    await world.clock.advance(1_000);
    tab.happens('restored');
    await world.clock.advance(1_000);
    expect(tab.user).toBe('ada');
    const before = world.server.countOf(REFRESH);
    await world.clock.advance(100_000);
    expect(world.server.countOf(REFRESH)).toBe(before);
  });

  it('that was left during a refresh asks again', async () => {
    const world = new World();
    const tab = await world.loggedIn();
    await world.clock.advance(275_000);
    const request = tab.session.fetch('/api/x');
    await world.clock.advance(8);
    const before = world.server.countOf(REFRESH);
    tab.happens('restored');
    await world.clock.advance(1_000);
    expect(world.server.countOf(REFRESH)).toBe(before + 1);
    expect((await request).status).toBe(200);
    expect(tab.user).toBe('ada');
  });
});
