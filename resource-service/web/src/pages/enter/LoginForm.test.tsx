// What the form that logs in says, and where the focus is after it.
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';

import { ProblemError } from '@/api/problem';
import { ServicesProvider } from '@/app/services';
import type { Session } from '@/session';

import { LoginForm } from './LoginForm';

afterEach(cleanup);

function show(login: Session['login']) {
  const session: Pick<Session, 'state' | 'subscribe' | 'login'> = {
    state: () => ({ kind: 'anonymous' }),
    subscribe: () => () => undefined,
    login,
  };
  render(
    <ServicesProvider session={session as Session}>
      <LoginForm />
    </ServicesProvider>,
  );
  const type = (label: string, value: string) => fireEvent.change(screen.getByLabelText(label), { target: { value } });
  return { type, submit: () => fireEvent.click(screen.getByRole('button', { name: 'Log in' })) };
}

it('asks for what is missing before it sends anything', () => {
  const login = vi.fn<Session['login']>();
  const { type, submit } = show(login);
  submit();
  screen.getByText('Enter your e-mail address');
  screen.getByText('Enter your password');
  expect(document.activeElement).toBe(screen.getByLabelText('E-mail'));
  type('E-mail', 'ada@example.org');
  expect(screen.queryByText('Enter your e-mail address')).toBeNull();
  expect(login).not.toHaveBeenCalled();
});

it('says beside the password that the login is wrong', async () => {
  const wrong = new ProblemError(401, 'invalid_credentials', 'Wrong e-mail or password');
  const login = vi.fn<Session['login']>(() => Promise.reject(wrong));
  const { type, submit } = show(login);
  type('E-mail', ' ada@example.org ');
  type('Password', ' secret ');
  submit();
  await screen.findByText('Wrong e-mail or password');
  expect(login).toHaveBeenCalledWith('ada@example.org', ' secret ');
  expect(document.activeElement).toBe(screen.getByLabelText('Password'));
});

it('says above the fields that the service is away', async () => {
  const { type, submit } = show(() => Promise.reject(new Error('The service is away')));
  type('E-mail', 'ada@example.org');
  type('Password', 'secret');
  submit();
  expect((await screen.findByRole('alert')).textContent).toBe('The service is away');
});
