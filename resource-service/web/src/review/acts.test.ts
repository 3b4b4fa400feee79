import { describe, expect, it } from 'vitest';

import { actsOn } from './acts';
import type { Review } from './types';

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
});
