// One connection to `GET /api/changes`, kept open: it reconnects behind the last event. It knows nothing of tabs.
import { createParser } from 'eventsource-parser';

import { problemOf, type ProblemError } from '@/api/problem';

import type { StreamEnv } from './types';

/** The service sends something every 15 seconds. Silence of this length is a broken connection, in milliseconds. */
const SILENCE = 40_000;
/** How long to wait after failures in a row, in milliseconds. */
const RETRIES = [1_000, 3_000, 10_000, 30_000];
/** How long to wait where the service does not let the stream be read at all, in milliseconds. */
const REFUSED = 60_000;
/** A connection that lasted this long does not count as a failure, in milliseconds. */
const LASTING = 1_000;
/** Why a connection is given up that works: other collections are wanted, or none. */
const CHANGED = Symbol('changed');

/** None of the collections may be read. */
const NOTHING: End = { delay: REFUSED, isFault: false, isFirm: true };

/** What the reader reports. */
export interface ReaderSink {
  /** The data of an event, as it was sent. */
  change(data: string): void;
  /** The stream begins anew: changes before this were missed. */
  reset(): void;
  /** Where the stream is now. */
  position(id: string): void;
  state(state: 'live' | 'stalled' | 'off'): void;
}

type Surroundings = Pick<StreamEnv, 'session' | 'timers' | 'now'>;
/** `isFirm`: the service asked for the delay. */
type End = { delay: number; isFault: boolean; isFirm?: boolean };

export class Reader {
  private collections: string[] = [];
  /** Collections that the service refused, until the reader is told of others. */
  private readonly refused = new Set<string>();
  private failures = 0;
  private connection: AbortController | null = null;
  private wake: (() => void) | null = null;
  private isFirm = false;
  private running = false;

  constructor(
    private readonly env: Surroundings,
    private readonly sink: ReaderSink,
    private last: string | null,
  ) {}

  /** Reads these collections from now on. */
  read(collections: readonly string[]): void {
    const next = collections.toSorted();
    if (next.join() === this.collections.join()) return;
    this.collections = next;
    this.refused.clear();
    if (this.running) this.again();
    else void this.run();
  }

  /** Reconnects now instead of later, unless the service asked for the delay. */
  hurry(): void {
    if (this.isFirm) return;
    this.failures = 0;
    this.wake?.();
  }

  stop(): void {
    this.collections = [];
    this.again();
  }

  private again(): void {
    this.connection?.abort(CHANGED);
    this.failures = 0;
    this.wake?.();
  }

  private async run(): Promise<void> {
    this.running = true;
    while (this.collections.length > 0) {
      const wanted = this.collections.filter((name) => !this.refused.has(name));
      const end = wanted.length > 0 ? await this.connect(wanted) : NOTHING;
      if (this.collections.length === 0) break;
      if (end === NOTHING) this.sink.state('off');
      else if (end.isFault) this.sink.state('stalled');
      this.isFirm = end.isFirm ?? false;
      if (end.delay > 0) await this.pause(end.delay);
      this.isFirm = false;
      if (end === NOTHING) this.refused.clear();
    }
    this.running = false;
  }

  /** Reads until the connection ends, and says how long to wait then. */
  private async connect(wanted: string[]): Promise<End> {
    const connection = new AbortController();
    this.connection = connection;
    const { env } = this;
    let silence: unknown;
    const listen = () => {
      env.timers.clear(silence);
      silence = env.timers.set(() => connection.abort(), SILENCE);
    };
    const begun = env.now();
    try {
      listen();
      const headers = new Headers({ Accept: 'text/event-stream' });
      if (this.last !== null) headers.set('Last-Event-ID', this.last);
      const query = new URLSearchParams({ collections: wanted.join(), documents: 'false' });
      const response = await env.session.fetch(`/api/changes?${query}`, {
        headers,
        cache: 'no-store',
        signal: connection.signal,
      });
      if (!response.ok || response.body === null) return this.refusal(await problemOf(response), wanted);
      if (this.last === null) this.sink.reset();
      this.sink.state('live');
      return await this.consume(response.body, { listen, begun, signal: connection.signal });
    } catch {
      return connection.signal.reason === CHANGED ? { delay: 0, isFault: false } : this.failed();
    } finally {
      env.timers.clear(silence);
      this.connection = null;
    }
  }

  private async consume(
    body: ReadableStream<Uint8Array>,
    { listen, begun, signal }: { listen: () => void; begun: number; signal: AbortSignal },
  ): Promise<End> {
    let end: End | null = null;
    const parser = createParser({
      onId: (id) => {
        this.last = id;
        this.sink.position(id);
      },
      onEvent: ({ event, data }) => {
        if (event === 'end' || event === 'dropped') end = this.farewell(data);
        else this.sink.change(data);
      },
    });
    const [reader, decoder] = [body.getReader(), new TextDecoder()];
    for (;;) {
      const { done, value } = await reader.read();
      signal.throwIfAborted();
      if (done) break;
      listen();
      parser.feed(decoder.decode(value, { stream: true }));
    }
    const lasted = this.env.now() - begun >= LASTING;
    if (lasted) this.failures = 0;
    // A stream that ends as announced continues at once, with the next token for instance. One that does so again and
    // again waits.
    return end !== null && lasted ? end : this.failed();
  }

  private farewell(data: string): End {
    const { code } = JSON.parse(data) as { code?: string };
    if (code === 'gone') this.last = null;
    return { delay: code === 'unavailable' ? (RETRIES[0] as number) : 0, isFault: false };
  }

  private refusal(problem: ProblemError, wanted: string[]): End {
    if (problem.status === 410 && this.last !== null) {
      this.last = null;
      return { delay: 0, isFault: false };
    }
    const isWayward = problem.status === 403 || problem.status === 404 || problem.status === 422;
    const blamed = isWayward ? named(problem, wanted) : [];
    if (blamed.length > 0) {
      blamed.forEach((name) => this.refused.add(name));
      return { delay: 0, isFault: false };
    }
    const { delay } = this.failed();
    const asked = isWayward ? REFUSED : (problem.retryAfter ?? 0) * 1000;
    return { delay: Math.max(delay, asked), isFault: true, isFirm: asked > 0 };
  }

  private failed(): End {
    const delay = RETRIES[Math.min(this.failures, RETRIES.length - 1)] as number;
    this.failures += 1;
    return { delay, isFault: true };
  }

  private pause(delay: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.env.timers.set(() => this.wake?.(), delay);
      this.wake = () => {
        this.env.timers.clear(timer);
        this.wake = null;
        resolve();
      };
    });
  }
}

/** Those of the collections that a problem is about: its sentence quotes them, or the missing scope is theirs. */
function named({ message, scope = '' }: ProblemError, collections: string[]): string[] {
  const words = new Set(message.split(/[^\w-]+/));
  const byScope = collections.filter((name) => scope.split(' ').includes(`${name}:read`));
  return byScope.length > 0 ? byScope : collections.filter((name) => words.has(name));
}
