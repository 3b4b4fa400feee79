// A name that is typed but not saved is not lost without a question.
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { createMemoryRouter, Outlet, RouterProvider } from 'react-router';
import { afterEach, expect, it } from 'vitest';

import { IdentityProvider, ServicesProvider } from '@/app/services';
import type { Identity, Session, SessionState } from '@/session';
import { ToastsProvider } from '@/ui/toasts';
import { UnsavedProvider } from '@/ui/unsaved';

import { ProfileSection } from './Profile';

afterEach(cleanup);

const identity: Identity = {
  sub: 'ada',
  email: 'ada@example.org',
  full_name: 'Ada',
  scopes: [],
  roles: [],
  must_change_password: false,
};

const state: SessionState = { kind: 'authenticated', identity };

function show() {
  const session: Partial<Session> = {
    fetch: async () => new Response('{}', { status: 200 }),
    reload: async () => state,
    state: () => state,
    subscribe: () => () => undefined,
  };
  const frame = () => (
    <ServicesProvider session={session as Session}>
      <IdentityProvider identity={identity}>
        <ToastsProvider>
          <UnsavedProvider>
            <Outlet />
          </UnsavedProvider>
        </ToastsProvider>
      </IdentityProvider>
    </ServicesProvider>
  );
  const children = [
    { path: '/me', element: <ProfileSection /> },
    { path: '/', element: <p>the day</p> },
  ];
  const router = createMemoryRouter([{ Component: frame, children }], { initialEntries: ['/me'] });
  render(<RouterProvider router={router} />);
  fireEvent.input(screen.getByLabelText('Name'), { target: { value: 'Ada L.' } });
  return router;
}

it('asks before it leaves a name that is not saved', async () => {
  const router = show();
  await waitFor(() => expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Save' }).disabled).toBe(false));
  await router.navigate('/');
  await screen.findByText('Discard what you typed?');
  fireEvent.click(screen.getByRole('button', { name: 'Continue editing' }));
  await waitFor(() => expect(screen.getByLabelText<HTMLInputElement>('Name').value).toBe('Ada L.'));
  expect(router.state.location.pathname).toBe('/me');
});

it('leaves a name that is saved', async () => {
  const router = show();
  await waitFor(() => expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Save' }).disabled).toBe(false));
  fireEvent.click(screen.getByRole('button', { name: 'Save' }));
  await screen.findByText('Your name is changed');
  await router.navigate('/');
  await screen.findByText('the day');
});
