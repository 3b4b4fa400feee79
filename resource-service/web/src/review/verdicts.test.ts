import { describe, expect, it } from 'vitest';

import { Api } from '@/api/client';

import { fetchQueue } from './requests';
import type { GivenVerdict, Verdicts } from './types';
import { countsText, outcomeOf, queueAddress, queuePart, quorumText, standingOf } from './verdicts';

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

  it('counts towards the quorum the verdicts of others than the owner, as the service does', () => {
    const given = (by: string, stale = false) => ({ by, stale }) as GivenVerdict;
    const verdicts: Verdicts = {
      items: [given('owner'), given('bea')],
      current: { approve: 2, reject: 0, rerun: 0 },
      quorum: 2,
      reached: false,
    };
    expect(standingOf(verdicts, 'owner')).toEqual({
      count: '1 of 2 verdicts',
      detail: '2 approve; the owner\u2019s own does not count',
    });
    expect(standingOf(verdicts, 'carl')).toEqual({ count: '2 of 2 verdicts', detail: '2 approve' });
    expect(standingOf({ ...verdicts, quorum: null }, 'owner').count).toBe('2 verdicts');
    const stale = { ...verdicts, items: [given('owner', true)], current: { approve: 1, reject: 0, rerun: 0 } };
    expect(standingOf(stale, 'owner').count).toBe('1 of 2 verdicts');
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

  it('are asked for by their reasons, page by page', async () => {
    const asked: string[] = [];
    const fetch = async (address: string) => {
      asked.push(address);
      return new Response('{"items":[],"next":null}');
    };
    const api = new Api({ fetch });
    await fetchQueue(api, 'waiting', undefined);
    await fetchQueue(api, 'stale', 'c');
    await fetchQueue(api, undefined, undefined);
    expect(asked.map((address) => [...new URL(address, 'http://here').searchParams])).toEqual([
      [
        ['reason', 'requested,quorum'],
        ['limit', '50'],
      ],
      [
        ['reason', 'stale'],
        ['limit', '50'],
        ['after', 'c'],
      ],
      [['limit', '50']],
    ]);
  });
});
