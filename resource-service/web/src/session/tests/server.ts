// A model of auth-service and of the browser's one cookie jar: rotation with its 30 s of grace, ends, refusals.
import type { Clock } from './clock';

const GRACE = 30_000;

interface ServerSession {
  user: string;
  ended: boolean;
  secret: number;
  previous: { secret: number; usedAt: number } | null;
}

export interface Call {
  method: string;
  path: string;
  token: string | null;
  body: unknown;
}

type Answer = { status: number; body?: unknown; headers?: Record<string, string>; cookie?: string | null };

/**
 * What happens to a request instead of its answer. `lost`: it is carried out, and the answer does not arrive. `slow`: the
 * answer takes a tenth of a second more.
 */
export type Fault = 'offline' | 'lost' | 'hangs' | 'slow' | Answer;

const SCOPES = ['calculations:read', 'calculations:write'];

export class Server {
  ttl = 300;
  latency = 10;
  cookie: string | null = null;
  readonly calls: Call[] = [];
  readonly scopes = new Map<string, string[]>();
  readonly names = new Map<string, string>();
  mustChange = false;
  private readonly sessions = new Map<string, ServerSession>();
  private readonly tokens = new Map<string, { session: string; expires: number }>();
  private readonly faults: { path: string; fault: Fault }[] = [];
  private count = 0;

  constructor(private readonly clock: Clock) {}

  /** The next request to the path meets this. */
  fail(path: string, fault: Fault): void {
    this.faults.push({ path, fault });
  }

  countOf(path: string): number {
    return this.calls.filter((call) => call.path === path).length;
  }

  /** As if an administrator ended the sessions of a user. */
  revoke(user: string): void {
    for (const session of this.sessions.values()) if (session.user === user) session.ended = true;
  }

  fetch(path: string, init: RequestInit, deliver: (work: () => void) => void): Promise<Response> {
    const headers = new Headers(init.headers);
    const token = headers.get('Authorization')?.replace('Bearer ', '') ?? null;
    const body = typeof init.body === 'string' ? JSON.parse(init.body) : init.body;
    const call: Call = { method: init.method ?? 'GET', path, token, body };
    this.calls.push(call);
    const index = this.faults.findIndex((one) => one.path === path);
    const fault = index < 0 ? undefined : this.faults.splice(index, 1)[0]?.fault;
    return new Promise((resolve, reject) => {
      const abort = () => deliver(() => reject(new DOMException('aborted', 'AbortError')));
      init.signal?.addEventListener('abort', abort);
      if (init.signal?.aborted) return abort();
      // The request arrives half-way. What it does then is done, whatever becomes of the answer.
      this.clock.after(this.latency / 2, () => {
        if (fault === 'hangs') return;
        if (fault === 'offline') return deliver(() => reject(new TypeError('Failed to fetch')));
        const answer = typeof fault === 'object' ? fault : this.answer(call);
        this.clock.after(this.latency / 2 + (fault === 'slow' ? 100 : 0), () => {
          if (fault === 'lost') return deliver(() => reject(new TypeError('Failed to fetch')));
          if (answer.cookie !== undefined) this.cookie = answer.cookie;
          const text = answer.body === undefined ? null : JSON.stringify(answer.body);
          deliver(() => resolve(new Response(text, { status: answer.status, headers: answer.headers ?? {} })));
        });
      });
    });
  }

  private answer(call: Call): Answer {
    switch (call.path) {
      case '/auth/login':
        return this.login(call.body as { username: string; password: string });
      case '/auth/token-refresh':
        return this.refresh(call.token);
      case '/auth/logout':
        this.end();
        return { status: 204, cookie: null };
      default:
        return this.withToken(call);
    }
  }

  private login({ username, password }: { username: string; password: string }): Answer {
    if (password !== 'right') return problem(401, 'invalid_credentials', 'The e-mail or the password is wrong');
    this.count += 1;
    const id = `s${this.count}`;
    this.sessions.set(id, { user: username, ended: false, secret: this.count, previous: null });
    return this.granted(id);
  }

  private refresh(held: string | null): Answer {
    const [id = '', secret = ''] = this.cookie?.split('.') ?? [];
    const session = this.sessions.get(id);
    if (session === undefined || session.ended) return refused();
    if (held !== null && this.tokens.get(held)?.session !== id) return refused();
    if (Number(secret) === session.secret) {
      this.count += 1;
      session.previous = { secret: session.secret, usedAt: this.clock.time };
      session.secret = this.count;
    } else if (session.previous?.secret !== Number(secret) || this.clock.time - session.previous.usedAt > GRACE) {
      session.ended = true;
      return { ...refused(), cookie: null };
    }
    return this.granted(id);
  }

  private granted(id: string): Answer {
    const session = this.sessions.get(id) as ServerSession;
    this.count += 1;
    const token = `t${this.count}-${session.user}`;
    this.tokens.set(token, { session: id, expires: this.clock.time + this.ttl * 1000 });
    const body = {
      access_token: token,
      token_type: 'bearer',
      expires_in: this.ttl,
      scope: (this.scopes.get(session.user) ?? SCOPES).join(' '),
      must_change_password: this.mustChange,
    };
    return { status: 200, body, cookie: `${id}.${session.secret}` };
  }

  private end(): void {
    const session = this.sessions.get(this.cookie?.split('.')[0] ?? '');
    if (session !== undefined) session.ended = true;
  }

  private withToken({ path, token, method, body }: Call): Answer {
    const known = this.tokens.get(token ?? '');
    const session = this.sessions.get(known?.session ?? '');
    if (known === undefined || session === undefined || session.ended || known.expires <= this.clock.time)
      return refused();
    const { user } = session;
    if (path === '/auth/users/me') {
      const full_name = this.names.get(user) ?? null;
      return { status: 200, body: { id: `id-${user}`, email: user, full_name, roles: ['scientist'], disabled: false } };
    }
    if (path === '/auth/sessions' && method === 'DELETE') {
      this.revoke(user);
      return { status: 204, cookie: null };
    }
    return { status: 200, body: { user, path, body } };
  }
}

export function problem(status: number, code: string, detail: string, headers: Record<string, string> = {}): Answer {
  return { status, body: { type: `urn:tessera:problem:${code}`, title: code, status, code, detail }, headers };
}

export function refused(): Answer {
  const challenge = 'Bearer realm="tessera", error="invalid_token", error_description="no good"';
  return problem(401, 'invalid_token', 'The token is not valid', { 'WWW-Authenticate': challenge });
}
