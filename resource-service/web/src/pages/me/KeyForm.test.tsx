// A choice of scopes that is not sent is not lost without a question.
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { createMemoryRouter, RouterProvider } from 'react-router';
import { afterEach, expect, it, vi } from 'vitest';

import { IdentityProvider, ServicesProvider } from '@/app/services';
import type { Identity, Session, SessionState } from '@/session';
import { UnsavedProvider } from '@/ui/unsaved';

import { KeyForm } from './KeyForm';

afterEach(cleanup);

const identity: Identity = {
  sub: 'ada',
  email: 'ada@example.org',
  full_name: null,
  scopes: ['calculations:read', 'calculations:write'],
  roles: [],
  must_change_password: false,
};
const state: SessionState = { kind: 'authenticated', identity };

function show() {
  const close = vi.fn();
  const session: Partial<Session> = { state: () => state, subscribe: () => () => undefined };
  const page = () => (
    <ServicesProvider session={session as Session}>
      <IdentityProvider identity={identity}>
        <UnsavedProvider>
          <KeyForm onMade={() => undefined} onClose={close} />
        </UnsavedProvider>
      </IdentityProvider>
    </ServicesProvider>
  );
  render(<RouterProvider router={createMemoryRouter([{ path: '/', Component: page }])} />);
  return close;
}

it('closes without a question where nothing was chosen', () => {
  const close = show();
  fireEvent.click(screen.getByRole('button', { name: 'Cancel' }));
  expect(close).toHaveBeenCalledTimes(1);
});

it('asks before it discards the chosen scopes', async () => {
  const close = show();
  fireEvent.click(screen.getByRole('checkbox', { name: 'calculations:write' }));
  fireEvent.click(screen.getByRole('button', { name: 'Cancel' }));
  await screen.findByText('Discard what you typed?');
  expect(close).not.toHaveBeenCalled();
  fireEvent.click(screen.getByRole('button', { name: 'Discard' }));
  expect(close).toHaveBeenCalledTimes(1);
});
