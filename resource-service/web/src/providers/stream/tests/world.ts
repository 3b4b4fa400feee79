// Tabs of one browser that share a stream, and a model of `GET /api/changes`.
import { BrowserTab } from '@/session/tests/browserTab';
import { Clock } from '@/session/tests/clock';
import { Channels, Locks } from '@/session/tests/world';
import type { SessionState } from '@/session';

import { createStream, type ChangeStream, type StreamEnv, type StreamEvent, type StreamState } from '../../stream';

const encoder = new TextEncoder();

/** A request to the stream that is open. */
export interface Connection {
  tab: string;
  collections: string[];
  last: string | null;
  send(text: string): void;
  end(): void;
  break(): void;
  open: boolean;
}

export type Refusal = { status: number; code: string; detail: string; headers?: Record<string, string> };

export class StreamWorld {
  readonly clock = new Clock();
  readonly locks = new Locks();
  readonly channels = new Channels(this.clock);
  readonly connections: Connection[] = [];
  /** Answers to the next requests; `null` is a connection that works. */
  readonly refusals: (Refusal | 'offline' | null)[] = [];

  get open(): Connection[] {
    return this.connections.filter((connection) => connection.open);
  }

  /** The only open connection. */
  get only(): Connection {
    if (this.open.length !== 1) throw new Error(`${this.open.length} connections are open`);
    return this.open[0] as Connection;
  }

  tab(options: Partial<StreamEnv> = {}): StreamTab {
    return new StreamTab(this, options);
  }

  async connect(tab: StreamTab, path: string, init: RequestInit): Promise<Response> {
    await new Promise<void>((resolve) => this.clock.after(2, resolve));
    const refusal = this.refusals.shift() ?? null;
    if (refusal === 'offline') throw new TypeError('Failed to fetch');
    const headers = new Headers(init.headers);
    const collections = new URL(path, 'http://x').searchParams.get('collections')?.split(',') ?? [];
    let controller: ReadableStreamDefaultController<Uint8Array>;
    const body = new ReadableStream<Uint8Array>({ start: (own) => void (controller = own) });
    const connection: Connection = {
      tab: tab.name,
      collections,
      last: headers.get('Last-Event-ID'),
      open: refusal === null,
      send: (text) =>
        tab.deliver(() => {
          if (connection.open) controller.enqueue(encoder.encode(text));
        }),
      end: () => {
        connection.open = false;
        controller.close();
      },
      break: () => {
        connection.open = false;
        controller.error(new TypeError('network error'));
      },
    };
    this.connections.push(connection);
    if (refusal !== null) {
      const { status, headers: more = {}, ...problem } = refusal;
      return new Response(JSON.stringify({ ...problem, status }), { status, headers: more });
    }
    init.signal?.addEventListener('abort', () => {
      if (!connection.open) return;
      connection.open = false;
      controller.error(init.signal?.reason);
    });
    init.signal?.throwIfAborted();
    return new Response(body, { headers: { 'Content-Type': 'text/event-stream' } });
  }
}

export class StreamTab extends BrowserTab {
  readonly stream: ChangeStream;
  readonly events: string[] = [];
  readonly states: StreamState[] = [];
  readonly name: string;
  private session: SessionState = { kind: 'unknown' };
  private readonly followers = new Set<(state: SessionState) => void>();
  private static count = 0;

  constructor(
    readonly world: StreamWorld,
    options: Partial<StreamEnv>,
  ) {
    super();
    StreamTab.count += 1;
    this.name = `tab${StreamTab.count}`;
    const { clock } = world;
    this.stream = createStream({
      ...this.portsOf(world),
      session: {
        fetch: (path, init = {}) => world.connect(this, path, init),
        state: () => this.session,
        subscribe: (listener) => {
          this.followers.add(listener);
          return () => this.followers.delete(listener);
        },
      },
      now: () => clock.time,
      wall: () => clock.time + 1_000_000,
      tab: this.name,
      ...options,
    });
    this.stream.subscribe((state) => this.states.push(state));
  }

  /** Somebody is logged in in this tab, or nobody. */
  user(sub: string | null): void {
    const identity = { sub: sub ?? '', email: '', full_name: null, scopes: [], roles: [], must_change_password: false };
    this.become(sub === null ? { kind: 'anonymous' } : { kind: 'authenticated', identity });
  }

  become(state: SessionState): void {
    this.session = state;
    this.followers.forEach((follower) => follower(state));
  }

  /** Watches, and notes what it receives. */
  watch(...collections: string[]): () => void {
    return this.stream.watch(collections, (event) => this.events.push(describe(event)));
  }

  get kind(): string {
    return this.stream.state().kind;
  }
}

/** A tab in which somebody is logged in and watches calculations. */
export async function watching(world: StreamWorld, ...collections: string[]): Promise<StreamTab> {
  const tab = world.tab();
  tab.stream.start();
  tab.user('ada');
  tab.watch(...(collections.length > 0 ? collections : ['calculations']));
  await world.clock.advance(50);
  return tab;
}

function describe(event: StreamEvent): string {
  if (event.kind === 'reset') return 'reset';
  const { type, collection, _id } = event.change;
  return `${type} ${collection}/${_id}`;
}

/** An event as the service writes it. */
export function sse(id: string, collection: string, _id: string, type = 'insert'): string {
  const data = JSON.stringify({ collection, _id, _revision: 1, type, at: '2026-11-29T08:00:00Z' });
  return `id: ${id}\nevent: ${type}\ndata: ${data}\n\n`;
}

export function beat(id: string): string {
  return `: nothing new\nid: ${id}\n\n`;
}

export function farewell(event: string, code: string): string {
  return `event: ${event}\ndata: ${JSON.stringify({ code, detail: 'it ends' })}\n\n`;
}
