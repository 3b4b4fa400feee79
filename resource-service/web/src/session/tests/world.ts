// A browser for tests: tabs that can freeze, locks and a channel between them, one clock, one server.
import { createSession } from '../session';
import type { ChannelPort, LockPort, Session, SessionEnv, SessionState } from '../types';
import { BrowserTab } from './browserTab';
import { Clock } from './clock';
import { Server } from './server';

interface Waiting {
  grant: () => void;
}

/** Locks as `navigator.locks` has them, between all tabs. */
export class Locks {
  holders = new Map<string, boolean>();
  queue: Waiting[] = [];

  port(tab: Pick<Tab, 'deliver'>): LockPort {
    return {
      request: (name, { signal, ifAvailable = false }, work) =>
        new Promise((resolve, reject) => {
          const hold = () => {
            this.holders.set(name, true);
            const run = async () => {
              try {
                resolve(await work({ name }));
              } catch (error) {
                reject(error);
              } finally {
                this.release(name);
              }
            };
            tab.deliver(() => void run());
          };
          if (!this.holders.get(name)) return hold();
          if (ifAvailable) return tab.deliver(() => resolve(work(null)));
          const waiting = { grant: hold };
          this.queue.push(waiting);
          signal?.addEventListener('abort', () => {
            const left = this.queue.filter((one) => one !== waiting);
            if (left.length === this.queue.length) return;
            this.queue = left;
            reject(signal.reason);
          });
        }),
    };
  }

  private release(name: string): void {
    this.holders.set(name, false);
    this.queue.shift()?.grant();
  }
}

export class Channels {
  private readonly ends = new Set<{ tab: Pick<Tab, 'deliver'>; heard: Set<(message: unknown) => void> }>();
  delay = 1;

  constructor(private readonly clock: Clock) {}

  open(tab: Pick<Tab, 'deliver'>): ChannelPort {
    const end = { tab, heard: new Set<(message: unknown) => void>() };
    this.ends.add(end);
    return {
      post: (message) => {
        const copy: unknown = structuredClone(message);
        for (const other of this.ends) {
          if (other === end) continue;
          this.clock.after(this.delay, () =>
            other.tab.deliver(() => other.heard.forEach((listener) => listener(copy))),
          );
        }
      },
      listen: (listener) => {
        end.heard.add(listener);
        return () => end.heard.delete(listener);
      },
      close: () => this.ends.delete(end),
    };
  }
}

/** A tab with a session. */
export class Tab extends BrowserTab {
  readonly session: Session;
  readonly states: SessionState[] = [];
  /** How far the clock of this tab is behind, because it stood still while the computer slept. */
  slept = 0;

  constructor(world: World, options: Partial<SessionEnv> = {}) {
    super();
    const { clock, server } = world;
    this.session = createSession({
      ...this.portsOf(world),
      now: () => clock.time - this.slept,
      fetch: (path, init = {}) => server.fetch(path, init, (work) => this.deliver(work)),
      ...options,
    });
    this.session.subscribe((state) => this.states.push(state));
  }

  get kind(): string {
    return this.session.state().kind;
  }

  get user(): string | null {
    const state = this.session.state();
    return state.kind === 'authenticated' ? state.identity.email : null;
  }
}

/** The message by which a tab shares a token of a user, valid for so many milliseconds. */
export function tokenOf(user: string, remaining: number) {
  const identity = {
    sub: `id-${user}`,
    email: user,
    full_name: null,
    scopes: [],
    roles: [],
    must_change_password: false,
  };
  return { kind: 'token', started: false, token: 'of another tab', remaining, margin: 30_000, identity };
}

export class World {
  readonly clock = new Clock();
  readonly server = new Server(this.clock);
  readonly locks = new Locks();
  readonly channels = new Channels(this.clock);

  tab(options?: Partial<SessionEnv>): Tab {
    return new Tab(this, options);
  }

  /** Waits for something that takes time on the clock. */
  async after<T>(promise: Promise<T>, delay = 200): Promise<T> {
    // It is awaited below; until then a rejection is nobody's.
    promise.catch(() => undefined);
    await this.clock.advance(delay);
    return promise;
  }

  /** Time in which nobody looks at the tabs, so that no tab refreshes. */
  async pass(delay: number, ...tabs: (Tab | undefined)[]): Promise<void> {
    for (const tab of tabs) tab!.visible = false;
    await this.clock.advance(delay);
    for (const tab of tabs) tab!.visible = true;
  }

  /** A tab in which a user has logged in. */
  async loggedIn(user = 'ada', options?: Partial<SessionEnv>): Promise<Tab> {
    const tab = this.tab(options);
    await this.after(tab.session.start());
    await this.after(tab.session.login(user, 'right'));
    return tab;
  }

  /** Messages of a tab that has no session of its own reach all others. */
  async receives(...messages: unknown[]): Promise<void> {
    const channel = this.channels.open(new BrowserTab());
    for (const message of messages) channel.post(message);
    await this.clock.advance(100);
  }

  /** More tabs of the same browser, opened at once. */
  async open(count: number): Promise<Tab[]> {
    const tabs = Array.from({ length: count }, () => this.tab());
    await this.after(Promise.all(tabs.map((tab) => tab.session.start())), 1_000);
    return tabs;
  }
}
