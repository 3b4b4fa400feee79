import { describe, expect, it } from 'vitest';

import { UNDO_FOR, UndoStack } from './undo';

function stack() {
  let now = 0;
  const timers: { at: number; work: () => void }[] = [];
  const clock = { now: () => now, set: (work: () => void, delay: number) => timers.push({ at: now + delay, work }) };
  const advance = (by: number) => {
    now += by;
    for (const timer of timers.splice(0)) {
      if (timer.at <= now) timer.work();
      else timers.push(timer);
    }
  };
  return { acts: new UndoStack<string>(clock), advance };
}

describe('undo', () => {
  it('undoes the newest act first', () => {
    const { acts } = stack();
    acts.push('first');
    acts.push('second');
    expect([acts.pop(), acts.pop(), acts.pop()]).toEqual(['second', 'first', undefined]);
  });

  it('ends ten seconds after each act', () => {
    const { acts, advance } = stack();
    acts.push('first');
    advance(UNDO_FOR - 1);
    acts.push('second');
    expect(acts.size()).toBe(2);
    advance(1);
    expect(acts.size()).toBe(1);
    expect(acts.pop()).toBe('second');
    acts.push('third');
    advance(UNDO_FOR);
    expect(acts.pop()).toBeUndefined();
  });

  it('says that it changed when an act comes, goes, and expires', () => {
    const { acts, advance } = stack();
    const sizes: number[] = [];
    const stop = acts.subscribe(() => sizes.push(acts.size()));
    acts.push('first');
    acts.push('second');
    acts.pop();
    advance(UNDO_FOR);
    expect(sizes.slice(0, 4)).toEqual([1, 2, 1, 0]);
    stop();
    acts.push('third');
    expect(sizes.at(-1)).toBe(0);
  });

  it('undoes an act once, by whichever way', () => {
    const { acts } = stack();
    acts.push('act');
    expect(acts.take('act')).toBe(true);
    expect(acts.take('act')).toBe(false);
    expect(acts.pop()).toBeUndefined();
  });

  it('lets a message that is held open undo later than the key', () => {
    const { acts, advance } = stack();
    acts.push('act');
    advance(UNDO_FOR + 1);
    acts.push('another');
    expect(acts.take('act')).toBe(true);
    expect(acts.pop()).toBe('another');
  });

  it('forgets all', () => {
    const { acts } = stack();
    acts.push('act');
    acts.clear();
    expect(acts.take('act')).toBe(false);
  });
});
