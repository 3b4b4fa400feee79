// Many tabs of one browser: who refreshes, what the others hear, and the races between them.
import { describe, expect, it } from 'vitest';

import { readMessage } from '../messages';
import { tokenOf, World } from './world';

const REFRESH = '/auth/token-refresh';

describe('tabs that are opened at once', () => {
  it.each([2, 7])('%i of them refresh once', async (count) => {
    const world = new World();
    await world.loggedIn();
    const before = world.server.countOf(REFRESH);
    const tabs = await world.open(count);
    expect(tabs.map((tab) => tab.user)).toEqual(Array(count).fill('ada'));
    expect(world.server.countOf(REFRESH)).toBe(before + 1);
  });

  it('are each logged in where they cannot hear one another', async () => {
    const world = new World();
    await world.loggedIn();
    const tabs = [world.tab({ openChannel: null }), world.tab({ openChannel: null }), world.tab({ openChannel: null })];
    await world.after(Promise.all(tabs.map((tab) => tab.session.start())), 1_000);
    expect(tabs.map((tab) => tab.user)).toEqual(['ada', 'ada', 'ada']);
  });

  it('are each logged in where there are no locks: the service repeats the successor', async () => {
    const world = new World();
    await world.loggedIn();
    const tabs = Array.from({ length: 7 }, () => world.tab({ locks: null, openChannel: null }));
    await world.after(Promise.all(tabs.map((tab) => tab.session.start())), 1_000);
    expect(tabs.map((tab) => tab.user)).toEqual(Array(7).fill('ada'));
    await world.clock.advance(600_000);
    expect(tabs.map((tab) => tab.user)).toEqual(Array(7).fill('ada'));
  });
});

describe('tabs that are open', () => {
  it('share each refresh for an hour', async () => {
    const world = new World();
    await world.loggedIn();
    const tabs = await world.open(7);
    const before = world.server.countOf(REFRESH);
    await world.clock.advance(3_600_000);
    expect(tabs.map((tab) => tab.user)).toEqual(Array(7).fill('ada'));
    const refreshes = world.server.countOf(REFRESH) - before;
    expect(refreshes).toBeGreaterThanOrEqual(12);
    expect(refreshes).toBeLessThan(16);
  });

  it('that all send a request with an expired token refresh once', async () => {
    const world = new World();
    await world.loggedIn();
    const tabs = await world.open(7);
    world.clock.time += 1_000_000;
    tabs.forEach((tab) => (tab.slept = 1_000_000));
    const before = world.server.countOf(REFRESH);
    const answers = await world.after(Promise.all(tabs.map((tab) => tab.session.fetch('/api/x'))), 2_000);
    expect(answers.map((answer) => answer.status)).toEqual(Array(7).fill(200));
    expect(world.server.countOf(REFRESH)).toBe(before + 1);
  });

  it('go on where the tab that holds the lock is frozen', async () => {
    const world = new World();
    const frozen = await world.loggedIn();
    const [tab] = await world.open(1);
    await world.pass(272_000, frozen, tab);
    const stuck = frozen.session.fetch('/api/x');
    frozen.freeze();
    const request = tab!.session.fetch('/api/x');
    await world.clock.advance(4_900);
    expect(world.server.countOf('/api/x')).toBe(0);
    expect((await world.after(request)).status).toBe(200);
    await world.clock.advance(600_000);
    expect(tab?.user).toBe('ada');
    frozen.thaw();
    expect((await world.after(stuck, 20_000)).status).toBe(200);
    expect((await world.after(tab!.session.fetch('/api/x'))).status).toBe(200);
    expect([frozen.user, tab?.user]).toEqual(['ada', 'ada']);
  });

  it('take a token that comes while they wait for the lock', async () => {
    const world = new World();
    const first = await world.loggedIn();
    const [second] = await world.open(1);
    await world.pass(272_000, first, second);
    world.channels.delay = 50;
    world.server.latency = 100;
    const before = world.server.countOf(REFRESH);
    const both = Promise.all([first.session.fetch('/api/x'), second!.session.fetch('/api/x')]);
    await world.after(both, 1_000);
    expect(world.server.countOf(REFRESH)).toBe(before + 1);
  });

  it('that hold a newer token keep it', async () => {
    const world = new World();
    const tab = await world.loggedIn();
    const token = await tab.session.token();
    await world.receives(tokenOf('ada', 60_000));
    expect(await tab.session.token()).toBe(token);
  });

  it('need no channel to go on', async () => {
    const world = new World();
    const tab = await world.loggedIn('ada', { openChannel: null });
    await world.after(tab.session.logout());
    expect(tab.kind).toBe('anonymous');
  });

  it('refresh without the lock where the browser refuses to give one', async () => {
    const world = new World();
    const locks = { request: () => Promise.reject(new DOMException('not allowed', 'SecurityError')) };
    const tab = await world.loggedIn('ada', { locks });
    expect(tab.user).toBe('ada');
  });
});

describe('a logout', () => {
  it('ends all tabs', async () => {
    const world = new World();
    const tab = await world.loggedIn();
    const others = await world.open(6);
    await world.after(tab.session.logout());
    expect(tab.session.state()).toEqual({ kind: 'anonymous', reason: 'logged-out' });
    for (const other of others) {
      expect(other.session.state()).toEqual({ kind: 'anonymous', reason: 'logged-out', elsewhere: true });
    }
  });

  it('is that of a tab which asked for it too, whichever was first', async () => {
    const world = new World();
    const tab = await world.loggedIn();
    const [other] = await world.open(1);
    await world.after(tab.session.logout());
    await world.after(other!.session.logout());
    for (const one of [tab, other!]) {
      expect(one.session.state()).toEqual({ kind: 'anonymous', reason: 'logged-out' });
    }
  });

  it('is not undone by a refresh of another tab', async () => {
    const world = new World();
    const tab = await world.loggedIn('ada', { locks: null });
    const other = world.tab({ locks: null });
    await world.after(other.session.start());
    await world.pass(272_000, tab, other);
    const request = other.session.fetch('/api/x');
    await world.clock.advance(2);
    const logout = tab.session.logout();
    await world.after(Promise.all([request, logout]), 1_000);
    expect((await request).status).toBe(401);
    expect([tab.kind, other.kind]).toEqual(['anonymous', 'anonymous']);
    const [later] = await world.open(1);
    expect(later?.kind).toBe('anonymous');
  });

  it('is not undone by the token of a tab that was frozen', async () => {
    const world = new World();
    const tab = await world.loggedIn();
    const [frozen] = await world.open(1);
    await world.pass(272_000, tab, frozen);
    const request = frozen!.session.fetch('/api/x');
    await world.clock.advance(8);
    frozen!.freeze();
    await world.after(tab.session.logout(), 6_000);
    frozen!.thaw();
    await world.after(request, 1_000);
    expect([tab.kind, frozen?.kind]).toEqual(['anonymous', 'anonymous']);
  });

  it('answers a request that waits for a refresh', async () => {
    const world = new World();
    const tab = await world.loggedIn();
    const other = await world.loggedIn('ada', { locks: null });
    await world.pass(272_000, tab, other);
    world.server.fail(REFRESH, 'hangs');
    const request = other.session.fetch('/api/x');
    await world.after(tab.session.logout());
    const answer = await world.after(request, 10_000);
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({
      detail: 'The session has ended in the meantime; the request was not sent',
    });
    expect(world.server.countOf('/api/x')).toBe(0);
  });

  it('is not undone by a refreshed token that arrives after it', async () => {
    const world = new World();
    const tab = await world.loggedIn();
    await world.after(tab.session.logout());
    await world.receives(tokenOf('ada', 60_000));
    expect(tab.kind).toBe('anonymous');
  });

  it('counts for a tab that is reading who is there', async () => {
    const world = new World();
    const tab = await world.loggedIn();
    const opening = world.tab({ locks: null });
    const start = opening.session.start();
    await world.clock.advance(12);
    expect(world.server.calls.at(-1)?.path).toBe('/auth/users/me');
    world.channels.open(tab).post({ kind: 'ended' });
    await world.after(start);
    expect(opening.session.state()).toEqual({ kind: 'anonymous', reason: 'logged-out', elsewhere: true });
  });

  it('reaches a tab that does not know yet who is there', async () => {
    const world = new World();
    const tab = await world.loggedIn();
    const opening = world.tab();
    world.server.fail(REFRESH, 'hangs');
    void opening.session.start();
    await world.after(tab.session.logout(), 20_000);
    expect(opening.kind).toBe('anonymous');
  });

  it('leaves a tab alone whose message is of another version', async () => {
    const world = new World();
    const tab = await world.loggedIn();
    await world.receives(null, 'ended', { kind: 'of the future' }, { kind: 'token', token: 'x' });
    expect(tab.user).toBe('ada');
  });
});

describe('a login as another user', () => {
  it('makes every tab theirs, also those where nobody was logged in', async () => {
    const world = new World();
    const tab = await world.loggedIn();
    const others = await world.open(2);
    await world.after(others[0]!.session.login('bob', 'right'));
    expect([tab, ...others].map((one) => one.user)).toEqual(['bob', 'bob', 'bob']);
    await world.after(tab.session.logout());
    await world.after(others[1]!.session.login('eve', 'right'));
    expect([tab, ...others].map((one) => one.user)).toEqual(['eve', 'eve', 'eve']);
  });

  it('does not send what the user before them began', async () => {
    const world = new World();
    const tab = await world.loggedIn('ada', { openChannel: null });
    await world.clock.advance(272_000);
    const other = world.tab();
    await world.after(other.session.start());
    await world.after(other.session.login('bob', 'right'));
    const answer = await world.after(tab.session.fetch('/api/x', { method: 'PUT', body: '{}' }), 1_000);
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({
      detail: 'Another user has logged in in the meantime; the request was not sent',
    });
    expect(world.server.countOf('/api/x')).toBe(0);
    expect(tab.user).toBe('bob');
  });

  it('does not repeat as another user what was refused', async () => {
    const world = new World();
    const tab = await world.loggedIn('ada', { openChannel: null });
    const other = world.tab();
    await world.after(other.session.start());
    await world.after(other.session.login('bob', 'right'));
    world.server.revoke('ada');
    const answer = await world.after(tab.session.fetch('/api/x', { method: 'PUT', body: '{}' }), 1_000);
    expect(answer.status).toBe(401);
    expect(world.server.countOf('/api/x')).toBe(1);
    expect(tab.user).toBe('bob');
  });

  it('is not confused by a token of the user before them', async () => {
    const world = new World();
    const tab = await world.loggedIn('bob');
    await world.receives(tokenOf('ada', 1e9));
    expect(tab.user).toBe('bob');
  });
});

it('a change of the profile reaches the other tabs', async () => {
  const world = new World();
  const tab = await world.loggedIn();
  const [other] = await world.open(1);
  world.server.names.set('ada', 'Ada');
  await world.after(tab.session.reload());
  expect(other?.session.state()).toMatchObject({ identity: { full_name: 'Ada' } });
});

it('a reload that is overtaken by a logout asks nothing', async () => {
  const world = new World();
  const tab = await world.loggedIn();
  const [other] = await world.open(1);
  const logout = tab.session.logout();
  const reload = other!.session.reload();
  await world.after(Promise.all([logout, reload]), 1_000);
  expect([tab.kind, other?.kind]).toEqual(['anonymous', 'anonymous']);
});

it('a message without a user is not one', () => {
  const message = { kind: 'token', started: true, token: 't', remaining: 1, margin: 1, identity: { sub: 1 } };
  expect(readMessage(message)).toBeNull();
  expect(readMessage({ ...message, identity: null })).toBeNull();
  expect(readMessage({ ...message, identity: { sub: 'a', scopes: [] } })).toMatchObject({ token: 't' });
});
