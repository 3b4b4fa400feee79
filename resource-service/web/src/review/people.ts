// People to whom a review can be assigned. Pure.

/** Without an e-mail address where the caller may not see it. */
export interface Person {
  id: string;
  name: string;
  email?: string;
}

/** What is known of the owner of a document. */
export interface Owned {
  _owner: string;
  _owner_name?: string;
}

/** The owners other than `user` whose names are known, each once, by name. */
export function namedOwners(documents: readonly Owned[], user: string): Person[] {
  const found = new Map<string, Person>();
  for (const { _owner: id, _owner_name: name } of documents) {
    if (name !== undefined && id !== user) found.set(id, { id, name });
  }
  return [...found.values()].toSorted((a, b) => a.name.localeCompare(b.name));
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
