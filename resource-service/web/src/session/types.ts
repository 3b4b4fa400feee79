// What a session is to its users, and what it needs from its surroundings. No behaviour.

/** Who is logged in, and what their access token allows. */
export interface Identity {
  /** The user's id. */
  sub: string;
  email: string;
  full_name: string | null;
  /** The scopes of the access token. */
  scopes: string[];
  roles: string[];
  /** The token allows nothing but to choose another password. */
  must_change_password: boolean;
}

/** `unknown` until the service has answered, and again while a page from the back-forward cache asks. */
export type SessionState =
  | { kind: 'unknown' }
  | { kind: 'anonymous'; reason?: EndReason; /** The user logged out in another tab. */ elsewhere?: true }
  | { kind: 'authenticated'; identity: Identity };

/** Why a session has ended. */
export type EndReason = 'logged-out' | 'expired' | 'revoked';

/** The session of this browser, as one tab sees it. */
export interface Session {
  /**
   * Listens to page events and other tabs, and refreshes once. Resolves with `unknown` if the service could not be
   * asked; the session then retries by itself.
   */
  start(): Promise<SessionState>;
  /** Stops listening. `start` may be called again. */
  stop(): void;
  /** The same object until the state changes. */
  state(): SessionState;
  /** Calls the listener after each change of the state. Returns what ends that. */
  subscribe(listener: (state: SessionState) => void): () => void;
  /** Throws a `ProblemError`; its status is 0 if the service is unreachable. */
  login(username: string, password: string): Promise<SessionState>;
  /** Ends this session, in all tabs. If it rejects, the session has not ended and the tab stays logged in. */
  logout(): Promise<void>;
  /** Ends all sessions of the user. The password is needed if the login is not recent (403 `login_required`). */
  logoutEverywhere(currentPassword?: string): Promise<void>;
  /**
   * Like `window.fetch`, for a path of this origin. Adds the access token and refreshes it before it expires. After a
   * 401 `invalid_token` it refreshes once and repeats the request once. No other status changes the session. A request
   * that waited while its user logged out is not sent; its response is a 401. Rejects as `window.fetch` does, and with a
   * `ProblemError` if the token has to be refreshed and cannot be now.
   */
  fetch(input: string, init?: RequestInit): Promise<Response>;
  /** A fresh access token. Rejects with a `ProblemError`: 401 if nobody is logged in. */
  token(signal?: AbortSignal): Promise<string>;
  /** Refreshes the token and reads the identity again, as needed after a change of profile or password. */
  reload(): Promise<SessionState>;
}

/** A lock that all tabs share: the part of `navigator.locks` that is used. */
export interface LockPort {
  request<T>(
    name: string,
    options: { signal?: AbortSignal; ifAvailable?: boolean },
    work: (lock: unknown) => Promise<T>,
  ): Promise<T>;
}

/** A channel between the tabs. A message reaches all others and not its sender, as with `BroadcastChannel`. */
export interface ChannelPort {
  post(message: unknown): void;
  listen(listener: (message: unknown) => void): () => void;
  close(): void;
}

/** Timers. Delays are milliseconds. */
export interface TimerPort {
  set(work: () => void, delay: number): unknown;
  clear(timer: unknown): void;
}

/** `left`: hidden for good or for the back-forward cache. `restored`: shown again from that. */
export type PageEvent = 'visible' | 'online' | 'left' | 'restored';

/** The page of this tab. */
export interface PagePort {
  visible(): boolean;
  on(event: PageEvent, listener: () => void): () => void;
}

/** The surroundings of a session. Nothing else of the browser is touched. */
export interface SessionEnv {
  /** Milliseconds on a clock that is never set, such as `performance.now`. */
  now(): number;
  fetch(input: string, init?: RequestInit): Promise<Response>;
  /** `null` where the browser has none, as on plain http. The service then orders concurrent refreshes. */
  locks: LockPort | null;
  /** Opens the channel to the other tabs; `null` where the browser has none. */
  openChannel: (() => ChannelPort) | null;
  timers: TimerPort;
  page: PagePort;
  /** Origin of the services, such as `https://tessera.example.org`. Empty for the page's own. */
  base?: string;
}
