// Numbered pages over cursors. A cursor is the place of a document, so it stays right while others come and go.
import type { Json, JsonObject } from '@/api/json';

export interface Page {
  items: JsonObject[];
  next: string | null;
  total?: Json;
}

/** Reads a page of a list: `limit` documents after a cursor. `onlyIds` asks for as little as possible. */
export type ReadPage = (page: { after: string | null; limit: number; onlyIds: boolean }) => Promise<Page>;

/** The most documents that a page of the API has. */
const LARGEST = 1_000;
/** How many lists are remembered. */
const LISTS = 50;

/** The cursors of the lists that were read. */
export class Cursors {
  /** By list: the cursor after so many documents. */
  private readonly lists = new Map<string, Map<number, string>>();

  /** Page `number` (from 1) of a list. Earlier pages that nobody has read are skipped, a thousand documents a step. */
  async page(list: string, number: number, size: number, read: ReadPage): Promise<Page> {
    const known = this.listOf(list);
    const first = (number - 1) * size;
    let at = Math.max(0, ...[...known.keys()].filter((offset) => offset <= first));
    let after = known.get(at) ?? null;
    while (at < first) {
      const limit = Math.min(LARGEST, first - at);
      const { next } = await read({ after, limit, onlyIds: true });
      if (next === null) return { items: [], next: null };
      at += limit;
      after = next;
      known.set(at, next);
    }
    const page = await read({ after, limit: size, onlyIds: false });
    if (page.next !== null) known.set(first + size, page.next);
    return page;
  }

  /** Forgets a list whose cursors were refused. Returns whether there were any. */
  forget(list: string): boolean {
    const known = this.lists.get(list);
    this.lists.delete(list);
    return known !== undefined && known.size > 0;
  }

  private listOf(list: string): Map<number, string> {
    const known = this.lists.get(list) ?? new Map<number, string>();
    this.lists.delete(list);
    this.lists.set(list, known);
    const [oldest] = this.lists.keys();
    if (this.lists.size > LISTS && oldest !== undefined) this.lists.delete(oldest);
    return known;
  }
}
