import { describe, expect, it } from 'vitest';

import type { QueueItem } from './types';
import { countsText, inPart, outcomeOf, queueAddress, queuePart, quorumText } from './verdicts';

describe('verdicts in words', () => {
  it('counts towards the quorum', () => {
    expect(quorumText(1, 2)).toBe('1 of 2 verdicts');
    expect(quorumText(0, 1)).toBe('0 of 1 verdict');
    expect(quorumText(1, null)).toBe('1 verdict');
    expect(quorumText(0, null)).toBe('no verdict yet');
  });

  it('uses the right verb', () => {
    expect(countsText({ approve: 2, reject: 1, rerun: 0 })).toBe('2 approve, 1 rejects');
    expect(countsText({ approve: 1, reject: 0, rerun: 2 })).toBe('1 approves, 2 ask for a rerun');
    expect(countsText({ approve: 0, reject: 0, rerun: 0 })).toBe('');
  });

  it('waits for the quorum, and calls different verdicts divided', () => {
    expect(outcomeOf({ approve: 0, reject: 0, rerun: 0 }, 2)).toBe('none');
    expect(outcomeOf({ approve: 1, reject: 0, rerun: 0 }, 2)).toBe('waiting');
    expect(outcomeOf({ approve: 2, reject: 0, rerun: 0 }, 2)).toBe('approved');
    expect(outcomeOf({ approve: 1, reject: 1, rerun: 0 }, 2)).toBe('divided');
    expect(outcomeOf({ approve: 0, reject: 1, rerun: 0 }, null)).toBe('rejected');
    expect(outcomeOf({ approve: 0, reject: 0, rerun: 1 }, null)).toBe('rerun');
  });
});

describe('parts of the queue', () => {
  it('are named in the address', () => {
    expect(queueAddress('a/b', 'stale')).toBe('/review/a%2Fb?reason=stale');
    expect(queueAddress(undefined, undefined)).toBe('/review');
    expect([queuePart('waiting'), queuePart('toString'), queuePart('')]).toEqual(['waiting', undefined, undefined]);
  });

  it('hold each reason once', () => {
    const items = (['stale', 'requested', 'quorum'] as const).map((reason) => ({ reason }) as QueueItem);
    const reasons = (part?: 'waiting' | 'stale') => inPart(items, part).map(({ reason }) => reason);
    expect(reasons('stale')).toEqual(['stale']);
    expect(reasons('waiting')).toEqual(['requested', 'quorum']);
    expect(reasons()).toEqual(['stale', 'requested', 'quorum']);
  });
});
