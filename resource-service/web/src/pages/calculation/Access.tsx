// Who may read and write a calculation. For callers with the admin scope.
import Box from '@mui/material/Box';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';

import { useApi, useScope } from '@/app/services';
import { usePages, useRoles, effectiveScopes, type Role, type User } from '@/people/data';
import { DenseTable } from '@/ui/dense';
import { Section } from '@/ui/page';
import { Answer, Empty } from '@/ui/states';

import type { Calculation } from '@/calculations/data';

interface Report {
  read: { allowed: boolean; reasons: string[] };
  write: { allowed: boolean; reasons: string[] };
  hidden: { field: string; scope: string }[];
}

export function Access({ calculation }: { calculation: Calculation }) {
  const mayRead = useScope('users:read');
  const mayReadRoles = useScope('roles:read');
  const isKnown = mayRead && mayReadRoles;
  const users = usePages<User>('/auth/users', { limit: 50 }, isKnown);
  const roles = useRoles(isKnown);
  if (!isKnown) {
    return (
      <Empty title="People and roles need the scopes users:read and roles:read">
        An administrator can give them through a role.
      </Empty>
    );
  }
  return (
    <Section
      title="Who may read and write it"
      actions={
        <Link to={`/admin/access?collection=calculations&id=${encodeURIComponent(calculation._id)}`}>
          Why can’t X see it
        </Link>
      }
    >
      <Answer query={roles}>
        {(all) => (
          <Answer query={users}>
            {(people) => <People calculation={calculation} people={people} roles={all} isAll={!users.hasNextPage} />}
          </Answer>
        )}
      </Answer>
    </Section>
  );
}

interface PeopleProps {
  calculation: Calculation;
  people: readonly User[];
  roles: readonly Role[];
  isAll: boolean;
}

function People({ calculation, people, roles, isAll }: PeopleProps) {
  const api = useApi();
  const { _id: id } = calculation;
  const reports = useQuery({
    queryKey: ['access', 'calculations', id, people.map((user) => [user.id, user.roles])],
    queryFn: ({ signal }) =>
      Promise.all(
        people.map(async (user) => {
          const scope = effectiveScopes(user.roles, roles)
            .map((one) => one.scope)
            .join(' ');
          const report = await api.get<string>('/api/calculations/{id}/access', {
            path: { id },
            query: { subject: user.id, scope },
            signal,
          });
          return { user, report: report as unknown as Report };
        }),
      ),
  });
  return (
    <Answer query={reports}>
      {(found) => (
        <>
          <DenseTable
            label="Access"
            columns={[
              { title: 'User', wrap: true },
              { title: 'Roles', wrap: true },
              { title: 'Read' },
              { title: 'Write' },
              { title: 'Why', wrap: true },
            ]}
            rows={found.map(({ user, report }) => ({
              key: user.id,
              cells: [
                <Link key="user" to={`/admin/users/${encodeURIComponent(user.id)}`}>
                  {user.email}
                </Link>,
                user.roles.join(', '),
                report.read.allowed ? '✓ yes' : '✕ no',
                report.write.allowed ? '✓ yes' : '✕ no',
                [...new Set([...report.read.reasons, ...report.write.reasons])].join('; '),
              ],
            }))}
          />
          {!isAll && <Box sx={{ mt: 2, color: 'text.secondary' }}>The first {found.length} users are listed.</Box>}
        </>
      )}
    </Answer>
  );
}
