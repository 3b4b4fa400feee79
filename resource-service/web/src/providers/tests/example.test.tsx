// The application of README.md, with the whole of react-admin, against a session and a service of tests.
import { readFileSync } from 'node:fs';

import { act, cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import type { Session, SessionState } from '@/session';

import { createApp } from './example';
import { Service } from './service';

const LIMIT = 15_000;

class FakeSession implements Session {
  readonly listeners = new Set<(state: SessionState) => void>();
  readonly fetch: Session['fetch'];
  current: SessionState = { kind: 'anonymous' };
  loggedOut = 0;

  constructor(service: Service) {
    this.fetch = service.session.fetch;
  }

  become(state: SessionState): SessionState {
    this.current = state;
    this.listeners.forEach((listener) => listener(state));
    return state;
  }

  start = () => Promise.resolve(this.current);
  stop = () => undefined;
  state = () => this.current;
  subscribe = (listener: (state: SessionState) => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  login = (username: string) => {
    const scopes = ['calculations:read', 'calculations:write'];
    const identity = {
      sub: username,
      email: username,
      full_name: null,
      scopes,
      roles: [],
      must_change_password: false,
    };
    return Promise.resolve(this.become({ kind: 'authenticated', identity }));
  };
  logout = async () => {
    this.loggedOut += 1;
    this.become({ kind: 'anonymous', reason: 'logged-out' });
  };
  logoutEverywhere = this.logout;
  token = () => Promise.resolve('t');
  reload = this.start;
}

let service: Service;
let session: FakeSession;

beforeEach(() => {
  window.location.hash = '#/calculations';
  vi.stubGlobal('scrollTo', () => undefined);
  service = new Service();
  service.add({ _id: 'a', name: 'night run', results: { energy: { value: -1.5 } } });
  session = new FakeSession(service);
});

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

it('is the one that README.md shows', () => {
  const readme = readFileSync('README.md', 'utf8');
  const [, shown] = /```tsx\n([\s\S]*?)```/.exec(readme) ?? [];
  expect(shown).toBe(readFileSync('src/providers/tests/example.tsx', 'utf8'));
  expect(shown?.trim().split('\n')).toHaveLength(20);
});

it('asks who is there, lists, saves, and shows the login when the session ends', { timeout: 4 * LIMIT }, async () => {
  const App = createApp(session);
  render(<App />);
  fireEvent.change(await screen.findByLabelText(/username/i, {}, { timeout: LIMIT }), { target: { value: 'ada' } });
  fireEvent.change(screen.getByLabelText(/password/i, { selector: 'input' }), { target: { value: 'right' } });
  fireEvent.click(screen.getByText(/^sign in$/i));

  fireEvent.click(await screen.findByText('night run', {}, { timeout: LIMIT }));
  const list = service.sent.find(({ path }) => path === '/api/calculations');
  expect(Object.fromEntries(list?.query ?? [])).toEqual({
    status: 'finished',
    'results.energy.value[lt]': '-1',
    sort: '-_created_at',
    limit: '10',
  });

  const name = await screen.findByLabelText(/name/i, { selector: 'input' }, { timeout: LIMIT });
  const errors = [{ pointer: '/name', code: 'minLength', message: 'expected at least 5 characters, got 1' }];
  fireEvent.change(name, { target: { value: 'x' } });
  service.refusals.push({ status: 422, body: { code: 'validation_error', detail: 'not valid', errors } });
  const save = () => screen.getByLabelText('Save');
  fireEvent.click(save());
  await screen.findByText('expected at least 5 characters, got 1', {}, { timeout: LIMIT });
  fireEvent.change(name, { target: { value: 'day run' } });
  await waitFor(() => expect(screen.queryByText(/at least 5 characters/)).toBeNull(), { timeout: LIMIT });
  fireEvent.click(save());
  await waitFor(() => expect(service.documents.get('a')?.name).toBe('day run'), { timeout: LIMIT });

  // In another tab.
  act(() => void session.become({ kind: 'anonymous', reason: 'logged-out' }));
  await screen.findByText(/^sign in$/i, {}, { timeout: LIMIT });
  expect(session.loggedOut).toBe(0);
});

it('reads anew when another user logs in in another tab', { timeout: 2 * LIMIT }, async () => {
  const App = createApp(session);
  await session.login('ada');
  render(<App />);
  await screen.findByText('night run', {}, { timeout: LIMIT });
  service.documents.set('a', { _id: 'a', _revision: 1, name: 'what bob may see' });
  await act(() => session.login('bob'));
  await screen.findByText('what bob may see', {}, { timeout: LIMIT });
});
