// What a tab of a browser gives to the code in it: locks, a channel, timers, page events. It can be frozen.
import type { PageEvent, PagePort, SessionEnv } from '../types';
import type { Clock } from './clock';
import type { Channels, Locks } from './world';

/** What all tabs of one browser share. */
export interface Browser {
  readonly clock: Clock;
  readonly locks: Locks;
  readonly channels: Channels;
}

/** What happens to a tab while it is frozen happens when it thaws. */
export class BrowserTab {
  visible = true;
  private frozen = false;
  private backlog: (() => void)[] = [];
  private readonly listeners = new Map<PageEvent, Set<() => void>>();

  protected portsOf({
    clock,
    locks,
    channels,
  }: Browser): Pick<SessionEnv, 'locks' | 'openChannel' | 'timers' | 'page'> {
    const page: PagePort = {
      visible: () => this.visible,
      on: (event, listener) => {
        const set = this.listeners.get(event) ?? new Set();
        this.listeners.set(event, set.add(listener));
        return () => set.delete(listener);
      },
    };
    return {
      locks: locks.port(this),
      openChannel: () => channels.open(this),
      timers: {
        set: (work, delay) => clock.after(delay, () => this.deliver(work)),
        clear: (timer) => clock.cancel(timer),
      },
      page,
    };
  }

  deliver(work: () => void): void {
    if (this.frozen) this.backlog.push(work);
    else work();
  }

  freeze(): void {
    this.frozen = true;
  }

  thaw(): void {
    this.frozen = false;
    this.backlog.splice(0).forEach((work) => work());
  }

  happens(event: PageEvent): void {
    this.listeners.get(event)?.forEach((listener) => listener());
  }
}
