import { expect, test } from 'vitest';

import { effectiveScopes } from './data';

test('each scope of a user names the roles that grant it', () => {
  const roles = [
    { name: 'viewer', scopes: ['series:read', 'reviews:read'], built_in: true },
    { name: 'chemist', scopes: ['reviews:read', 'reviews:write'], built_in: false },
    { name: 'admin', scopes: ['*'], built_in: true },
  ];
  expect(effectiveScopes(['chemist', 'viewer', 'gone'], roles)).toEqual([
    { scope: 'reviews:read', roles: ['viewer', 'chemist'] },
    { scope: 'reviews:write', roles: ['chemist'] },
    { scope: 'series:read', roles: ['viewer'] },
  ]);
});
