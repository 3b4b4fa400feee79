// One stream of changes for the whole browser, since HTTP/1.1 has six connections: the tab that holds the lock reads,
// the others receive from it. The connection itself is the reader's.
import { parseJson } from '@/api/json';
import type { ChannelPort } from '@/session';
import { browserLocks, browserPage, browserTimers, channelOpener } from '@/session/browser';

import { CHANNEL, readMessage, type Message } from './stream/messages';
import { choose, Peers, type Wish } from './stream/peers';
import { Reader } from './stream/reader';
import type { Change, ChangeStream, StreamEnv, StreamEvent, StreamState } from './stream/types';

export type { Change, ChangeStream, StreamEnv, StreamEvent, StreamState } from './stream/types';

const LOCK = 'tessera-stream';
/** How often a tab says that it is there, in milliseconds. */
const TICK = 15_000;
/** A reading tab that is silent for this long is taken for frozen, in milliseconds. */
const SILENCE = 45_000;
/** How long a tab that watches nothing keeps the stream: the next page watches again, in milliseconds. */
const LINGER = 2_000;

/** The stream of this browser, for the session of this tab. */
export function browserStream(session: StreamEnv['session']): ChangeStream {
  return createStream({
    session,
    locks: browserLocks(),
    openChannel: channelOpener(CHANNEL),
    timers: browserTimers,
    page: browserPage,
    now: () => performance.now(),
    wall: () => Date.now(),
    tab: crypto.getRandomValues(new Uint32Array(3)).join('-'),
  });
}

export function createStream(env: StreamEnv): ChangeStream {
  return new TabStream(env);
}

class TabStream implements ChangeStream {
  private current: StreamState = { kind: 'off' };
  private readonly listeners = new Set<(state: StreamState) => void>();
  private readonly watchers = new Map<
    object,
    { collections: readonly string[]; listener: (event: StreamEvent) => void }
  >();
  private readonly peers = new Peers();
  /** Collections of all tabs that the connection has no room for. */
  private left: readonly string[] = [];
  private channel: ChannelPort | null = null;
  private reader: Reader | null = null;
  /** Gives up the lock, or the wait for it. */
  private leave: (() => void) | null = null;
  private position: string | null = null;
  private user: string | null = null;
  /** When this tab last received something of the stream, on both clocks. */
  private heard = { now: 0, wall: 0 };
  private leads = false;
  /** Those that this tab watches and that are left out. */
  private missed: readonly string[] = [];
  /** Sends a beat now. */
  private announce: (() => void) | null = null;
  /** The last beat that this tab sent. */
  private beat: Message | null = null;
  private stopping: (() => void)[] | null = null;
  private tick: unknown = null;
  private linger: unknown = null;

  constructor(private readonly env: StreamEnv) {}

  state = (): StreamState => this.current;

  subscribe = (listener: (state: StreamState) => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  start = (): void => {
    if (this.stopping !== null) return;
    const { session, page, openChannel } = this.env;
    this.stopping = [
      session.subscribe(this.follow),
      page.on('visible', this.hurry),
      page.on('online', this.hurry),
      // A page with a connection or a lock is not kept for the back button.
      page.on('left', this.pause),
      page.on('restored', this.follow),
    ];
    if (openChannel !== null) {
      this.channel = openChannel();
      this.stopping.push(this.channel.listen(this.receive));
    }
    this.schedule();
    this.follow();
  };

  stop = (): void => {
    this.pause();
    this.stopping?.forEach((stop) => stop());
    this.stopping = null;
    this.env.timers.clear(this.tick);
    this.env.timers.clear(this.linger);
    this.channel?.close();
    this.channel = null;
  };

  watch = (collections: readonly string[], listener: (event: StreamEvent) => void): (() => void) => {
    const key = {};
    this.watchers.set(key, { collections, listener });
    this.wantsChanged();
    return () => {
      this.watchers.delete(key);
      this.env.timers.clear(this.linger);
      this.linger = this.env.timers.set(this.wantsChanged, LINGER);
    };
  };

  /** Goes by the session: another user starts anew, nobody reads nothing. */
  private follow = (): void => {
    const state = this.env.session.state();
    const user = state.kind === 'authenticated' ? state.identity.sub : null;
    // A page from the back-forward cache asks who is there; until then nothing changes.
    if (state.kind === 'unknown') return;
    if (user !== this.user) {
      this.pause();
      this.position = null;
      this.peers.clear();
      this.user = user;
    }
    this.wantsChanged();
  };

  private wanted(): string[] {
    return [...new Set([...this.watchers.values()].flatMap(({ collections }) => collections))];
  }

  private wantsChanged = (): void => {
    if (this.stopping === null || this.user === null) return;
    const wanted = this.wanted();
    if (wanted.length === 0) return this.pause();
    if (this.leave === null) this.contend();
    this.say(wanted);
    this.refill();
  };

  private say(collections: string[]): void {
    const isSeen = this.env.page.visible();
    if (this.user !== null) this.post({ kind: 'want', tab: this.env.tab, user: this.user, collections, isSeen });
  }

  /** Waits for the lock, and reads while it has it. */
  private contend(): void {
    this.heard = { now: this.env.now(), wall: this.env.wall() };
    const leaving = new AbortController();
    this.leave = () => leaving.abort();
    const left = new Promise<void>((resolve) => leaving.signal.addEventListener('abort', () => resolve()));
    if (this.env.locks === null) return this.lead();
    void this.env.locks
      .request(LOCK, { signal: leaving.signal }, async () => {
        if (leaving.signal.aborted) return;
        this.lead();
        await left;
      })
      .catch(() => {
        // The wait was given up, or the browser gives no lock here: then this tab reads for itself.
        if (!leaving.signal.aborted) this.lead();
      });
  }

  private lead(): void {
    this.leads = true;
    this.post({ kind: 'lead', user: this.user as string });
    this.refill();
  }

  /** Tells the reader what to read: for all tabs, or for this one while the tab that reads is frozen. */
  private refill(): void {
    if (!this.leads && this.reader === null) return;
    const mine: Wish = { collections: this.wanted(), isSeen: this.env.page.visible() };
    const { read, left } = choose([mine, ...(this.leads ? this.peers.lately(this.env.now()) : [])]);
    this.reader ??= this.makeReader();
    this.reader.read(read);
    if (left.join() === this.left.join()) return;
    this.left = left;
    this.announce?.();
  }

  private makeReader(): Reader {
    const user = this.user as string;
    const tell = (message: Message) => {
      if (this.leads) this.post(message);
      this.take(message);
    };
    let state: 'live' | 'stalled' | 'off' = 'live';
    const beat = () => {
      const { left, position } = this;
      this.beat = { kind: 'beat', user, state, since: this.heard.wall, position, left };
      tell(this.beat);
    };
    this.announce = () => this.beat !== null && beat();
    return new Reader(
      this.env,
      {
        change: (data) => tell({ kind: 'change', user, data }),
        reset: () => tell({ kind: 'reset', user }),
        position: (id) => {
          this.position = id;
          this.hear();
          beat();
        },
        state: (next) => {
          state = next;
          if (next === 'live') this.hear();
          beat();
        },
      },
      this.position,
    );
  }

  private hear(): void {
    this.heard = { now: this.env.now(), wall: this.env.wall() };
  }

  private receive = (received: unknown): void => {
    const message = readMessage(received);
    if (message === null || message.user !== this.user) return;
    if (message.kind === 'want') {
      const { tab, collections, isSeen = true } = message;
      this.peers.note(tab, { collections, isSeen }, this.env.now());
      if (!this.leads) return;
      this.refill();
      // The tab may be new.
      if (this.beat !== null) this.post(this.beat);
      return;
    }
    if (message.kind === 'lead') return this.say(this.wanted());
    this.take(message);
    if (message.kind !== 'beat' || this.leads) return;
    this.position = message.position ?? this.position;
    this.hear();
    // The tab that holds the lock is awake again.
    if (this.reader !== null) this.stopReader();
  };

  /** What the stream says, from whichever tab. */
  private take(message: Message): void {
    if (message.kind === 'reset') this.emit(() => true, { kind: 'reset' });
    if (message.kind === 'change') {
      const change = parseJson(message.data) as unknown as Change;
      this.emit((collections) => collections.includes(change.collection), { kind: 'change', change });
    }
    if (message.kind !== 'beat' || this.watchers.size === 0) return;
    this.miss(message.left ?? []);
    if (this.missed.length > 0) this.become({ kind: 'off', isCrowded: true });
    else this.become(message.state === 'stalled' ? { kind: 'stalled', since: message.since } : { kind: message.state });
  }

  /** Notes what is left out. What is read again begins anew, since changes were missed meanwhile. */
  private miss(left: readonly string[]): void {
    const missed = this.wanted().filter((name) => left.includes(name));
    const found = this.missed.filter((name) => !missed.includes(name));
    this.missed = missed;
    this.emit((collections) => collections.some((name) => found.includes(name)), { kind: 'reset' });
  }

  private emit(concerns: (collections: readonly string[]) => boolean, event: StreamEvent): void {
    for (const { collections, listener } of this.watchers.values()) if (concerns(collections)) listener(event);
  }

  private become(state: StreamState): void {
    if (JSON.stringify(state) === JSON.stringify(this.current)) return;
    this.current = state;
    this.listeners.forEach((listener) => listener(state));
  }

  private schedule(): void {
    this.tick = this.env.timers.set(() => {
      this.schedule();
      this.wantsChanged();
      this.look();
    }, TICK);
  }

  private hurry = (): void => {
    this.wantsChanged();
    this.reader?.hurry();
    this.look();
  };

  /** A tab that is seen does not wait for one that is frozen: it reads for itself meanwhile. */
  private look = (): void => {
    const isWaiting = this.leave !== null && !this.leads;
    if (!isWaiting || this.env.now() - this.heard.now < SILENCE || this.reader !== null) return;
    this.become({ kind: 'stalled', since: this.heard.wall });
    if (!this.env.page.visible()) return;
    this.reader = this.makeReader();
    this.refill();
  };

  /** Neither reads nor waits for the lock. */
  private pause = (): void => {
    if (this.leave !== null) this.say([]);
    this.leave?.();
    this.leave = null;
    this.leads = false;
    this.beat = null;
    this.missed = [];
    this.stopReader();
    this.become({ kind: 'off' });
  };

  private stopReader(): void {
    this.reader?.stop();
    this.reader = null;
    this.left = [];
    this.announce = null;
  }

  private post(message: Message): void {
    this.channel?.post(message);
  }
}
