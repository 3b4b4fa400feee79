// More collections are watched in a browser than one connection has room for.
import { describe, expect, it } from 'vitest';

import { beat, sse, type StreamTab, StreamWorld, watching } from './world';

describe('many tabs', () => {
  it('that want more collections than one connection has room for: those in sight come first, the others are off', async () => {
    const world = new StreamWorld();
    const names = Array.from({ length: 21 }, (_, index) => `c${String(index).padStart(2, '0')}`);
    const tabs: StreamTab[] = [];
    for (const name of names) tabs.push(await watching(world, name));
    const [first, last] = [tabs[0] as StreamTab, tabs[20] as StreamTab];
    await world.clock.advance(100);
    expect(world.only.collections).toEqual(names.slice(0, 20));
    expect(last.stream.state()).toEqual({ kind: 'off', isCrowded: true });
    world.only.send(sse('5', 'c00', 'a'));
    // The first 20 are hidden: the last one is read in the place of one of them, and begins anew.
    for (const tab of tabs) tab.visible = tab === last;
    await world.clock.advance(61_000);
    expect(world.only.collections).toContain('c20');
    expect([last.events, last.kind]).toEqual([['reset'], 'live']);
    expect(tabs.filter((tab) => tab.kind === 'off')).toHaveLength(1);
    world.only.send(sse('6', 'c20', 'b'));
    await world.clock.advance(10);
    expect(last.events).toEqual(['reset', 'insert c20/b']);
    expect(world.connections.every(({ collections }) => collections.length <= 20)).toBe(true);
    // With room for all, all are live.
    const left = tabs.find((tab) => tab.kind === 'off') as StreamTab;
    (left === first ? (tabs[1] as StreamTab) : first).stream.stop();
    await world.clock.advance(100);
    expect(left.kind).toBe('live');
  });

  it('whose one is seen: it is read at once', async () => {
    const world = new StreamWorld();
    const names = Array.from({ length: 20 }, (_, index) => `c${index}`);
    const hidden = world.tab();
    hidden.visible = false;
    hidden.stream.start();
    hidden.user('ada');
    hidden.watch(...names);
    const tab = world.tab();
    tab.visible = false;
    tab.stream.start();
    tab.user('ada');
    tab.watch('molecules');
    await world.clock.advance(100);
    expect(tab.stream.state()).toEqual({ kind: 'off', isCrowded: true });
    world.only.send(beat('7'));
    await world.clock.advance(10);
    tab.events.length = 0;
    tab.visible = true;
    tab.happens('visible');
    await world.clock.advance(100);
    expect([tab.kind, tab.events]).toEqual(['live', ['reset']]);
    expect(world.only).toMatchObject({ last: '7', collections: expect.arrayContaining(['molecules']) });
    expect(hidden.stream.state()).toEqual({ kind: 'off', isCrowded: true });
  });
});
