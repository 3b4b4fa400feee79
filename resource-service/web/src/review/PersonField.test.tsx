import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';

import { ServicesProvider } from '@/app/services';
import type { Owned } from '@/people/late';
import type { Identity, Session, SessionState } from '@/session';

import { PersonField } from './PersonField';

const identity: Identity = {
  sub: 'me',
  email: 'me@example.org',
  full_name: null,
  scopes: ['calculations:read', 'reviews:read'],
  roles: [],
  must_change_password: false,
};

/** Shows the field to somebody without users:read; `owners` answers each question for calculations; without an answer it is refused. */
function show(owners: () => Owned[] | undefined) {
  const fetch = vi.fn(async (input: string) => {
    const items = input.startsWith('/api/calculations') ? owners() : [];
    const answer = items ? { items, next: null } : { code: 'forbidden', detail: 'not allowed' };
    return new Response(JSON.stringify(answer), { status: items ? 200 : 403 });
  });
  const state: SessionState = { kind: 'authenticated', identity };
  const session = { fetch, state: () => state, subscribe: () => () => undefined } as unknown as Session;
  render(
    <ServicesProvider session={session}>
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
        <PersonField label="Reviewer" value={null} onChange={vi.fn()} />
      </QueryClientProvider>
    </ServicesProvider>,
  );
  return { asked: () => fetch.mock.calls.filter(([input]) => input.startsWith('/api/calculations')).length };
}

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

it('offers a person whose name was not known in time as soon as it is', async () => {
  let asked = 0;
  show(() => {
    asked += 1;
    return [asked === 1 ? { _owner: 'b' } : { _owner: 'b', _owner_name: 'Bea Blum' }];
  });
  fireEvent.change(screen.getByRole('combobox', { name: 'Reviewer' }), { target: { value: 'Bea' } });
  await screen.findByRole('option', { name: 'Bea Blum' }, { timeout: 5000 });
});

it('asks five times more for names that stay away, less and less often, and then no longer', async () => {
  vi.useFakeTimers();
  const { asked } = show(() => [{ _owner: 'late' }]);
  for (const [after, times] of [
    [900, 1],
    [200, 2],
    [2000, 3],
    [4000, 4],
    [600_000, 6],
  ] as const) {
    await vi.advanceTimersByTimeAsync(after);
    expect(asked()).toBe(times);
  }
});

it('asks no more once it is refused', async () => {
  vi.useFakeTimers();
  let isFirst = true;
  const { asked } = show(() => {
    if (!isFirst) return undefined;
    isFirst = false;
    return [{ _owner: 'late' }];
  });
  await vi.advanceTimersByTimeAsync(600_000);
  expect(asked()).toBe(2);
});

it('asks once where every name is known, and who has none', async () => {
  vi.useFakeTimers();
  const { asked } = show(() => [
    { _owner: 'b', _owner_name: 'Bea Blum' },
    { _owner: 'nameless', _owner_name: null },
  ]);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(asked()).toBe(1);
});
