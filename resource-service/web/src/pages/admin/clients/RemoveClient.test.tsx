import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';

import { PreferencesProvider } from '@/app/preferences';
import type { Client } from '@/people/data';

import { RemoveClient } from './RemoveClient';

afterEach(cleanup);

const client: Client = {
  client_id: 'c1',
  name: 'resource-service',
  scopes: ['revocations:read', 'users:read'],
  grants: ['client_credentials'],
  disabled: false,
  secrets: 1,
  created_at: '2026-11-01T00:00:00Z',
  last_used_at: null,
};

function show(shown: Client) {
  const run = vi.fn(async () => undefined);
  render(
    <PreferencesProvider>
      <RemoveClient client={shown} run={run} onClose={() => undefined} />
    </PreferencesProvider>,
  );
  return { run, button: screen.getByRole<HTMLButtonElement>('button', { name: 'Remove the client' }) };
}

test('the client of a service is removed after its name was typed', () => {
  const { run, button } = show(client);
  screen.getByText('revocations:read users:read');
  expect(button.disabled).toBe(true);
  fireEvent.change(screen.getByLabelText('To confirm, type resource-service'), {
    target: { value: 'resource-service' },
  });
  fireEvent.click(button);
  expect(run).toHaveBeenCalledOnce();
});

test('that of a program is removed after one question', () => {
  const { run, button } = show({ ...client, name: 'loader', scopes: ['calculations:write'] });
  expect(screen.queryByLabelText(/To confirm/)).toBeNull();
  fireEvent.click(button);
  expect(run).toHaveBeenCalledOnce();
});
