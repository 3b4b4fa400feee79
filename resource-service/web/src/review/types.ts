// Reviews as the API describes them. No behaviour.
import type { JsonObject } from '@/api/json';

export type Verdict = 'approve' | 'reject' | 'rerun';

export interface Review {
  _id: string;
  _revision: number;
  _created_at: string;
  _owner: string;
  _owner_name?: string | null;
  calculation: string;
  /** The revision of the calculation that was looked at, or that a verdict is asked for. */
  revision: number;
  state?: 'requested' | 'given';
  verdict?: Verdict;
  comment?: string;
  requested_by?: string;
  assignee?: string;
  given_by?: string;
  given_at?: string;
}

export type Reason = 'stale' | 'requested' | 'quorum';

/** One calculation that waits for the caller's verdict. */
export interface QueueItem {
  reason: Reason;
  since: string;
  calculation: {
    _id: string;
    _revision: number;
    name: string;
    status: string;
    _owner: string;
    _updated_at: string;
    quorum?: number;
  };
  /** The request, or the caller's stale verdict. */
  review: Review | null;
  verdicts: { given: number; quorum: number | null; approve: number; reject: number; rerun: number };
}

export interface QueuePage {
  items: QueueItem[];
  next: string | null;
}

/** The latest verdict of one person on a calculation. */
export interface GivenVerdict {
  review: string;
  verdict: Verdict;
  by: string;
  by_name?: string;
  at: string;
  revision: number;
  stale: boolean;
  comment?: string;
}

export interface Verdicts {
  items: GivenVerdict[];
  /** Verdicts on the current revision, the owner's included. */
  current: { approve: number; reject: number; rerun: number };
  quorum: number | null;
  /** Whether people other than the owner gave as many as the quorum. */
  reached: boolean;
}

/** The part of a calculation that a verdict is about. */
export interface Subject {
  _id: string;
  _revision: number;
  name: string;
}

/** A document as the API sends it. */
export type Document = JsonObject & { _id: string; _revision: number; _owner: string; _owner_name?: string | null };
