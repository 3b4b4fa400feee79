// What a reason of the policy names: people by their ids, and the scopes that are missing.
import { holds } from '@/app/scopes';
import type { Role } from '@/people/data';

const ID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** A reason in parts: text, and ids of people. */
export type ReasonPart = { text: string; id?: undefined } | { id: string; text?: undefined };

export function partsOf(reason: string): ReasonPart[] {
  const parts: ReasonPart[] = [];
  let end = 0;
  for (const found of reason.matchAll(ID)) {
    if (found.index > end) parts.push({ text: reason.slice(end, found.index) });
    parts.push({ id: found[0] });
    end = found.index + found[0].length;
  }
  if (end < reason.length) parts.push({ text: reason.slice(end) });
  return parts;
}

/** The ids of people that reasons name. */
export function peopleIn(reasons: readonly string[]): string[] {
  return [...new Set(reasons.flatMap((reason) => reason.match(ID) ?? []))];
}

/** The scope whose lack a reason is about. */
export function lackedScope(reason: string): string | undefined {
  return /(?:lack|without) the scope ([^\s,;]+?):?(?=[\s,;]|$)/.exec(reason)?.[1];
}

/** The roles that grant a scope. */
export function rolesWith(scope: string, roles: readonly Role[]): string[] {
  return roles.filter((role) => holds(role.scopes, scope)).map(({ name }) => name);
}
