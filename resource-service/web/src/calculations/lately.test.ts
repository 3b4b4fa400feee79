import { describe, expect, it } from 'vitest';

import { endedSince, silentSince, startOfYesterday, tableAddress } from './lately';

describe('filters by time', () => {
  const at = Date.parse('2026-11-29T12:00:00Z');

  it('takes the last change as the sign of life of a calculation without heartbeats', () => {
    expect(silentSince(at)).toEqual([
      ['status', 'running'],
      [
        'or',
        '(heartbeat_at[lt]=2026-11-29T12:00:00.000Z,and=(heartbeat_at[exists]=false,_updated_at[lt]=2026-11-29T12:00:00.000Z))',
      ],
    ]);
  });

  it('gives the same filter to the table', () => {
    const address = new URL(tableAddress(endedSince('failed', at)), 'http://x');
    expect([...address.searchParams]).toEqual(endedSince('failed', at));
  });

  it('begins yesterday where the reader is', () => {
    const yesterday = (zone: string) => new Date(startOfYesterday(at, zone)).toISOString();
    expect(yesterday('UTC')).toBe('2026-11-28T00:00:00.000Z');
    expect(yesterday('Asia/Tokyo')).toBe('2026-11-27T15:00:00.000Z');
    expect(yesterday('Pacific/Auckland')).toBe('2026-11-28T11:00:00.000Z');
    expect(yesterday('America/St_Johns')).toBe('2026-11-28T03:30:00.000Z');
  });
});
