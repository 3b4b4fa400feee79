import { expect, test } from 'vitest';

import { namedOwners, peopleLike } from './people';

const ID = '01a22842-8522-72d6-b6e1-2f8e6a452909';
const people = [
  { id: ID, name: 'Bea Blum' },
  { id: 'c', name: 'Carl' },
];

test('owners with a name are offered once each, without the reader', () => {
  const documents = [
    { _owner: 'c', _owner_name: 'Carl' },
    { _owner: 'me', _owner_name: 'Me' },
    { _owner: ID, _owner_name: 'Bea Blum' },
    { _owner: 'nameless' },
    { _owner: 'c', _owner_name: 'Carl' },
  ];
  expect(namedOwners(documents, 'me')).toEqual({ people, isLate: true });
});

test('no name is late that is null, stands in another document, or is the name of the reader', () => {
  const documents = [
    { _owner: 'c' },
    { _owner: 'me' },
    { _owner: 'c', _owner_name: 'Carl' },
    { _owner: 'n', _owner_name: null },
  ];
  expect(namedOwners(documents, 'me')).toEqual({ people: [{ id: 'c', name: 'Carl' }], isLate: false });
});

test('people are found by a part of their name, all of them without one', () => {
  expect(peopleLike(people, ' blu')).toEqual([people[0]]);
  expect(peopleLike(people, '')).toEqual(people);
  expect(peopleLike(people, 'nobody')).toEqual([]);
});

test('the id of a user is a person, with the name where it is known', () => {
  const other = '01a22842-85f5-7e26-af9a-841c377c32a9';
  expect(peopleLike(people, ID.toUpperCase())).toEqual([people[0]]);
  expect(peopleLike(people, other)).toEqual([{ id: other, name: other }]);
});
