// What a stream of changes is to its users, and what it needs from its surroundings. No behaviour.
import type { JsonObject } from '@/api/json';
import type { ChannelPort, LockPort, Session, SessionEnv, TimerPort } from '@/session';

/** A change of a document, as the service sends it. */
export interface Change {
  collection: string;
  _id: string;
  _revision?: number;
  /** `leave`: the caller may not see the document any more. */
  type: 'insert' | 'replace' | 'patch' | 'delete' | 'leave';
  at: string;
  /** Only in a stream with documents. */
  document?: JsonObject;
}

/** `reset`: changes may have been missed, so that what is shown must be read again. */
export type StreamEvent = { kind: 'change'; change: Change } | { kind: 'reset' };

/**
 * `off`: nothing is watched, nobody is logged in, or nothing of it may be read. With `isCrowded`, the tabs of this browser
 * watch more collections than one connection has room for, and those of this tab are left out. `stalled`: changes may be missing since
 * that time (milliseconds since 1970); the stream reconnects by itself.
 */
export type StreamState = { kind: 'off'; isCrowded?: true } | { kind: 'live' } | { kind: 'stalled'; since: number };

/** The changes of documents, over one connection of the whole browser. */
export interface ChangeStream {
  /** Listens to the session and to other tabs. */
  start(): void;
  stop(): void;
  /** Calls the listener with each change of these collections. Returns what ends that. */
  watch(collections: readonly string[], listener: (event: StreamEvent) => void): () => void;
  /** The same object until the state changes. */
  state(): StreamState;
  subscribe(listener: (state: StreamState) => void): () => void;
}

/** The surroundings of a stream. */
export interface StreamEnv {
  session: Pick<Session, 'fetch' | 'state' | 'subscribe'>;
  /** `null` where the browser has none: each tab then has a connection of its own. */
  locks: LockPort | null;
  openChannel: (() => ChannelPort) | null;
  timers: TimerPort;
  page: SessionEnv['page'];
  /** Milliseconds on a clock that is never set. */
  now(): number;
  /** Milliseconds since 1970, to show. */
  wall(): number;
  /** A name that no other tab has. */
  tab: string;
}
