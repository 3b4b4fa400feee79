// What the tabs of a browser want to read, and which of it one connection has room for.

/** The most collections of one connection: a bound of the service. */
export const MOST = 20;
/** A tab that does not say what it wants for this long is gone or frozen. Timers of hidden tabs run once a minute. */
const FORGET = 180_000;

/** The collections of one tab. Those of a tab that is in sight come first. */
export interface Wish {
  collections: readonly string[];
  isSeen: boolean;
}

/** The other tabs. */
export class Peers {
  private readonly wishes = new Map<string, Wish & { until: number }>();

  /** A tab that wants nothing has gone. */
  note(tab: string, wish: Wish, now: number): void {
    if (wish.collections.length === 0) this.wishes.delete(tab);
    else this.wishes.set(tab, { ...wish, until: now + FORGET });
  }

  clear(): void {
    this.wishes.clear();
  }

  /** What the tabs want that said so lately. */
  lately(now: number): Wish[] {
    for (const [tab, { until }] of this.wishes) if (until < now) this.wishes.delete(tab);
    return [...this.wishes.values()];
  }
}

/** Which collections are read, and which are left out because one connection has no room for them. */
export function choose(wishes: readonly Wish[]): { read: string[]; left: string[] } {
  const inOrder = [...wishes.filter(({ isSeen }) => isSeen), ...wishes.filter(({ isSeen }) => !isSeen)];
  const wanted = [...new Set(inOrder.flatMap(({ collections }) => collections))];
  return { read: wanted.slice(0, MOST), left: wanted.slice(MOST) };
}
