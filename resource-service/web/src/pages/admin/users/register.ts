// Registers a user and gives them the chosen roles: the service knows the first step without the second.
import type { components } from '@/api.gen';
import type { Api } from '@/api/client';
import type { Role } from '@/people/data';

interface Said {
  text: string;
  tone?: 'error';
}

/** The role of most users. */
const USUAL = 'scientist';

/** What is chosen until somebody chooses otherwise. */
export function usualRoles(roles: readonly Pick<Role, 'name'>[] | undefined): string[] {
  return roles?.some(({ name }) => name === USUAL) ? [USUAL] : [];
}

/** Returns what happened as a sentence that names the roles. Without `chosen` the user keeps those of the service. */
export async function register(
  api: Pick<Api, 'post' | 'patch'>,
  body: components['schemas']['SignUp'],
  chosen: readonly string[] | undefined,
): Promise<Said> {
  const user = await api.post('/auth/users', { body });
  if (!chosen || same(user.roles, chosen)) return { text: registered(user.email, user.roles) };
  try {
    const changed = await api.patch('/auth/users/{id}', { path: { id: user.id }, body: { roles: [...chosen] } });
    return { text: registered(user.email, changed.roles) };
  } catch (error) {
    // The user is there now: another attempt would meet them.
    const why = error instanceof Error ? error.message : String(error);
    return { text: `${registered(user.email, user.roles)}, but the roles could not be changed: ${why}`, tone: 'error' };
  }
}

function registered(email: string, roles: readonly string[]): string {
  if (roles.length === 0) return `${email} is registered without a role`;
  return `${email} is registered with the ${roles.length === 1 ? 'role' : 'roles'} ${roles.join(', ')}`;
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((one) => b.includes(one));
}
