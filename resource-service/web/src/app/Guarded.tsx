// Shows a page to callers with its scope; others read which scope is missing. Never logs out.
import { Suspense, type ComponentType, type ReactNode } from 'react';
import type { RouteObject } from 'react-router';

import { ProblemError } from '@/api/problem';
import { Page } from '@/ui/page';
import { Failure, Loading } from '@/ui/states';

import { holds } from './scopes';
import { useIdentity } from './services';

/** An address behind the login. Without `scope` everybody who is logged in may open it. */
export function guarded(path: string, Component: ComponentType, scope?: string): RouteObject {
  return { path, element: <Guarded scope={scope}>{<Component />}</Guarded> };
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
      <Page title="Not allowed">
        <Failure error={error} />
      </Page>
    );
  }
  return <Suspense fallback={<Loading />}>{children}</Suspense>;
}
