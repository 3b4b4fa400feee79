import { describe, expect, it } from 'vitest';

import { countsText, outcomeOf, quorumText } from './verdicts';

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
