// The session as react-admin asks for it. The browser is the one of the session's own tests.
import { describe, expect, it } from 'vitest';

import { ProblemError } from '@/api/problem';
import { World } from '@/session/tests/world';

import { createAuthProvider } from '../authProvider';

const forbidden = new ProblemError(403, 'insufficient_scope', 'This needs the scope x');
const unauthorized = new ProblemError(401, 'invalid_token', 'The token has been revoked');

describe('the auth provider', () => {
  it('logs in and out', async () => {
    const world = new World();
    const { session } = world.tab();
    const auth = createAuthProvider(session);
    await expect(world.after(auth.checkAuth({}))).rejects.toThrow('Log in first.');
    await expect(world.after(auth.login({ username: 'ada', password: 'wrong' }))).rejects.toMatchObject({
      status: 401,
    });
    await world.after(auth.login({ username: 'ada', password: 'right' }));
    await auth.checkAuth({});
    expect(await auth.getIdentity?.()).toEqual({ id: 'id-ada', fullName: 'ada' });
    expect(await auth.getPermissions?.({})).toEqual(['calculations:read', 'calculations:write']);
    await world.after(auth.logout({}));
    expect(session.state()).toEqual({ kind: 'anonymous', reason: 'logged-out' });
    const calls = world.server.calls.length;
    await auth.logout({});
    expect(world.server.calls).toHaveLength(calls);
    await expect(auth.getPermissions?.({})).rejects.toThrow('Nobody is logged in.');
    await expect(auth.checkAuth({})).rejects.toThrow('You are logged out.');
  });

  it('never logs out because something is forbidden, or because of a 401 of a session that lives', async () => {
    const world = new World();
    const { session } = await world.loggedIn();
    const auth = createAuthProvider(session);
    await auth.checkError(forbidden);
    await auth.checkError(unauthorized);
    await auth.checkError(new TypeError('Failed to fetch'));
    await world.after(session.logout());
    await expect(auth.checkError(unauthorized)).rejects.toThrow('You are logged out.');
  });

  it('logs nobody out while the service is away', async () => {
    const world = new World();
    world.server.fail('/auth/token-refresh', 'offline');
    await world.after(createAuthProvider(world.tab().session).checkAuth({}));
  });

  it('says which actions the scopes allow', async () => {
    const world = new World();
    const { session } = await world.loggedIn();
    const auth = createAuthProvider(session);
    const may = (resource: string, action: string) => auth.canAccess?.({ resource, action });
    expect(await may('calculations', 'list')).toBe(true);
    expect(await may('calculations', 'edit')).toBe(true);
    expect(await may('reviews', 'show')).toBe(false);
    const named = createAuthProvider(session, { scopeOf: () => 'calculations:write' });
    expect(await named.canAccess?.({ resource: 'runs', action: 'delete' })).toBe(true);
    world.server.scopes.set('ada', ['*']);
    await world.after(session.reload());
    expect(await may('reviews', 'show')).toBe(true);
  });
});
