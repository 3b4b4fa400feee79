// What a user can do in each collection, as far as scopes decide it.
import { Link } from 'react-router';
import { useQuery } from '@tanstack/react-query';

import { holds } from '@/app/scopes';
import { useApi } from '@/app/services';
import { effectiveScopes, type Role, type User } from '@/people/data';
import type { Definition } from '@/table-page/useFields';
import { DenseTable } from '@/ui/dense';
import { Section } from '@/ui/page';
import { Answer } from '@/ui/states';

import { rolesWith } from './reasons';

export function Reach({ user, roles }: { user: User; roles: readonly Role[] }) {
  const api = useApi();
  const collections = useQuery({
    queryKey: ['/api/collections'],
    queryFn: async ({ signal }) =>
      (await api.get<string>('/api/collections', { signal })) as unknown as { items: Definition[] },
  });
  const scopes = effectiveScopes(user.roles, roles).map(({ scope }) => scope);
  const own = roles.filter(({ name }) => user.roles.includes(name));
  const cell = (scope: string | undefined) => {
    if (scope === undefined) return '✓ no scope needed';
    if (holds(scopes, scope)) return `✓ by the role ${rolesWith(scope, own).join(', ')}`;
    return (
      <>
        ✕ lacks <code>{scope}</code>
      </>
    );
  };
  return (
    <Section title={`What ${user.email} can reach`}>
      <Answer query={collections}>
        {({ items }) => (
          <DenseTable
            label="Collections"
            columns={[
              { title: 'Collection' },
              { title: 'Read', wrap: 'words' },
              { title: 'Write', wrap: 'words' },
              { title: 'Documents of others', wrap: 'words' },
            ]}
            rows={items.map(({ name, access }) => ({
              key: name,
              cells: [
                name,
                cell(access.read),
                cell(access.write),
                access.owner_only === true && access.admin !== undefined ? cell(access.admin) : '✓ like one’s own',
              ],
            }))}
          />
        )}
      </Answer>
      <p>
        An id of a document above says why that one is reached or not.{' '}
        <Link to={`/admin/users/${user.id}`}>The roles of {user.email}</Link> decide the scopes.
      </p>
    </Section>
  );
}
