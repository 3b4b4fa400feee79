// One tab: logging in, refreshing, what ends a session and what does not.
import { describe, expect, it } from 'vitest';

import { ProblemError } from '@/api/problem';

import { problem, refused } from './server';
import { World } from './world';

const REFRESH = '/auth/token-refresh';
const ME = '/auth/users/me';

describe('starting', () => {
  it('finds nobody where there is no cookie', async () => {
    const world = new World();
    const tab = world.tab();
    expect(tab.kind).toBe('unknown');
    expect(await world.after(tab.session.start())).toEqual({ kind: 'anonymous' });
  });

  it('continues the session of the cookie with one refresh', async () => {
    const world = new World();
    await world.loggedIn();
    world.server.calls.length = 0;
    const [tab] = await world.open(1);
    expect(tab?.session.state()).toEqual({
      kind: 'authenticated',
      identity: {
        sub: 'id-ada',
        email: 'ada',
        full_name: null,
        roles: ['scientist'],
        scopes: ['calculations:read', 'calculations:write'],
        must_change_password: false,
      },
    });
    expect(world.server.calls.map((call) => call.path)).toEqual([REFRESH, ME]);
  });

  it('twice at once asks once', async () => {
    const world = new World();
    const { session } = world.tab();
    await world.after(Promise.all([session.start(), session.start()]));
    await world.after(session.start());
    expect(world.server.countOf(REFRESH)).toBe(1);
  });

  it('says unknown where the service is unreachable, and retries until it is there', async () => {
    const world = new World();
    await world.loggedIn();
    const tab = world.tab();
    for (let i = 0; i < 3; i += 1) world.server.fail(REFRESH, 'offline');
    expect(await world.after(tab.session.start())).toEqual({ kind: 'unknown' });
    await world.clock.advance(5_000);
    expect(tab.kind).toBe('unknown');
    await world.clock.advance(3_000);
    expect(tab.user).toBe('ada');
  });

  it('ends where the token of the refresh is refused at once', async () => {
    const world = new World();
    await world.loggedIn();
    world.server.fail(ME, refused());
    const tab = world.tab();
    expect(await world.after(tab.session.start())).toEqual({ kind: 'anonymous', reason: 'revoked' });
  });

  it('retries where the user cannot be read', async () => {
    const world = new World();
    await world.loggedIn();
    world.server.fail(ME, problem(503, 'unavailable', 'later', { 'Retry-After': '2' }));
    const tab = world.tab();
    expect(await world.after(tab.session.start())).toEqual({ kind: 'unknown' });
    await world.clock.advance(2_000);
    expect(tab.user).toBe('ada');
  });

  it('works again after a stop, as React wants it in development', async () => {
    const world = new World();
    const first = await world.loggedIn();
    first.session.stop();
    first.session.stop();
    await world.clock.advance(290_000);
    const refreshes = world.server.countOf(REFRESH);
    await world.after(first.session.start());
    await world.clock.advance(60_000);
    expect(world.server.countOf(REFRESH)).toBe(refreshes + 1);
    expect(first.user).toBe('ada');
  });
});

it('a session that was stopped does not retry', async () => {
  const world = new World();
  const tab = world.tab();
  world.server.fail(REFRESH, 'offline');
  const start = tab.session.start();
  tab.session.stop();
  await world.after(start, 60_000);
  expect(world.server.countOf(REFRESH)).toBe(1);
});

describe('logging in', () => {
  it('shows who is there and tells listeners once', async () => {
    const world = new World();
    const tab = await world.loggedIn();
    expect(tab.states.map((state) => state.kind)).toEqual(['anonymous', 'authenticated']);
  });

  it('throws the problem of the service and changes nothing', async () => {
    const world = new World();
    const tab = world.tab();
    await world.after(tab.session.start());
    const wrong = world.after(tab.session.login('ada', 'wrong'));
    await expect(wrong).rejects.toMatchObject({ status: 401, code: 'invalid_credentials' });
    world.server.fail('/auth/login', problem(429, 'rate_limited', 'Too many attempts', { 'Retry-After': '30' }));
    const many = world.after(tab.session.login('ada', 'right'));
    await expect(many).rejects.toMatchObject({ status: 429, retryAfter: 30 });
    world.server.fail('/auth/login', 'offline');
    await expect(world.after(tab.session.login('ada', 'right'))).rejects.toMatchObject({ status: 0 });
    expect(tab.session.state()).toEqual({ kind: 'anonymous' });
    // None of this keeps the user from the next attempt.
    await world.after(tab.session.login('ada', 'right'));
    expect(tab.user).toBe('ada');
  });

  it('gives up after 30 seconds', async () => {
    const world = new World();
    const tab = world.tab();
    await world.after(tab.session.start());
    world.server.fail('/auth/login', 'hangs');
    const failed = world.after(tab.session.login('ada', 'right'), 31_000);
    await expect(failed).rejects.toMatchObject({ status: 0, message: 'The server did not answer in time.' });
  });

  it('that succeeds and cannot read the user is continued by itself', async () => {
    const world = new World();
    const tab = world.tab();
    await world.after(tab.session.start());
    world.server.fail(ME, 'offline');
    await expect(world.after(tab.session.login('ada', 'right'))).rejects.toBeInstanceOf(ProblemError);
    expect(tab.kind).toBe('unknown');
    await world.clock.advance(1_500);
    expect(tab.user).toBe('ada');
  });

  it('waits for a refresh that is under way where there are no locks', async () => {
    const world = new World();
    const tab = await world.loggedIn('ada', { locks: null });
    await world.clock.advance(280_000);
    world.server.fail(REFRESH, 'slow');
    const slow = tab.session.token();
    const login = tab.session.login('bob', 'right');
    await world.after(Promise.all([slow, login]));
    expect(tab.user).toBe('bob');
    // The cookie is Bob's too: the answer to the refresh did not replace it.
    await world.after(tab.session.reload());
    expect(tab.user).toBe('bob');
  });

  it('says when another password must be chosen, and when that is done', async () => {
    const world = new World();
    world.server.mustChange = true;
    const tab = await world.loggedIn();
    expect(tab.session.state()).toMatchObject({ identity: { must_change_password: true } });
    world.server.mustChange = false;
    await world.after(tab.session.reload());
    expect(tab.session.state()).toMatchObject({ identity: { must_change_password: false } });
  });
});

describe('logging out', () => {
  it('ends the session and says so', async () => {
    const world = new World();
    const tab = await world.loggedIn();
    await world.after(tab.session.logout());
    expect(tab.session.state()).toEqual({ kind: 'anonymous', reason: 'logged-out' });
    expect(world.server.cookie).toBeNull();
    await expect(tab.session.token()).rejects.toMatchObject({ status: 401, code: 'invalid_token' });
    await world.clock.advance(600_000);
    expect(tab.kind).toBe('anonymous');
  });

  it('that cannot reach the service says so and ends nothing', async () => {
    const world = new World();
    const tab = await world.loggedIn();
    world.server.fail('/auth/logout', 'offline');
    await expect(world.after(tab.session.logout())).rejects.toMatchObject({ status: 0 });
    expect(tab.user).toBe('ada');
  });

  it('during a refresh is not undone by the answer', async () => {
    const world = new World();
    const tab = await world.loggedIn();
    await world.clock.advance(275_000);
    const request = tab.session.fetch('/api/x');
    const logout = tab.session.logout();
    await world.after(Promise.allSettled([request, logout]));
    expect(tab.session.state()).toEqual({ kind: 'anonymous', reason: 'logged-out' });
    expect(world.server.cookie).toBeNull();
  });

  it('everywhere ends every session of the user', async () => {
    const world = new World();
    const tab = await world.loggedIn();
    await world.after(tab.session.logoutEverywhere());
    expect(world.server.calls.at(-1)).toMatchObject({ method: 'DELETE', path: '/auth/sessions', body: undefined });
    expect(tab.session.state()).toEqual({ kind: 'anonymous', reason: 'logged-out' });
  });

  it('everywhere asks for the password where the login is old', async () => {
    const world = new World();
    const tab = await world.loggedIn();
    world.server.fail(
      '/auth/sessions',
      problem(403, 'login_required', 'This needs a login within the last 900 seconds'),
    );
    await expect(world.after(tab.session.logoutEverywhere())).rejects.toMatchObject({ code: 'login_required' });
    expect(tab.user).toBe('ada');
    await world.after(tab.session.logoutEverywhere('right'));
    expect(world.server.calls.at(-1)?.body).toEqual({ current_password: 'right' });
    expect(tab.kind).toBe('anonymous');
  });
});

describe('reading the user again', () => {
  it('shows a change of the profile', async () => {
    const world = new World();
    const tab = await world.loggedIn();
    world.server.names.set('ada', 'Ada Lovelace');
    await world.after(tab.session.reload());
    expect(tab.session.state()).toMatchObject({ identity: { full_name: 'Ada Lovelace' } });
  });

  it('waits for a refresh that is under way and then asks anew', async () => {
    const world = new World();
    const tab = await world.loggedIn();
    await world.clock.advance(275_000);
    world.server.fail(REFRESH, 'lost');
    const request = tab.session.fetch('/api/x');
    world.server.names.set('ada', 'Ada');
    const reload = tab.session.reload();
    await world.after(Promise.all([request, reload]));
    expect(tab.session.state()).toMatchObject({ identity: { full_name: 'Ada' } });
  });

  it('twice at once reads it twice, in turn', async () => {
    const world = new World();
    const tab = await world.loggedIn('ada', { locks: null });
    world.server.calls.length = 0;
    const [first, second] = [tab.session.reload(), tab.session.reload()];
    await world.after(Promise.all([first, second]));
    expect(world.server.calls.map((call) => call.path)).toEqual([REFRESH, ME, REFRESH, ME]);
    expect(tab.user).toBe('ada');
  });

  it('does nothing where nobody is logged in', async () => {
    const world = new World();
    const tab = world.tab();
    await world.after(tab.session.start());
    const before = world.server.calls.length;
    expect(await tab.session.reload()).toEqual({ kind: 'anonymous' });
    expect(world.server.calls).toHaveLength(before);
  });
});

it('tells nobody who no longer listens', async () => {
  const world = new World();
  const tab = world.tab();
  const seen: string[] = [];
  const stop = tab.session.subscribe((state) => seen.push(state.kind));
  await world.after(tab.session.start());
  stop();
  await world.after(tab.session.login('ada', 'right'));
  expect(seen).toEqual(['anonymous']);
});
