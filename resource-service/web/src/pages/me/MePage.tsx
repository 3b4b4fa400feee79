// The reader's own page: profile, password, sessions, job grants, API keys, preferences, and how to leave.
import Alert from '@mui/material/Alert';

import { useIdentity } from '@/app/services';
import { Page } from '@/ui/page';
import { useSearch } from '@/ui/urlState';

import { ApiKeysSection } from './ApiKeys';
import { LeaveSection } from './Leave';
import { PasswordSection } from './Password';
import { PreferencesSection } from './Preferences';
import { ProfileSection } from './Profile';
import { SessionsSections } from './Sessions';

export default function MePage() {
  const { must_change_password: must } = useIdentity();
  const [search] = useSearch();
  if (must) {
    return (
      <Page title="Choose another password">
        <Alert severity="info" sx={{ border: 0 }}>
          Your password was set by somebody else. Choose another one; until then you can do nothing else.
        </Alert>
        <PasswordSection focused />
        <LeaveSection only />
      </Page>
    );
  }
  return (
    <Page title="Me">
      <ProfileSection />
      <PreferencesSection />
      <SessionsSections />
      <ApiKeysSection />
      <PasswordSection focused={search.has('password')} />
      <LeaveSection />
    </Page>
  );
}
