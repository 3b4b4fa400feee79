// The users: found by address, role and state; one more is made here.
import Button from '@mui/material/Button';
import MenuItem from '@mui/material/MenuItem';
import Box from '@mui/material/Box';
import TextField from '@mui/material/TextField';
import { useDeferredValue, useState } from 'react';
import { Link } from 'react-router';

import { useShortcuts } from '@/app/keys';
import { holds } from '@/app/scopes';
import { useIdentity } from '@/app/services';
import { Page } from '@/ui/page';
import { Empty } from '@/ui/states';
import { OutcomeMark } from '@/ui/status';
import { TimeText } from '@/ui/time';
import { useParam } from '@/ui/urlState';

import { AdminSearch, useIsSearching } from '../shared/AdminSearch';
import { usePages, useRoles, type User } from '@/people/data';
import { QueryTable, type Cell } from '../shared/SimpleTable';
import { NewUser } from './NewUser';

const CELLS: Cell<User>[] = [
  { title: 'E-mail', cell: (user) => <Link to={`/admin/users/${user.id}`}>{user.email}</Link> },
  { title: 'Name', cell: (user) => <bdi>{user.full_name}</bdi> },
  { title: 'Roles', cell: (user) => user.roles.join(', ') },
  {
    title: 'State',
    cell: (user) => <OutcomeMark isGood={!user.disabled} good="active" bad="disabled" />,
  },
  { title: 'Signed up', cell: (user) => <TimeText at={user.created_at} /> },
];

export default function Users() {
  const { scopes } = useIdentity();
  const mayWrite = holds(scopes, 'users:write');
  const isSearching = useIsSearching();
  const [making, setMaking] = useState(false);
  const roles = useRoles(making && holds(scopes, 'roles:read'));
  useShortcuts('Users', mayWrite ? [{ keys: 'n', label: 'New user', run: () => setMaking(true) }] : []);
  return (
    <Page
      title="Users"
      actions={
        mayWrite && (
          <Button variant="contained" onClick={() => setMaking(true)}>
            New user
          </Button>
        )
      }
    >
      <AdminSearch />
      {!isSearching && <AllUsers />}
      {making && !roles.isLoading && <NewUser roles={roles.data} onClose={() => setMaking(false)} />}
    </Page>
  );
}

/** The users with a role and in a state. */
function AllUsers() {
  const { scopes } = useIdentity();
  const [role, setRole] = useParam('role');
  const [state, setState] = useParam('state');
  const roles = useRoles(holds(scopes, 'roles:read'));
  const disabled = { active: false, disabled: true }[useDeferredValue(state)];
  const users = usePages<User>('/auth/users', { role: role || undefined, disabled });
  return (
    <>
      <Box sx={{ px: 4, pb: 2, display: 'flex', gap: 2, flexWrap: 'wrap' }}>
        <TextField
          select
          label="Role"
          value={role}
          onChange={(event) => setRole(event.target.value)}
          sx={{ width: 160 }}
        >
          <MenuItem value="">any</MenuItem>
          {(roles.data ?? []).map((one) => (
            <MenuItem key={one.name} value={one.name}>
              {one.name}
            </MenuItem>
          ))}
        </TextField>
        <TextField
          select
          label="State"
          value={state}
          onChange={(event) => setState(event.target.value)}
          sx={{ width: 160 }}
        >
          <MenuItem value="">any</MenuItem>
          <MenuItem value="active">active</MenuItem>
          <MenuItem value="disabled">disabled</MenuItem>
        </TextField>
      </Box>
      <Box sx={{ px: 2 }}>
        <QueryTable
          query={users}
          empty={<Empty title="No user matches" />}
          label="Users"
          cells={CELLS}
          keyOf={(user) => user.id}
        />
      </Box>
    </>
  );
}
