// Verdicts in words. Pure.
import type { Reason, Verdict } from './types';

export const VERDICTS: readonly { verdict: Verdict; key: string; label: string; done: string }[] = [
  { verdict: 'approve', key: 'a', label: 'Approve', done: 'Approved' },
  { verdict: 'reject', key: 'r', label: 'Reject', done: 'Rejected' },
  { verdict: 'rerun', key: 'u', label: 'Ask for a rerun', done: 'Rerun asked for' },
];

export const REASONS: Record<Reason, string> = {
  stale: 'changed since your verdict',
  requested: 'verdict requested',
  quorum: 'verdicts missing',
};

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
