// The page for addresses that lead nowhere.
import { Link, useLocation } from 'react-router';

import { Page } from '@/ui/page';
import { Empty } from '@/ui/states';

import { keyNames } from './keys';

export function NotFound() {
  const { pathname } = useLocation();
  return (
    <Page title="Not found">
      <Empty title={`There is no page ${pathname}`}>
        <Link to="/">My day</Link> lists what waits for you; <kbd>{keyNames('mod+k')}</kbd> finds pages and objects.
      </Empty>
    </Page>
  );
}
