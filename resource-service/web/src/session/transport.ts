// The requests to auth-service: log in, refresh, read the user, log out. It keeps nothing.
import { failureOf, problemOf, ProblemError } from '@/api/problem';

import type { Identity, SessionEnv } from './types';

/** How long the refresh cookie may be in use, in milliseconds. */
export const REFRESH_LIMIT = 10_000;
/** The same at a login, where a busy service makes passwords wait. */
export const LOGIN_LIMIT = 30_000;
/** A token is refreshed this long before it expires, in milliseconds, or a fifth of its life if that is less. */
const MARGIN = 30_000;

/** An access token. */
export interface Grant {
  token: string;
  /** When it expires, on the clock of the session. */
  expiresAt: number;
  /** How long before that it is refreshed, in milliseconds. */
  margin: number;
  scopes: string[];
  mustChangePassword: boolean;
}

interface TokenResponse {
  access_token: string;
  expires_in: number;
  scope: string;
  must_change_password?: boolean;
}

interface UserResponse {
  id: string;
  email: string;
  full_name: string | null;
  roles: string[];
}

interface Call {
  method: 'GET' | 'POST';
  path: string;
  token?: string;
  json?: unknown;
  /** When to give up, on the clock of the session. */
  deadline: number;
}

type Surroundings = Pick<SessionEnv, 'now' | 'fetch' | 'timers' | 'base'>;

/** The requests of a session. Each failure is a `ProblemError`, with status 0 if there was no answer. */
export class Transport {
  constructor(private readonly env: Surroundings) {}

  async login(username: string, password: string): Promise<Grant> {
    const sentAt = this.env.now();
    const call: Call = {
      method: 'POST',
      path: '/auth/login',
      json: { username, password },
      deadline: sentAt + LOGIN_LIMIT,
    };
    return this.send(call, async (response) => grantOf(await accept(response), sentAt));
  }

  /**
   * Uses the cookie. `held` is the access token of the session that it is expected to belong to. `null`: the cookie
   * opens nothing. `same` is false if it belongs to another session, because somebody logged in in another tab.
   */
  async refresh(held: string | null, deadline: number): Promise<{ grant: Grant; same: boolean } | null> {
    if (held !== null) {
      const grant = await this.refreshWith({ token: held }, deadline);
      if (grant !== null) return { grant, same: true };
    }
    const grant = await this.refreshWith({}, deadline);
    return grant && { grant, same: false };
  }

  /** The user of a token, or `null` if the token is refused. */
  async identity(grant: Grant, deadline: number): Promise<Identity | null> {
    return this.send({ method: 'GET', path: '/auth/users/me', token: grant.token, deadline }, async (response) => {
      if (response.status === 401) return null;
      const user: UserResponse = await (await accept(response)).json();
      return {
        sub: user.id,
        email: user.email,
        full_name: user.full_name,
        roles: user.roles,
        scopes: grant.scopes,
        must_change_password: grant.mustChangePassword,
      };
    });
  }

  async logout(): Promise<void> {
    const call: Call = { method: 'POST', path: '/auth/logout', deadline: this.env.now() + REFRESH_LIMIT };
    await this.send(call, accept);
  }

  private refreshWith(held: { token?: string }, deadline: number): Promise<Grant | null> {
    const sentAt = this.env.now();
    return this.send({ method: 'POST', path: '/auth/token-refresh', ...held, deadline }, async (response) =>
      response.status === 401 ? null : grantOf(await accept(response), sentAt),
    );
  }

  /** The deadline holds until the response is read. */
  private async send<T>(call: Call, read: (response: Response) => Promise<T>): Promise<T> {
    const { env } = this;
    const patience = new AbortController();
    const timer = env.timers.set(() => patience.abort(), Math.max(0, call.deadline - env.now()));
    const headers = new Headers({ Accept: 'application/json' });
    if (call.token !== undefined) headers.set('Authorization', `Bearer ${call.token}`);
    const init: RequestInit = {
      method: call.method,
      headers,
      cache: 'no-store',
      credentials: env.base ? 'include' : 'same-origin',
      signal: patience.signal,
    };
    if (call.json !== undefined) {
      headers.set('Content-Type', 'application/json');
      init.body = JSON.stringify(call.json);
    }
    try {
      return await read(await env.fetch((env.base ?? '') + call.path, init));
    } catch (error) {
      if (patience.signal.aborted) throw new ProblemError(0, 'offline', 'The server did not answer in time.');
      throw failureOf(error);
    } finally {
      env.timers.clear(timer);
    }
  }
}

async function accept(response: Response): Promise<Response> {
  if (!response.ok) throw await problemOf(response);
  return response;
}

async function grantOf(response: Response, sentAt: number): Promise<Grant> {
  const answer: TokenResponse = await response.json();
  const life = answer.expires_in * 1000;
  return {
    token: answer.access_token,
    // The service counts from a moment after the request was sent, so this is early rather than late.
    expiresAt: sentAt + life,
    margin: Math.min(MARGIN, life / 5),
    scopes: answer.scope.split(' ').filter((scope) => scope !== ''),
    mustChangePassword: answer.must_change_password === true,
  };
}

/** The problem of a request that needs a token where there is none. */
export function unauthenticated(detail: string): ProblemError {
  return new ProblemError(401, 'invalid_token', detail);
}
