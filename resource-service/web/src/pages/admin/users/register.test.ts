import { expect, test, vi } from 'vitest';

import { register, usualRoles } from './register';

const body = { email: 'ada@example.org', password: 'a long sentence', full_name: null };
const user = { id: 'u1', email: 'ada@example.org', roles: ['scientist'] };

const apiWith = (patch: ReturnType<typeof vi.fn>) =>
  ({ post: vi.fn(async () => user), patch }) as unknown as Parameters<typeof register>[0] & { patch: typeof patch };

test('the usual role is preselected where it exists', () => {
  expect(usualRoles([{ name: 'admin' }, { name: 'scientist' }])).toEqual(['scientist']);
  expect(usualRoles([{ name: 'admin' }])).toEqual([]);
  expect(usualRoles(undefined)).toEqual([]);
});

test('the chosen roles are given, and named', async () => {
  const api = apiWith(vi.fn(async () => ({ ...user, roles: ['viewer'] })));
  expect(await register(api, body, ['viewer'])).toEqual({ text: 'ada@example.org is registered with the role viewer' });
  expect(api.patch).toHaveBeenCalledWith('/auth/users/{id}', { path: { id: 'u1' }, body: { roles: ['viewer'] } });
});

test('roles that the user has already are not changed', async () => {
  const api = apiWith(vi.fn());
  const said = await register(api, body, ['scientist']);
  expect(said.text).toBe('ada@example.org is registered with the role scientist');
  expect(api.patch).not.toHaveBeenCalled();
});

test('roles that are refused leave a user, which is said', async () => {
  const api = apiWith(vi.fn(() => Promise.reject(new Error('you may not give admin'))));
  expect(await register(api, body, ['admin'])).toEqual({
    text: 'ada@example.org is registered with the role scientist, but the roles could not be changed: you may not give admin',
    tone: 'error',
  });
});
