// When a page is left because of a logout, and when it is only covered.
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { createMemoryRouter, RouterProvider } from 'react-router';
import { beforeEach, afterEach, expect, it, vi } from 'vitest';

import type { Session, SessionState } from '@/session';

import { KeysProvider } from './keys';
import { Layout } from './Layout';
import { PreferencesProvider } from './preferences';
import { ServicesProvider } from './services';

afterEach(cleanup);
beforeEach(() => {
  window.matchMedia ??= () =>
    ({ matches: false, addEventListener() {}, removeEventListener() {} }) as unknown as MediaQueryList;
});

const identity = {
  sub: 'ada',
  email: 'ada@example.org',
  full_name: null,
  scopes: [],
  roles: [],
  must_change_password: false,
};
const loggedIn: SessionState = { kind: 'authenticated', identity };

async function show() {
  let state = loggedIn;
  const listeners = new Set<(state: SessionState) => void>();
  const session: Pick<Session, 'state' | 'subscribe' | 'logout'> = {
    logout: vi.fn(async () => undefined),
    state: () => state,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const router = createMemoryRouter([
    { element: <Layout />, children: [{ path: '/', element: <textarea aria-label="Text" /> }] },
    { path: '/login', element: <p>the login page</p> },
  ]);
  render(
    <ServicesProvider session={session as Session}>
      <PreferencesProvider>
        <KeysProvider>
          <RouterProvider router={router} />
        </KeysProvider>
      </PreferencesProvider>
    </ServicesProvider>,
  );
  const text = await screen.findByLabelText<HTMLTextAreaElement>('Text');
  fireEvent.change(text, { target: { value: 'typed' } });
  const become = (next: SessionState) =>
    act(async () => {
      state = next;
      listeners.forEach((listener) => listener(next));
    });
  return { become, session };
}

it('keeps what was typed when the user logs out in another tab', async () => {
  const { become } = await show();
  await become({ kind: 'anonymous', reason: 'logged-out', elsewhere: true });
  await screen.findByText(/logged out in another tab/);
  await become(loggedIn);
  expect(screen.getByLabelText<HTMLTextAreaElement>('Text').value).toBe('typed');
});

it('leaves the page when the user logs out in this tab, also after that', async () => {
  const { become } = await show();
  await become({ kind: 'anonymous', reason: 'logged-out', elsewhere: true });
  await become({ kind: 'anonymous', reason: 'logged-out' });
  await screen.findByText('the login page');
});

it('logs out from the menu below the name', async () => {
  const { session } = await show();
  fireEvent.click(screen.getByRole('button', { name: 'Account of ada@example.org' }));
  const me = await screen.findByRole('menuitem', { name: 'Me' });
  expect(me.getAttribute('href')).toBe('/me');
  fireEvent.click(screen.getByRole('menuitem', { name: 'Log out' }));
  expect(session.logout).toHaveBeenCalledOnce();
});
