// One user: profile and state, roles, effective scopes, sessions, API keys, what was done by them.
import Box from '@mui/material/Box';
import { Link, useParams } from 'react-router';

import { holds } from '@/app/scopes';
import { useIdentity } from '@/app/services';
import { Id } from '@/ui/copy';
import { Facts, Page, Section } from '@/ui/page';
import { Answer } from '@/ui/states';
import { StatusMark } from '@/ui/status';
import { TimeText } from '@/ui/time';

import { useUser, type User as UserData } from '@/people/data';
import { UserAccess } from './UserAccess';
import { UserActions } from './UserActions';
import { UserRoles } from './UserRoles';

export default function User() {
  const { id = '' } = useParams();
  const user = useUser(id);
  return (
    <Page title={user.data?.email ?? 'User'} actions={user.data && <UserActions user={user.data} />}>
      <Answer query={user}>{(data) => <Whole user={data} />}</Answer>
    </Page>
  );
}

function Whole({ user }: { user: UserData }) {
  const { scopes } = useIdentity();
  return (
    <>
      <Section title="Profile">
        <Facts
          facts={[
            ['Name', <bdi key="name">{user.full_name ?? '–'}</bdi>],
            ['Id', <Id key="id" id={user.id} length={36} />],
            ['State', <State key="state" user={user} />],
            ['Signed up', <TimeText key="made" at={user.created_at} form="both" />],
            ['Changed', <TimeText key="changed" at={user.updated_at} form="both" />],
          ]}
        />
        {holds(scopes, 'audit:read') && (
          <Box sx={{ mt: 2, display: 'flex', gap: 4, flexWrap: 'wrap' }}>
            <Link to={`/admin/audit?actor=${user.id}`}>Actions by this user</Link>
            <Link to={`/admin/audit?target=${user.id}`}>Actions on this user</Link>
            <Link to={`/admin/access?user=${encodeURIComponent(user.email)}`}>What this user can see</Link>
          </Box>
        )}
      </Section>
      <UserRoles user={user} />
      <UserAccess user={user} />
    </>
  );
}

function State({ user }: { user: UserData }) {
  if (user.disabled) return <StatusMark status="failed" word="disabled: may not log in" />;
  if (user.must_change_password) return <StatusMark status="silent" word="must choose another password" />;
  return <StatusMark status="finished" word="active" />;
}
