// The dialogs of the chosen calculations keep what was typed until the reader discards it.
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { createMemoryRouter, RouterProvider } from 'react-router';
import { afterEach, expect, it, vi } from 'vitest';

import { KeysProvider } from '@/app/keys';
import { IdentityProvider, ServicesProvider } from '@/app/services';
import type { Identity, Session, SessionState } from '@/session';
import { ToastsProvider } from '@/ui/toasts';
import { UnsavedProvider } from '@/ui/unsaved';

import { ChosenActions } from './ChosenActions';

afterEach(cleanup);

const QUESTION = 'Discard what you typed?';
const identity: Identity = {
  sub: 'me',
  email: 'me@example.org',
  full_name: null,
  scopes: ['calculations:write', 'reviews:write', 'users:read'],
  roles: [],
  must_change_password: false,
};
const state: SessionState = { kind: 'authenticated', identity };
const chosen = {
  ids: ['c1'],
  rows: [{ _id: 'c1', name: 'one', tags: ['old'] }],
  reload: vi.fn(),
} as unknown as Parameters<typeof ChosenActions>[0]['chosen'];

const ADA = { kind: 'user', id: 'ada', title: 'ada@example.org', detail: 'Ada' };

/** Every calculation is refused; a search for people finds Ada. */
async function open(button: string, field: string | RegExp): Promise<HTMLInputElement> {
  const fetch = async (path: string) =>
    path.startsWith('/auth/search')
      ? new Response(JSON.stringify({ items: [ADA] }))
      : new Response(JSON.stringify({ detail: 'refused' }), { status: 422 });
  const session = { fetch, state: () => state, subscribe: () => () => undefined };
  const page = () => (
    <IdentityProvider identity={identity}>
      <UnsavedProvider>
        <ChosenActions chosen={chosen} />
      </UnsavedProvider>
    </IdentityProvider>
  );
  const router = createMemoryRouter([{ path: '/', Component: page }]);
  render(
    <ServicesProvider session={session as unknown as Session}>
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
        <KeysProvider>
          <ToastsProvider>
            <RouterProvider router={router} />
          </ToastsProvider>
        </KeysProvider>
      </QueryClientProvider>
    </ServicesProvider>,
  );
  fireEvent.click(screen.getByRole('button', { name: button }));
  // The dialog is loaded when it is first opened.
  return screen.findByLabelText<HTMLInputElement>(field, {}, { timeout: 20_000 });
}

const press = (name: string) => fireEvent.click(screen.getByRole('button', { name }));

it.each([
  ['Tag', /Tag to add/],
  ['Set failed', /Reason/],
])(
  '%s asks before it discards what was typed',
  async (button, field) => {
    const input = await open(button, field);
    fireEvent.change(input, { target: { value: 'typed' } });
    press('Cancel');
    await screen.findByText(QUESTION);
    press('Continue editing');
    await waitFor(() => expect(screen.queryByText(QUESTION)).toBeNull());
    expect(input.value).toBe('typed');
    fireEvent.keyDown(input, { key: 'Escape' });
    await screen.findByText(QUESTION);
    press('Discard');
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  },
  30_000,
);

it('Request review asks before it discards the chosen reviewer, and not before one is chosen', async () => {
  const input = await open('Request review', 'Reviewer');
  press('Cancel');
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  press('Request review');
  const again = await screen.findByLabelText<HTMLInputElement>('Reviewer');
  expect(again).not.toBe(input);
  again.focus();
  fireEvent.change(again, { target: { value: 'ada' } });
  fireEvent.click(await screen.findByRole('option', { name: /Ada/ }));
  again.blur();
  press('Cancel');
  await screen.findByText(QUESTION);
  press('Continue editing');
  await waitFor(() => expect(screen.queryByText(QUESTION)).toBeNull());
  expect(again.value).toBe('Ada');
  press('Cancel');
  await screen.findByText(QUESTION);
  press('Discard');
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
}, 30_000);

it('closes without a question where the tag is the proposed one, or was sent', async () => {
  const input = await open('Untag', /Tag to remove/);
  expect(input.value).toBe('old');
  press('Cancel');
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  press('Tag');
  fireEvent.change(await screen.findByLabelText(/Tag to add/), { target: { value: 'new' } });
  press('Add the tag');
  await screen.findByText(/one: refused/);
  press('Close');
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
}, 30_000);
