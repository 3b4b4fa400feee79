// The session of one tab: which token it has, when it is refreshed, what the other tabs are told. Requests to
// auth-service are made by the transport, requests of the application by `requests.ts`.
import { problemOf, type ProblemError } from '@/api/problem';

import { abortable } from './abortable';
import { withRefreshLock } from './lock';
import { readMessage, type Message } from './messages';
import { sendWithToken } from './requests';
import { type Grant, LOGIN_LIMIT, REFRESH_LIMIT, Transport, unauthenticated } from './transport';
import type { ChannelPort, EndReason, Identity, Session, SessionEnv, SessionState } from './types';

/** How often a tab checks its token, in milliseconds. */
const CHECK_EVERY = 30_000;
/**
 * When a refresh without an answer is repeated, in milliseconds. The service may have rotated the refresh token, and
 * returns the same successor to a repetition for 30 seconds only.
 */
const RETRIES = [1_000, 2_000, 4_000, 8_000, 15_000];
/** How long a tab that waited for the lock listens for the token of the tab that held it, in milliseconds. */
const LISTEN = 100;

/** The session of a browser. Everything outside it is handed in. */
export function createSession(env: SessionEnv): Session {
  return new TabSession(env);
}

class TabSession implements Session {
  private current: SessionState = { kind: 'unknown' };
  private readonly listeners = new Set<(state: SessionState) => void>();
  /** Kept while the state is `unknown`, so that the answer can be compared with it. */
  private identity: Identity | null = null;
  private grant: Grant | null = null;
  /** Counts logins and ends. The answer to a request from before the last one is ignored. */
  private epoch = 0;
  private flight: Promise<void> | null = null;
  private failures = 0;
  /** The service asked not to be asked before this time. */
  private refused: { until: number; problem: ProblemError } | null = null;
  private timer: unknown = null;
  private channel: ChannelPort | null = null;
  private stopListening: (() => void)[] | null = null;
  private readonly arrivals = new Set<() => void>();
  private readonly transport: Transport;

  constructor(private readonly env: SessionEnv) {
    this.transport = new Transport(env);
  }

  state = (): SessionState => this.current;

  subscribe = (listener: (state: SessionState) => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  start = async (): Promise<SessionState> => {
    if (this.stopListening === null) {
      const { page, openChannel } = this.env;
      this.stopListening = [
        page.on('visible', this.check),
        page.on('online', this.check),
        page.on('restored', this.restored),
      ];
      if (openChannel !== null) {
        this.channel = openChannel();
        this.stopListening.push(this.channel.listen(this.receive));
      }
      this.schedule(CHECK_EVERY);
    }
    if (this.current.kind === 'unknown') await this.tryRefresh();
    return this.current;
  };

  stop = (): void => {
    this.stopListening?.forEach((stop) => stop());
    this.stopListening = null;
    this.env.timers.clear(this.timer);
    this.channel?.close();
    this.channel = null;
  };

  login = (username: string, password: string): Promise<SessionState> =>
    this.inTurn(async () => {
      const deadline = this.env.now() + LOGIN_LIMIT;
      const grant = await this.transport.login(username, password);
      // From now on the cookie belongs to the new session, also where another user was logged in before.
      this.newEpoch();
      try {
        await this.adopt(grant, { deadline, started: true });
      } catch (error) {
        this.forget();
        this.become({ kind: 'unknown' });
        this.noteFailure(error);
        throw error;
      }
      return this.current;
    });

  logout = async (): Promise<void> => {
    await this.inTurn(() => this.transport.logout());
    this.endEverywhere();
  };

  logoutEverywhere = async (currentPassword?: string): Promise<void> => {
    const init: RequestInit = { method: 'DELETE' };
    if (currentPassword !== undefined) {
      init.headers = { 'Content-Type': 'application/json' };
      init.body = JSON.stringify({ current_password: currentPassword });
    }
    const response = await this.fetch('/auth/sessions', init);
    if (!response.ok) throw await problemOf(response);
    this.endEverywhere();
  };

  fetch = (input: string, init: RequestInit = {}): Promise<Response> =>
    sendWithToken(
      {
        send: (path, request) => this.env.fetch((this.env.base ?? '') + path, request),
        owner: () => this.identity?.sub ?? null,
        token: async (refused) => (await this.freshGrant(refused))?.token ?? null,
      },
      input,
      init,
    );

  token = async (signal?: AbortSignal): Promise<string> => {
    const grant = await abortable(this.freshGrant(), signal);
    if (grant === null) throw unauthenticated('Nobody is logged in.');
    return grant.token;
  };

  reload = async (): Promise<SessionState> => {
    if (this.current.kind === 'authenticated') await this.refreshAnew();
    return this.current;
  };

  /** Does what sets or clears the cookie, after a refresh that is under way: its answer sets the cookie too. */
  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    await this.flight?.catch(() => undefined);
    return withRefreshLock(this.env, work);
  }

  /** A token to send, and not the one that was refused. `null` if nobody is logged in. */
  private async freshGrant(refused?: string): Promise<Grant | null> {
    const usable = () => {
      const { grant, current } = this;
      return current.kind === 'authenticated' && grant !== null && grant.token !== refused ? grant : null;
    };
    const grant = usable();
    if (grant !== null && this.isFresh(grant)) return grant;
    if (this.current.kind === 'anonymous') return null;
    try {
      await this.refresh();
    } catch (error) {
      if (this.state().kind === 'anonymous') return null;
      const last = usable();
      if (last === null || last.expiresAt <= this.env.now()) throw error;
      return last;
    }
    // `unknown`: the page was restored meanwhile, and that refresh does not count any more.
    return this.state().kind === 'unknown' ? this.freshGrant(refused) : usable();
  }

  private isFresh(grant: Grant): boolean {
    return grant.expiresAt - this.env.now() > grant.margin;
  }

  /** One at a time: callers that come meanwhile wait for the same. */
  private refresh(): Promise<void> {
    return this.flight ?? this.begin(false);
  }

  /** Reads the user again too, after what is under way. */
  private async refreshAnew(): Promise<void> {
    while (this.flight !== null) await this.flight.catch(() => undefined);
    await this.begin(true);
  }

  private begin(anew: boolean): Promise<void> {
    const flight = this.refreshNow(anew).finally(() => {
      if (this.flight === flight) this.flight = null;
    });
    this.flight = flight;
    return flight;
  }

  private async refreshNow(anew: boolean): Promise<void> {
    if (this.refused !== null && this.env.now() < this.refused.until) throw this.refused.problem;
    const { epoch, grant: held } = this;
    // A session that ends in its time does so when a token is about to expire.
    const reason = held !== null && this.isFresh(held) ? 'revoked' : 'expired';
    // Another tab's token is as good. The user is read anew whatever token there is.
    const isSettled = () => this.epoch !== epoch || (this.grant !== held && !anew);
    await withRefreshLock(this.env, async (waited) => {
      if (waited && !isSettled()) await this.arrival();
      if (isSettled()) return;
      try {
        const deadline = this.env.now() + REFRESH_LIMIT;
        const answer = await this.transport.refresh(this.grant?.token ?? null, deadline);
        if (isSettled()) return;
        if (answer === null) return this.end(this.identity && reason);
        await this.adopt(answer.grant, { deadline, known: answer.same && !anew ? this.identity : null });
      } catch (error) {
        if (this.epoch === epoch) this.noteFailure(error);
        throw error;
      }
    });
  }

  /** Takes a token of the service. The identity is read unless it is known and the scopes are as before. */
  private async adopt(
    grant: Grant,
    { deadline, known = null, started = false }: { deadline: number; known?: Identity | null; started?: boolean },
  ): Promise<void> {
    const { epoch } = this;
    const identity =
      known?.scopes.join(' ') === grant.scopes.join(' ')
        ? { ...known, must_change_password: grant.mustChangePassword }
        : await this.transport.identity(grant, deadline);
    if (this.epoch !== epoch) return;
    if (identity === null) return this.end('revoked');
    this.accept(grant, identity);
    const remaining = grant.expiresAt - this.env.now();
    this.post({ kind: 'token', started, token: grant.token, remaining, margin: grant.margin, identity });
  }

  private accept(grant: Grant, identity: Identity): void {
    this.grant = grant;
    this.identity = identity;
    this.failures = 0;
    this.refused = null;
    this.become({ kind: 'authenticated', identity });
  }

  private end(reason: EndReason | null, elsewhere = false): void {
    this.newEpoch();
    this.forget();
    this.become({ kind: 'anonymous', ...(reason !== null && { reason }), ...(elsewhere && { elsewhere }) });
  }

  private endEverywhere(): void {
    this.end('logged-out');
    this.post({ kind: 'ended' });
  }

  private isLoggedOutHere(): boolean {
    const { current } = this;
    return current.kind === 'anonymous' && current.reason === 'logged-out' && !current.elsewhere;
  }

  private forget(): void {
    this.grant = null;
    this.identity = null;
  }

  private newEpoch(): void {
    this.epoch += 1;
    this.flight = null;
  }

  private become(state: SessionState): void {
    this.arrivals.forEach((arrived) => arrived());
    if (JSON.stringify(state) === JSON.stringify(this.current)) return;
    this.current = state;
    this.listeners.forEach((listener) => listener(state));
  }

  private post(message: Message): void {
    this.channel?.post(message);
  }

  private receive = (received: unknown): void => {
    const message = readMessage(received);
    if (message?.kind === 'ended') this.end('logged-out', !this.isLoggedOutHere());
    if (message?.kind !== 'token') return;
    const { token, started, remaining, margin, identity } = message;
    const now = this.env.now();
    if (started) this.newEpoch();
    else if (!this.isWelcome(identity, now + remaining)) return;
    const { scopes, must_change_password: mustChangePassword } = identity;
    this.accept({ token, expiresAt: now + remaining, margin, scopes, mustChangePassword }, identity);
  };

  /** A refreshed token of another tab may be late: this tab may have logged out, or have a newer one. */
  private isWelcome({ sub }: Identity, expiresAt: number): boolean {
    if (this.current.kind === 'anonymous') return false;
    if (this.identity !== null && this.identity.sub !== sub) return false;
    return this.grant === null || expiresAt > this.grant.expiresAt;
  }

  /** Waits until another tab has sent its token, or a moment. */
  private async arrival(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = this.env.timers.set(() => done(), LISTEN);
      const done = () => {
        this.env.timers.clear(timer);
        this.arrivals.delete(done);
        resolve();
      };
      this.arrivals.add(done);
    });
  }

  /** Nothing of what the page showed holds until the service has answered: the user may have logged out since. */
  private restored = (): void => {
    this.newEpoch();
    this.become({ kind: 'unknown' });
    void this.tryRefresh();
  };

  /** Refreshes if that is due. A hidden page refreshes when a request of it needs that. */
  private check = (): void => {
    const { current, grant, failures } = this;
    const isStale = grant !== null && (failures > 0 || (this.env.page.visible() && !this.isFresh(grant)));
    const isDue = current.kind === 'unknown' || isStale;
    if (isDue) void this.tryRefresh();
  };

  private async tryRefresh(): Promise<void> {
    await this.refresh().catch(() => undefined);
  }

  private noteFailure(error: unknown): void {
    const problem = error as ProblemError;
    const wait = RETRIES[Math.min(this.failures, RETRIES.length - 1)] as number;
    this.failures += 1;
    if (problem.status === 0) return this.schedule(wait);
    const asked = Math.max(wait, (problem.retryAfter ?? 0) * 1000);
    this.refused = { until: this.env.now() + asked, problem };
    this.schedule(Math.min(asked, CHECK_EVERY));
  }

  /** The next check. There is one timer, and it is short: a browser delays long ones while the computer sleeps. */
  private schedule(delay: number): void {
    this.env.timers.clear(this.timer);
    if (this.stopListening === null) return;
    this.timer = this.env.timers.set(() => {
      this.schedule(CHECK_EVERY);
      this.check();
    }, delay);
  }
}
