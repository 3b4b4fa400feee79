// A clock that tests move. Timers and everything that takes time run on it.

interface Due {
  at: number;
  order: number;
  work: () => void;
}

export class Clock {
  time = 1_000;
  private due: Due[] = [];
  private count = 0;

  after(delay: number, work: () => void): Due {
    const due = { at: this.time + delay, order: (this.count += 1), work };
    this.due.push(due);
    return due;
  }

  cancel(due: unknown): void {
    this.due = this.due.filter((one) => one !== due);
  }

  /** Lets everything happen that is due within `delay`, in order. */
  async advance(delay: number): Promise<void> {
    const end = this.time + delay;
    await settled();
    for (;;) {
      const next = this.due.toSorted((a, b) => a.at - b.at || a.order - b.order)[0];
      if (next === undefined || next.at > end) break;
      this.cancel(next);
      this.time = Math.max(this.time, next.at);
      next.work();
      await settled();
    }
    this.time = Math.max(this.time, end);
  }
}

/** After all that is ready to run has run. */
export const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
