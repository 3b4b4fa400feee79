// Shows a page to callers with its scope; others read which scope is missing. Never logs out.
import { Suspense, type ReactNode } from 'react';
import type { RouteObject } from 'react-router';

import { ProblemError } from '@/api/problem';
import { Page as PageFrame } from '@/ui/page';
import { Failure, Loading } from '@/ui/states';

import { lazyPage, type Load } from './lazyPage';
import { holds } from './scopes';
import { useIdentity } from './services';

/** An address behind the login. Without `scope` everybody who is logged in may open it. */
export function guarded(path: string, load: Load, scope?: string): RouteObject {
  const { Page, handle } = lazyPage(load);
  const element = (
    <Guarded scope={scope}>
      <Page />
    </Guarded>
  );
  return { path, handle, element };
}

function Guarded({ scope, children }: { scope: string | undefined; children: ReactNode }) {
  const { scopes } = useIdentity();
  if (scope !== undefined && !holds(scopes, scope)) {
    const error = new ProblemError(
      403,
      'insufficient_scope',
      `This page needs the scope ${scope}.`,
      undefined,
      [],
      undefined,
      scope,
    );
    return (
      <PageFrame title="Not allowed">
        <Failure error={error} />
      </PageFrame>
    );
  }
  return <Suspense fallback={<Loading />}>{children}</Suspense>;
}
