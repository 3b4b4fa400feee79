// What Ctrl-K says of a search that did not look at everything.
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { MemoryRouter } from 'react-router';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import type { Identity, Session, SessionState } from '@/session';

import CommandPalette from './CommandPalette';
import { KeysProvider } from './keys';
import { ServicesProvider } from './services';

const identity: Identity = {
  sub: 'me',
  email: 'me@example.org',
  full_name: null,
  scopes: ['calculations:read'],
  roles: [],
  must_change_password: false,
};
const hit = { collection: 'calculations', _id: 'c1', title: 'night run', field: 'name', text: 'night run' };

beforeEach(() => {
  globalThis.ResizeObserver ??= class {
    observe() {}
    unobserve() {}
    disconnect() {}
  };
  Element.prototype.scrollIntoView ??= () => undefined;
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function search(answer: object): void {
  const state: SessionState = { kind: 'authenticated', identity };
  const session = {
    fetch: async () => new Response(JSON.stringify(answer)),
    state: () => state,
    subscribe: () => () => undefined,
  } as unknown as Session;
  render(
    <ServicesProvider session={session}>
      <QueryClientProvider client={new QueryClient()}>
        <KeysProvider>
          <MemoryRouter>
            <CommandPalette onClose={() => undefined} />
          </MemoryRouter>
        </KeysProvider>
      </QueryClientProvider>
    </ServicesProvider>,
  );
  fireEvent.change(screen.getByPlaceholderText(/Find a page/), { target: { value: 'night' } });
}

it('names each collection that was searched in part, also when nothing was found', async () => {
  const limited = [
    { collection: 'calculations', documents: 10_000 },
    { collection: 'reviews', documents: 10_200 },
  ];
  search({ items: [], complete: false, limited });
  await screen.findByText('Only the latest 10,000 documents of calculations were searched.');
  await screen.findByText('Only the latest 10,200 documents of reviews were searched.');
  expect(screen.getByText('Nothing found')).toBeTruthy();
  expect(screen.queryByText(/There may be more/)).toBeNull();
});

it('says that there may be more where the list or the time ended the search', async () => {
  search({ items: [hit], complete: false, limited: [] });
  await screen.findByText(/There may be more objects than these/);
  expect(screen.getByText('night run')).toBeTruthy();
});

it('says nothing of a search that looked at everything', async () => {
  search({ items: [hit], complete: true, limited: [] });
  await screen.findByText('night run');
  expect(screen.getByRole('status').textContent).toBe('');
});
