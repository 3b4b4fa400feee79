// What can still be undone, newest first. Each act can be undone for a while. No React; clock and timers are handed in.

/** How long an act can be undone, in milliseconds. */
export const UNDO_FOR = 10_000;
/** Acts that are remembered at most. */
const KEPT = 50;

interface Clock {
  /** Milliseconds on a clock that is never set. */
  now(): number;
  set(work: () => void, delay: number): unknown;
}

interface Entry<T> {
  act: T;
  until: number;
}

export class UndoStack<T> {
  private entries: Entry<T>[] = [];
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly clock: Clock,
    private readonly length = UNDO_FOR,
  ) {}

  /** Notes an act that can be undone from now on. */
  push(act: T): void {
    this.entries = [...this.entries, { act, until: this.clock.now() + this.length }].slice(-KEPT);
    this.clock.set(() => this.changed(), this.length);
    this.changed();
  }

  /** Removes and returns the newest act that can still be undone. */
  pop(): T | undefined {
    const last = this.live().at(-1);
    this.entries = this.entries.filter((entry) => entry !== last);
    this.changed();
    return last?.act;
  }

  /**
   * Removes an act; false if it was undone already, since an act is undone once. Works after its time too, for a message
   * that the reader holds open.
   */
  take(act: T): boolean {
    const found = this.entries.some((entry) => entry.act === act);
    this.entries = this.entries.filter((entry) => entry.act !== act);
    if (found) this.changed();
    return found;
  }

  /** How many acts can be undone now. */
  size = (): number => this.live().length;

  /** Forgets all, as when another user logs in. */
  clear(): void {
    this.entries = [];
    this.changed();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  private live(): Entry<T>[] {
    const now = this.clock.now();
    return this.entries.filter((entry) => entry.until > now);
  }

  private changed(): void {
    for (const listener of this.listeners) listener();
  }
}
