import { Admin, Datagrid, Edit, Layout, List, Resource, SimpleForm, TextField, TextInput } from 'react-admin';
import { createAuthProvider, createDataProvider, FollowSession } from '@/providers';
import type { Session } from '@/session';

const Runs = () => (
  <List sort={{ field: '_created_at', order: 'DESC' }} filter={{ status: 'finished', 'results.energy.value[lt]': -1 }}>
    <Datagrid><TextField source="name" /><TextField source="results.energy.value" /></Datagrid>
  </List>
);
const Run = () => <Edit mutationMode="pessimistic"><SimpleForm><TextInput source="name" /></SimpleForm></Edit>;

export function createApp(session: Session) {
  const providers = { authProvider: createAuthProvider(session), dataProvider: createDataProvider(session) };
  const Frame = ({ children }: { children: React.ReactNode }) => <Layout><FollowSession session={session} />{children}</Layout>;
  return () => (
    <Admin {...providers} layout={Frame}>
      <Resource name="calculations" list={Runs} edit={Run} />
    </Admin>
  );
}
