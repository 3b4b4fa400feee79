import { describe, expect, it } from 'vitest';

import { actsOn, isAnswered } from './acts';
import type { GivenVerdict, Review } from './types';

describe('an open request', () => {
  const request = (more: Partial<Review>) => ({ _owner: 'owner', requested_by: 'ann', ...more }) as Review;

  it('is taken by anybody where nobody is assigned, and given back by its assignee', () => {
    expect(actsOn(request({}), 'bea', false)).toEqual({ take: true, giveBack: false, withdraw: false });
    expect(actsOn(request({ assignee: 'bea' }), 'bea', false)).toMatchObject({ take: false, giveBack: true });
    expect(actsOn(request({ assignee: 'carl' }), 'bea', false)).toMatchObject({ take: false, giveBack: false });
  });

  it('is withdrawn by the person who made it and by administrators', () => {
    expect(actsOn(request({}), 'ann', false).withdraw).toBe(true);
    expect(actsOn(request({}), 'owner', false).withdraw).toBe(false);
    expect(actsOn(request({}), 'root', true).withdraw).toBe(true);
    const { requested_by: _, ...old } = request({});
    expect(actsOn(old, 'owner', false).withdraw).toBe(true);
  });

  it('is answered by a verdict of its assignee on this revision, given since', () => {
    const asked = request({ assignee: 'bea', _created_at: '2026-01-02T00:00:00.000Z' });
    const verdict = { by: 'bea', at: '2026-01-03T00:00:00.000Z', revision: 2 } as GivenVerdict;
    expect(isAnswered(asked, 2, [verdict])).toBe(true);
    expect(isAnswered(asked, 3, [verdict])).toBe(false);
    expect(isAnswered(asked, 2, [{ ...verdict, by: 'ann' }])).toBe(false);
    expect(isAnswered(asked, 2, [{ ...verdict, at: '2026-01-01T00:00:00.000Z' }])).toBe(false);
    expect(isAnswered(request({ _created_at: asked._created_at }), 2, [verdict])).toBe(false);
  });
});
