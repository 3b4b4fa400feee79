// People to whom a review can be assigned. Pure.
import { isNameLate, type Owned } from '@/people/late';

/** Without an e-mail address where the caller may not see it. */
export interface Person {
  id: string;
  name: string;
  email?: string;
}

export interface Owners {
  /** Those whose names are known, each once, by name. */
  people: Person[];
  /** Whether there are others, whose names were not known in time. */
  isLate: boolean;
}

/** The owners of these documents other than `user`. */
export function namedOwners(documents: readonly Owned[], user: string): Owners {
  const found = new Map<string, Person>();
  const others = documents.filter(({ _owner }) => _owner !== user);
  for (const { _owner: id, _owner_name: name } of others) {
    if (typeof name === 'string') found.set(id, { id, name });
  }
  const people = [...found.values()].toSorted((a, b) => a.name.localeCompare(b.name));
  return { people, isLate: others.some((one) => isNameLate(one) && !found.has(one._owner)) };
}

const ID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** Whether a text is the id of a user. */
export const isId = (text: string): boolean => ID.test(text.trim());

/** Of these people those whose name has the text in it. The id of a user is a person too, known or not. */
export function peopleLike(people: readonly Person[], text: string): Person[] {
  const sought = text.trim().toLowerCase();
  if (isId(sought)) return [people.find(({ id }) => id === sought) ?? { id: sought, name: sought }];
  return people.filter(({ name }) => name.toLowerCase().includes(sought));
}
