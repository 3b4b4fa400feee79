import { describe, expect, it } from 'vitest';

import { Api } from '@/api/client';

import { fetchQueue } from './requests';
import type { GivenVerdict, Review, Verdicts } from './types';
import { countsText, outcomeOf, queueAddress, queuePart, quorumText, standingOf, verdictsOnPast } from './verdicts';

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

describe('the verdicts on a past revision', () => {
  const review = (more: Partial<Review>): Review => ({
    _id: 'r1',
    _revision: 1,
    _created_at: '2026-01-01T00:00:00Z',
    _owner: 'bea',
    calculation: 'c',
    revision: 1,
    verdict: 'approve',
    ...more,
  });
  const past = { revision: 1, owner: 'owner', quorum: 2, names: new Map([['carl', 'Carl']]) };

  it('are the latest of each person, newest first', () => {
    const { items, current, reached } = verdictsOnPast(
      [
        review({ _id: 'r1', verdict: 'reject', _owner_name: 'Bea' }),
        review({ _id: 'r2', given_at: '2026-01-02T00:00:00Z', given_by: 'bea', _owner_name: 'Bea', comment: 'yes' }),
        review({ _id: 'r3', given_at: '2026-01-03T00:00:00Z', given_by: 'carl', _owner_name: 'Bea' }),
        review({ _id: 'r4', revision: 2, _owner: 'dora' }),
      ],
      past,
    );
    expect(items.map(({ review: id, by_name: name, stale }) => [id, name, stale])).toEqual([
      ['r3', 'Carl', false],
      ['r2', 'Bea', false],
    ]);
    expect(current).toEqual({ approve: 2, reject: 0, rerun: 0 });
    expect(reached).toBe(true);
  });

  it('are not requests, and the quorum does not count the owner', () => {
    const request = review({ _id: 'r5', state: 'requested' });
    delete request.verdict;
    const found = verdictsOnPast([request, review({ _owner: 'owner' }), review({ _id: 'r6' })], past);
    expect(found.items).toHaveLength(2);
    expect(found.reached).toBe(false);
    expect(standingOf(found, 'owner').count).toBe('1 of 2 verdicts');
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
