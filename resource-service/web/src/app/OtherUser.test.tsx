// What one user read is not shown to the next.
import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query';
import { act, cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';

import type { Session, SessionState } from '@/session';

import { OtherUser } from './OtherUser';
import { ServicesProvider } from './services';

afterEach(cleanup);

function authenticated(sub: string): SessionState {
  const identity = { sub, email: sub, full_name: null, scopes: [], roles: [], must_change_password: false };
  return { kind: 'authenticated', identity };
}

it('reads anew for another user, and not after a logout of the same', async () => {
  let state = authenticated('ada');
  const listeners = new Set<(state: SessionState) => void>();
  const subscribe = (listener: (state: SessionState) => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  const session: Pick<Session, 'state' | 'subscribe'> = { state: () => state, subscribe };
  const become = (next: SessionState) =>
    act(async () => {
      state = next;
      listeners.forEach((listener) => listener(next));
    });
  let reads = 0;
  const read = () => Promise.resolve(`read ${(reads += 1)}`);
  function Page() {
    return <p>{useQuery({ queryKey: ['a'], queryFn: read, staleTime: Infinity }).data ?? 'nothing'}</p>;
  }
  render(
    <ServicesProvider session={session as Session}>
      <QueryClientProvider client={new QueryClient()}>
        <OtherUser />
        <Page />
      </QueryClientProvider>
    </ServicesProvider>,
  );
  await screen.findByText('read 1');
  await become({ kind: 'anonymous', reason: 'expired' });
  await become(authenticated('ada'));
  expect(screen.getByText('read 1')).toBeDefined();
  await become(authenticated('bob'));
  await screen.findByText('read 2');
});
