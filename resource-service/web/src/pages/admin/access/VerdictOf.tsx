// A verdict of the policy with its reasons: people by their addresses, and the roles that would give a missing scope.
import { useMemo } from 'react';
import { Link } from 'react-router';

import type { Role, User } from '@/people/data';
import { usePeople } from '@/people/names';
import { Section } from '@/ui/page';
import { StatusMark } from '@/ui/status';

import { lackedScope, partsOf, peopleIn, rolesWith } from './reasons';

export interface Verdict {
  allowed: boolean;
  reasons: string[];
}

interface VerdictProps {
  title: string;
  verdict: Verdict;
  user: User;
  roles: readonly Role[];
}

export function VerdictOf({ title, verdict, user, roles }: VerdictProps) {
  const { reasons } = verdict;
  const people = usePeople(useMemo(() => peopleIn(reasons), [reasons]));
  return (
    <Section title={title}>
      <StatusMark status={verdict.allowed ? 'approve' : 'reject'} word={verdict.allowed ? 'allowed' : 'not allowed'} />
      <ul>
        {reasons.map((reason) => (
          <li key={reason}>
            {partsOf(reason).map((part, index) =>
              part.id === undefined ? (
                <span key={index}>{part.text}</span>
              ) : people.has(part.id) ? (
                <Link key={index} to={`/admin/users/${part.id}`}>
                  {people.get(part.id)}
                </Link>
              ) : (
                <code key={index}>{part.id}</code>
              ),
            )}
            <Remedy scope={lackedScope(reason)} user={user} roles={roles} />
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** Which roles have a scope that the user lacks, and where the user's roles are changed. */
export function Remedy({ scope, user, roles }: { scope: string | undefined; user: User; roles: readonly Role[] }) {
  if (scope === undefined) return null;
  const having = rolesWith(scope, roles);
  return (
    <>
      {'. '}
      <code>{scope}</code> {having.length === 0 ? 'is in no role' : `comes with the role ${having.join(' or ')}`}:{' '}
      <Link to={`/admin/users/${user.id}`}>the roles of {user.email}</Link>
    </>
  );
}
