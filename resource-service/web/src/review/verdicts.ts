// Verdicts in words. Pure.
import type { GivenVerdict, Reason, Review, Verdict, Verdicts } from './types';

export const VERDICTS: readonly { verdict: Verdict; key: string; label: string; done: string }[] = [
  { verdict: 'approve', key: 'a', label: 'Approve', done: 'Approved' },
  { verdict: 'reject', key: 'r', label: 'Reject', done: 'Rejected' },
  { verdict: 'rerun', key: 'u', label: 'Ask for a rerun', done: 'Rerun requested' },
];

export const REASONS: Record<Reason, string> = {
  stale: 'changed since your verdict',
  requested: 'verdict requested',
  quorum: 'verdicts missing',
};

/** Parts of the queue, as `reason` in its address names them. */
export const QUEUE_PARTS = {
  waiting: { title: 'Waiting', reasons: ['requested', 'quorum'] },
  stale: { title: 'Changed', reasons: ['stale'] },
} as const satisfies Record<string, { title: string; reasons: readonly Reason[] }>;
export type QueuePart = keyof typeof QUEUE_PARTS;

/** The part that an address asks for; undefined is the whole queue. */
export function queuePart(text: string): QueuePart | undefined {
  return Object.hasOwn(QUEUE_PARTS, text) ? (text as QueuePart) : undefined;
}

/** The address of the queue, or of one calculation in it. */
export function queueAddress(id: string | undefined, part: QueuePart | undefined): string {
  const path = id === undefined ? '/review' : `/review/${encodeURIComponent(id)}`;
  return part === undefined ? path : `${path}?reason=${part}`;
}

interface Counts {
  approve: number;
  reject: number;
  rerun: number;
}

/** "1 of 2 verdicts", "3 verdicts", "no verdict yet". */
export function quorumText(given: number, quorum: number | null | undefined): string {
  if (quorum) return `${given} of ${quorum} ${quorum === 1 ? 'verdict' : 'verdicts'}`;
  return given === 0 ? 'no verdict yet' : `${given} ${given === 1 ? 'verdict' : 'verdicts'}`;
}

/** "2 approve, 1 rejects": what the verdicts are, the frequent ones as they come. Empty without verdicts. */
export function countsText({ approve, reject, rerun }: Counts): string {
  const parts = [
    approve > 0 && `${approve} ${approve === 1 ? 'approves' : 'approve'}`,
    reject > 0 && `${reject} ${reject === 1 ? 'rejects' : 'reject'}`,
    rerun > 0 && `${rerun} ${rerun === 1 ? 'asks for a rerun' : 'ask for a rerun'}`,
  ];
  return parts.filter((part) => part !== false).join(', ');
}

/** How many verdicts there are, and how they count. */
export interface Standing {
  /** "1 of 2 verdicts": a quorum counts the verdicts of people other than the calculation's owner. */
  count: string;
  /** "2 approve; the owner's own does not count". Empty without verdicts. */
  detail: string;
}

/** The verdicts on one revision of a calculation of `owner`, in words. */
export function standingOf({ items, current, quorum }: Verdicts, owner: string | undefined): Standing {
  const all = current.approve + current.reject + current.rerun;
  const counts = countsText(current);
  const hasOwn = quorum !== null && items.some(({ by, stale }) => by === owner && !stale);
  return {
    count: quorumText(hasOwn ? all - 1 : all, quorum),
    detail: hasOwn ? `${counts}; the owner\u2019s own does not count` : counts,
  };
}

/** A past revision, with what the service works out for the current one only. */
interface Past {
  revision: number;
  owner: string | undefined;
  quorum: number | null;
  /** Names of people by id, as far as they are known. */
  names: ReadonlyMap<string, string>;
}

/** The verdicts on a past revision among all reviews of a calculation: the latest one of each person. */
export function verdictsOnPast(reviews: readonly Review[], { revision, owner, quorum, names }: Past): Verdicts {
  const latest = new Map<string, GivenVerdict>();
  for (const review of reviews) {
    const { verdict, given_by: by = review._owner, given_at: at = review._created_at } = review;
    if (verdict === undefined || review.revision !== revision) continue;
    const before = latest.get(by);
    if (before && (before.at > at || (before.at === at && before.review > review._id))) continue;
    const name = names.get(by) ?? (by === review._owner ? (review._owner_name ?? undefined) : undefined);
    latest.set(by, {
      review: review._id,
      verdict,
      by,
      at,
      revision,
      stale: false,
      ...(name !== undefined && { by_name: name }),
      ...(review.comment !== undefined && { comment: review.comment }),
    });
  }
  const items = [...latest.values()].toSorted((a, b) => (a.at < b.at ? 1 : -1));
  const count = (word: Verdict) => items.filter(({ verdict }) => verdict === word).length;
  const given = items.filter(({ by }) => by !== owner).length;
  return {
    items,
    current: { approve: count('approve'), reject: count('reject'), rerun: count('rerun') },
    quorum,
    reached: quorum !== null && given >= quorum,
  };
}

/** What a calculation counts as: its verdicts must agree, and there must be as many as it asks for. */
export function outcomeOf(
  current: Counts,
  quorum: number | null,
): 'none' | 'waiting' | 'approved' | 'rejected' | 'rerun' | 'divided' {
  const { approve, reject, rerun } = current;
  const given = approve + reject + rerun;
  if (given === 0) return 'none';
  if ([approve, reject, rerun].filter((count) => count > 0).length > 1) return 'divided';
  if (given < (quorum ?? 1)) return 'waiting';
  if (approve > 0) return 'approved';
  return reject > 0 ? 'rejected' : 'rerun';
}
