import { expect, test } from 'vitest';

import { lackedScope, partsOf, peopleIn, rolesWith } from './reasons';

const OWNER = '01a2282f-9ec2-735e-80ee-5f2bdc8e087b';
const reason = `the document is ${OWNER}'s, and without the scope views:admin one reaches only one's own`;

test('a reason is split at the people that it names', () => {
  expect(partsOf(reason)).toEqual([
    { text: 'the document is ' },
    { id: OWNER },
    { text: "'s, and without the scope views:admin one reaches only one's own" },
  ]);
  expect(partsOf('the document is theirs')).toEqual([{ text: 'the document is theirs' }]);
  expect(peopleIn([reason, reason, 'nobody'])).toEqual([OWNER]);
});

test('the scope that is missing is found in each kind of reason', () => {
  expect(lackedScope(reason)).toBe('views:admin');
  expect(lackedScope('they lack the scope calculations:write')).toBe('calculations:write');
  expect(lackedScope('they lack the scope notes:read: answers to their writes show _id only')).toBe('notes:read');
  expect(lackedScope('they hold the scope calculations:read')).toBeUndefined();
});

test('a scope comes with the roles that have it or all scopes', () => {
  const roles = [
    { name: 'admin', scopes: ['*'], built_in: true },
    { name: 'curator', scopes: ['views:admin'], built_in: false },
    { name: 'viewer', scopes: ['views:read'], built_in: true },
  ];
  expect(rolesWith('views:admin', roles)).toEqual(['admin', 'curator']);
  expect(rolesWith('no:such', roles)).toEqual(['admin']);
});
