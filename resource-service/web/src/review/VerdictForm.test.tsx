import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { KeysProvider } from '@/app/keys';
import { ServicesProvider } from '@/app/services';
import type { Identity, Session, SessionState } from '@/session';
import { ToastsProvider } from '@/ui/toasts';

import { VerdictForm } from './VerdictForm';

const identity: Identity = {
  sub: 'me',
  email: 'me@example.org',
  full_name: null,
  scopes: ['reviews:read', 'reviews:write'],
  roles: [],
  must_change_password: false,
};

/** Answers by method and path; what was sent is kept. */
function service(answers: Record<string, (body: unknown) => [status: number, body: unknown]>) {
  const sent: { request: string; body: unknown; ifMatch: string | null }[] = [];
  const fetch = async (input: string, init: RequestInit = {}) => {
    const request = `${init.method} ${input.split('?')[0]}`;
    const body: unknown = typeof init.body === 'string' ? JSON.parse(init.body) : undefined;
    sent.push({ request, body, ifMatch: new Headers(init.headers).get('if-match') });
    const [status, answer] = answers[request]?.(body) ?? [404, { detail: `no ${request}` }];
    return new Response(status === 204 ? null : JSON.stringify(answer), { status });
  };
  return { fetch, sent, writes: () => sent.filter(({ request }) => !request.startsWith('GET')) };
}

function show(fetch: Session['fetch'], props: Partial<Parameters<typeof VerdictForm>[0]> = {}, who = identity) {
  const state: SessionState = { kind: 'authenticated', identity: who };
  const session = { fetch, state: () => state, subscribe: () => () => undefined } as unknown as Session;
  const client = new QueryClient();
  const showLatest = vi.fn();
  render(
    <ServicesProvider session={session}>
      <QueryClientProvider client={client}>
        <KeysProvider>
          <ToastsProvider>
            <VerdictForm
              subject={{ _id: 'c1', _revision: 7, name: '<img src=x onerror=alert(1)>' }}
              onShowLatest={showLatest}
              {...props}
            />
          </ToastsProvider>
        </KeysProvider>
      </QueryClientProvider>
    </ServicesProvider>,
  );
  return { showLatest };
}

const at = (revision: number) => () => [200, { _id: 'c1', _revision: revision }] as [number, unknown];
const none = () => [200, { items: [], next: null }] as [number, unknown];

beforeEach(() => sessionStorage.clear());
afterEach(cleanup);

describe('the form of a verdict', () => {
  it('gives by one key a verdict on the revision on the screen, and takes it back by another', async () => {
    const { fetch, writes } = service({
      'GET /api/calculations/c1': at(7),
      'GET /api/reviews': none,
      'POST /api/reviews': () => [201, { _id: 'r1', _revision: 1 }],
      'DELETE /api/reviews/r1': () => [204, null],
    });
    const undone = vi.fn();
    show(fetch, { onUndone: undone });
    fireEvent.change(screen.getByLabelText(/Comment/), { target: { value: ' *good* ' } });
    fireEvent.keyDown(document.body, { key: 'a' });
    await waitFor(() => expect(writes()).toHaveLength(1));
    expect(writes()[0]).toMatchObject({
      request: 'POST /api/reviews',
      body: { calculation: 'c1', revision: 7, verdict: 'approve', comment: '*good*' },
    });
    await screen.findByText(/^Approved: <img/);
    expect(sessionStorage).toHaveLength(0);
    fireEvent.keyDown(document.body, { key: 'z' });
    await waitFor(() => expect(undone).toHaveBeenCalledOnce());
    expect(writes()[1]).toMatchObject({ request: 'DELETE /api/reviews/r1', ifMatch: '"1"' });
  });

  it('gives one verdict on one revision, however fast the keys are, until that is undone', async () => {
    const { fetch, writes } = service({
      'GET /api/calculations/c1': at(7),
      'GET /api/reviews': none,
      'POST /api/reviews': () => [201, { _id: 'r1', _revision: 1 }],
      'DELETE /api/reviews/r1': () => [204, null],
    });
    show(fetch);
    fireEvent.keyDown(document.body, { key: 'a' });
    fireEvent.keyDown(document.body, { key: 'r' });
    await screen.findByText(/^Approved/);
    fireEvent.keyDown(document.body, { key: 'r' });
    await screen.findByText('Your verdict on revision 7 is given.');
    fireEvent.keyDown(document.body, { key: 'u' });
    fireEvent.click(screen.getByRole('button', { name: /Reject/ }));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(writes()).toHaveLength(1);
    fireEvent.keyDown(document.body, { key: 'z' });
    await screen.findByText(/^Undone/);
    fireEvent.keyDown(document.body, { key: 'r' });
    await waitFor(() => expect(writes()).toHaveLength(3));
    expect(writes()[2]?.body).toMatchObject({ verdict: 'reject' });
  });

  it('answers a request to the caller in words of their own, and asks again when that is undone', async () => {
    const requests = [
      { _id: 'q0', _revision: 1, revision: 5, requested_by: 'me', state: 'requested' },
      { _id: 'q1', _revision: 3, revision: 5, requested_by: 'other', state: 'requested' },
      { _id: 'q2', _revision: 4, revision: 6, requested_by: 'other', assignee: 'me', comment: 'soon?' },
    ];
    const { fetch, writes } = service({
      'GET /api/calculations/c1': at(7),
      'GET /api/reviews': () => [200, { items: requests, next: null }],
      'PATCH /api/reviews/q2': () => [200, { _id: 'q2', _revision: 5 }],
    });
    show(fetch);
    fireEvent.keyDown(document.body, { key: 'u' });
    await screen.findByText(/^Rerun requested/);
    expect(writes()[0]).toEqual({
      request: 'PATCH /api/reviews/q2',
      body: { verdict: 'rerun', revision: 7, comment: null },
      ifMatch: '"4"',
    });
    fireEvent.click(screen.getByText('Undo (z)'));
    await waitFor(() => expect(writes()).toHaveLength(2));
    expect(writes()[1]).toEqual({
      request: 'PATCH /api/reviews/q2',
      body: { verdict: null, state: 'requested', revision: 6, comment: 'soon?' },
      ifMatch: '"5"',
    });
  });

  it('says before it sends that a newer revision has come', async () => {
    const { fetch, writes } = service({
      'GET /api/calculations/c1': at(8),
      'GET /api/reviews': none,
      'POST /api/reviews': () => [201, { _id: 'r1', _revision: 1 }],
    });
    const { showLatest } = show(fetch);
    fireEvent.keyDown(document.body, { key: 'r' });
    await screen.findByText(/was not sent: revision 8 was stored/);
    expect(writes()).toEqual([]);
    fireEvent.click(screen.getAllByText('Show revision 8')[0] as HTMLElement);
    expect(showLatest).toHaveBeenCalledOnce();
    fireEvent.click(screen.getByText('Reject revision 7 anyway'));
    await waitFor(() => expect(writes()).toHaveLength(1));
    expect(writes()[0]?.body).toMatchObject({ verdict: 'reject', revision: 7 });
  });

  it('keeps what was typed when the service refuses it', async () => {
    const { fetch } = service({
      'GET /api/calculations/c1': at(7),
      'GET /api/reviews': none,
      'POST /api/reviews': () => [
        422,
        {
          code: 'validation_error',
          detail: 'too long',
          errors: [{ pointer: '/comment', code: 'maxLength', message: 'must have at most 10000 characters' }],
        },
      ],
    });
    show(fetch);
    const field = screen.getByLabelText<HTMLTextAreaElement>(/Comment/);
    fireEvent.change(field, { target: { value: 'why' } });
    fireEvent.click(screen.getByRole('button', { name: /Approve/ }));
    await screen.findByText('must have at most 10000 characters');
    expect(field.value).toBe('why');
    expect(sessionStorage.getItem('tessera.comment.c1')).toBe('why');
  });

  it('takes keys as text while the comment has the focus, until Escape', async () => {
    const { fetch, sent } = service({ 'GET /api/calculations/c1': at(8) });
    show(fetch);
    fireEvent.keyDown(document.body, { key: 'c' });
    const field = screen.getByLabelText(/Comment/);
    expect(document.activeElement).toBe(field);
    fireEvent.keyDown(field, { key: 'a' });
    expect(sent).toEqual([]);
    fireEvent.keyDown(field, { key: 'Escape' });
    expect(document.activeElement).toBe(screen.getByRole('button', { name: /Approve/ }));
    fireEvent.keyDown(document.activeElement as Element, { key: 'a' });
    await screen.findByText(/was not sent/);
  });

  it('offers nothing to a caller who may not write', () => {
    const { fetch } = service({});
    show(fetch, {}, { ...identity, scopes: ['reviews:read'] });
    expect(screen.queryByRole('button')).toBeNull();
    expect(screen.getByText('reviews:write')).toBeTruthy();
  });
});
