// What the definition asks of callers, and what of that the caller has.
import { Link } from 'react-router';

import { holds } from '@/app/scopes';
import { useIdentity, useScope } from '@/app/services';
import { Facts, Section } from '@/ui/page';

import type { DocumentProps } from './Document';

export function Access({ collection, id, definition, stored }: DocumentProps) {
  const { scopes, sub } = useIdentity();
  const mayExplain = useScope('users:read');
  const { access } = definition;
  const scope = (name: string | undefined) => (
    <>
      <code>{name ?? 'none'}</code>{' '}
      {name !== undefined && (holds(scopes, name) ? '– you have it' : '– you do not have it')}
    </>
  );
  return (
    <Section
      title="Who may use it"
      actions={
        mayExplain && (
          <Link to={`/admin/access?${new URLSearchParams({ collection, id })}`}>Why can’t somebody see it</Link>
        )
      }
    >
      <Facts
        facts={[
          ['Read', scope(access.read)],
          ['Write', scope(access.write)],
          ['Administer', scope(access.admin)],
          ['Owner', stored.document._owner === sub ? 'you' : <code>{String(stored.document._owner)}</code>],
          [
            'Others’ documents',
            access.owner_only ? 'only their owner and administrators see a document' : 'everybody with these scopes',
          ],
        ]}
      />
    </Section>
  );
}
