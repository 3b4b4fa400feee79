// The stream of a browser: one connection, every tab, and what becomes of both when something fails.
import { describe, expect, it } from 'vitest';

import { beat, farewell, sse, type StreamTab, StreamWorld, watching } from './world';

describe('a tab', () => {
  it('receives the changes of what it watches', async () => {
    const world = new StreamWorld();
    const tab = await watching(world, 'calculations', 'reviews');
    expect(world.only.collections).toEqual(['calculations', 'reviews']);
    world.only.send('retry: 3000\nid: 0\n\n' + sse('1', 'calculations', 'a') + sse('2', 'reviews', 'b', 'patch'));
    await world.clock.advance(10);
    expect(tab.events).toEqual(['reset', 'insert calculations/a', 'patch reviews/b']);
    expect(tab.kind).toBe('live');
  });

  it('reads events that arrive in pieces', async () => {
    const world = new StreamWorld();
    const tab = await watching(world);
    for (const letter of sse('1', 'calculations', 'ä')) world.only.send(letter);
    await world.clock.advance(10);
    expect(tab.events).toEqual(['reset', 'insert calculations/ä']);
  });

  it('has no connection while it watches nothing or nobody is logged in', async () => {
    const world = new StreamWorld();
    const tab = world.tab();
    tab.stream.start();
    tab.stream.start();
    const stop = tab.watch('calculations');
    await world.clock.advance(100);
    expect(world.connections).toHaveLength(0);
    tab.user('ada');
    await world.clock.advance(100);
    expect(tab.kind).toBe('live');
    stop();
    await world.clock.advance(3_000);
    expect([tab.kind, world.open.length]).toEqual(['off', 0]);
    tab.watch('calculations');
    await world.clock.advance(100);
    tab.user(null);
    await world.clock.advance(100);
    expect([tab.kind, world.open.length]).toEqual(['off', 0]);
  });

  it('keeps the connection from one page to the next', async () => {
    const world = new StreamWorld();
    const tab = world.tab();
    tab.stream.start();
    tab.user('ada');
    const leave = tab.watch('calculations');
    await world.clock.advance(50);
    leave();
    await world.clock.advance(500);
    tab.watch('calculations');
    await world.clock.advance(5_000);
    expect(world.connections).toHaveLength(1);
  });

  it('watches more without missing anything: it continues behind the last event', async () => {
    const world = new StreamWorld();
    const tab = await watching(world);
    world.only.send(sse('7', 'calculations', 'a'));
    await world.clock.advance(10);
    tab.watch('series');
    await world.clock.advance(50);
    expect(world.only).toMatchObject({ collections: ['calculations', 'series'], last: '7' });
    expect(tab.events).toEqual(['reset', 'insert calculations/a']);
  });

  it('that is stopped says nothing more', async () => {
    const world = new StreamWorld();
    const tab = await watching(world);
    tab.stream.stop();
    await world.clock.advance(60_000);
    expect([tab.kind, world.open.length, world.connections.length]).toEqual(['off', 0, 1]);
  });

  it('starts anew for another user', async () => {
    const world = new StreamWorld();
    const tab = await watching(world);
    world.only.send(sse('7', 'calculations', 'a'));
    await world.clock.advance(10);
    tab.user('bob');
    await world.clock.advance(50);
    expect(world.only.last).toBeNull();
    expect(tab.events).toEqual(['reset', 'insert calculations/a', 'reset']);
  });

  it('lets go of everything when it is left, and returns with the session', async () => {
    const world = new StreamWorld();
    const tab = await watching(world);
    world.only.send(beat('3'));
    await world.clock.advance(10);
    tab.happens('left');
    await world.clock.advance(10);
    expect(world.open).toHaveLength(0);
    tab.become({ kind: 'unknown' });
    tab.happens('restored');
    await world.clock.advance(10);
    expect(world.open).toHaveLength(0);
    tab.user('ada');
    await world.clock.advance(50);
    expect(world.only.last).toBe('3');
  });
});

describe('seven tabs', () => {
  it('share one connection', async () => {
    const world = new StreamWorld();
    const tabs: StreamTab[] = [];
    for (let i = 0; i < 7; i += 1) tabs.push(await watching(world, i % 2 === 0 ? 'calculations' : 'reviews'));
    await world.clock.advance(100);
    expect(world.only.collections).toEqual(['calculations', 'reviews']);
    world.only.send(sse('1', 'reviews', 'r'));
    await world.clock.advance(10);
    expect(tabs.map((tab) => tab.events.at(-1))).toEqual(
      tabs.map((_, i) => (i % 2 === 0 ? (i === 0 ? 'reset' : undefined) : 'insert reviews/r')),
    );
    expect(tabs.map((tab) => tab.kind)).toEqual(Array(7).fill('live'));
  });

  it('that are opened later are live at once', async () => {
    const world = new StreamWorld();
    await watching(world);
    world.only.send(beat('1'));
    await world.clock.advance(5_000);
    expect((await watching(world)).kind).toBe('live');
    expect(world.connections).toHaveLength(1);
  });

  it('hand the connection on when its tab goes, without a gap', async () => {
    const world = new StreamWorld();
    const [first, second] = [await watching(world), await watching(world)];
    world.only.send(sse('4', 'calculations', 'a'));
    await world.clock.advance(10);
    first.stream.stop();
    await world.clock.advance(50);
    expect(world.only).toMatchObject({ tab: second.name, last: '4' });
    world.only.send(sse('5', 'calculations', 'b'));
    await world.clock.advance(10);
    expect(second.events).toEqual(['insert calculations/a', 'insert calculations/b']);
  });

  it('stop reading for a tab that has gone', async () => {
    const world = new StreamWorld();
    await watching(world, 'calculations');
    const second = await watching(world, 'reviews');
    await world.clock.advance(50);
    second.stream.stop();
    await world.clock.advance(50);
    expect(world.only.collections).toEqual(['calculations']);
  });

  it('stop reading for a tab that has not been heard of for three minutes', async () => {
    const world = new StreamWorld();
    await watching(world, 'calculations');
    const second = await watching(world, 'reviews');
    second.freeze();
    for (let i = 0; i < 20; i += 1) {
      await world.clock.advance(10_000);
      world.only.send(beat(`${i}`));
    }
    await world.clock.advance(10);
    expect(world.only.collections).toEqual(['calculations']);
  });

  it('do not depend on a frozen one: a tab that is seen reads for itself until it thaws', async () => {
    const world = new StreamWorld();
    const [first, second, hidden] = [await watching(world), await watching(world), await watching(world)];
    hidden.visible = false;
    world.only.send(sse('4', 'calculations', 'a'));
    await world.clock.advance(10);
    first.freeze();
    await world.clock.advance(62_000);
    expect(hidden.stream.state()).toMatchObject({ kind: 'stalled' });
    expect(second.kind).toBe('live');
    expect(world.open.map((connection) => connection.tab)).toEqual([first.name, second.name]);
    expect(world.open[1]?.last).toBe('4');
    world.open[1]?.send(sse('5', 'calculations', 'b'));
    await world.clock.advance(10);
    expect(second.events.at(-1)).toBe('insert calculations/b');
    world.open[0]?.send(beat('6'));
    first.thaw();
    await world.clock.advance(5_000);
    expect(world.only.tab).toBe(first.name);
    world.only.send(sse('7', 'calculations', 'c'));
    await world.clock.advance(10);
    expect([first, second, hidden].map((tab) => tab.events.at(-1))).toEqual(Array(3).fill('insert calculations/c'));
    expect([first, second, hidden].map((tab) => tab.kind)).toEqual(['live', 'live', 'live']);
  });

  it('of two users do not mix', async () => {
    const world = new StreamWorld();
    const first = await watching(world);
    const second = world.tab();
    second.stream.start();
    second.user('bob');
    second.watch('reviews');
    await world.clock.advance(50);
    world.only.send(sse('1', 'reviews', 'r'));
    await world.clock.advance(10);
    expect(second.events).toEqual([]);
    expect(world.only).toMatchObject({ tab: first.name, collections: ['calculations'] });
  });

  it('without locks have a connection each', async () => {
    const world = new StreamWorld();
    for (let i = 0; i < 2; i += 1) {
      const tab = world.tab({ locks: null, openChannel: null });
      tab.stream.start();
      tab.user('ada');
      tab.watch('calculations');
    }
    await world.clock.advance(50);
    expect(world.open).toHaveLength(2);
  });

  it('have one each where the browser refuses the lock', async () => {
    const world = new StreamWorld();
    const locks = { request: () => Promise.reject(new DOMException('no', 'SecurityError')) };
    const tab = world.tab({ locks });
    tab.stream.start();
    tab.user('ada');
    tab.watch('calculations');
    await world.clock.advance(50);
    expect(tab.kind).toBe('live');
  });

  it('ignore messages of another version', async () => {
    const world = new StreamWorld();
    const tab = await watching(world);
    const channel = world.channels.open(world.tab());
    for (const message of [null, 'lead', {}, { kind: 'future', user: 'ada' }, { kind: 'reset', user: 1 }])
      channel.post(message);
    await world.clock.advance(10);
    expect(tab.events).toEqual(['reset']);
  });
});

describe('the connection', () => {
  it('continues at once when its token has ended, and stays live', async () => {
    const world = new StreamWorld();
    const tab = await watching(world);
    await world.clock.advance(30_000);
    world.only.send(sse('9', 'calculations', 'a') + farewell('end', 'invalid_token'));
    world.only.end();
    await world.clock.advance(10);
    expect(world.only.last).toBe('9');
    expect(tab.states.map((state) => state.kind)).toEqual(['live']);
  });

  it('that ends again and again as soon as it is open waits longer and longer', async () => {
    const world = new StreamWorld();
    const tab = await watching(world);
    for (let half = 0; half < 120; half += 1) {
      world.open.forEach((connection) => {
        connection.send(farewell('end', 'invalid_token'));
        connection.end();
      });
      await world.clock.advance(500);
    }
    expect(world.connections.length).toBeLessThan(8);
    expect(tab.states.some((state) => state.kind === 'stalled')).toBe(true);
  });

  it('waits a second for a replica that stops', async () => {
    const world = new StreamWorld();
    await watching(world);
    await world.clock.advance(20_000);
    world.only.send(farewell('end', 'unavailable'));
    world.only.end();
    await world.clock.advance(900);
    expect(world.open).toHaveLength(0);
    await world.clock.advance(200);
    expect(world.open).toHaveLength(1);
  });

  it('that breaks off is stalled since the last sign of life, then continues', async () => {
    const world = new StreamWorld();
    const tab = await watching(world);
    world.only.send(beat('5'));
    await world.clock.advance(10_000);
    const before = world.clock.time - 10_000;
    world.refusals.push('offline', {
      status: 503,
      code: 'unavailable',
      detail: 'later',
      headers: { 'Retry-After': '20' },
    });
    world.only.break();
    await world.clock.advance(10);
    const state = tab.stream.state();
    expect(state.kind === 'stalled' && Math.abs(state.since - 1_000_000 - before)).toBeLessThan(100);
    // A second, three seconds, then the twenty that the service asked for.
    await world.clock.advance(23_500);
    tab.happens('online');
    await world.clock.advance(100);
    expect(world.open).toHaveLength(0);
    await world.clock.advance(1_000);
    expect(world.only.last).toBe('5');
    expect(tab.kind).toBe('live');
  });

  it('does not wait when the network is back or the page is seen', async () => {
    const world = new StreamWorld();
    const tab = await watching(world);
    for (let i = 0; i < 3; i += 1) world.refusals.push('offline');
    world.only.break();
    await world.clock.advance(15_000);
    expect(tab.kind).toBe('stalled');
    tab.happens('online');
    await world.clock.advance(10);
    expect(tab.kind).toBe('live');
  });

  it('that is silent for 40 seconds is broken', async () => {
    const world = new StreamWorld();
    await watching(world);
    await world.clock.advance(39_000);
    world.only.send(beat('1'));
    await world.clock.advance(39_000);
    expect(world.connections).toHaveLength(1);
    await world.clock.advance(5_000);
    expect(world.connections).toHaveLength(2);
    expect(world.only.last).toBe('1');
  });

  it.each([
    [
      'a position that is no longer kept',
      async (world: StreamWorld) => {
        world.refusals.push({ status: 410, code: 'gone', detail: 'the position is not kept; list calculations again' });
        world.only.end();
        await world.clock.advance(3_000);
      },
    ],
    [
      'a reader that was too slow',
      async (world: StreamWorld) => {
        await world.clock.advance(20_000);
        world.only.send(farewell('dropped', 'gone'));
        world.only.end();
        await world.clock.advance(3_000);
      },
    ],
  ] as const)('with %s begins anew and says so', async (_, happens) => {
    const world = new StreamWorld();
    const tab = await watching(world);
    world.only.send(sse('1', 'calculations', 'a'));
    await world.clock.advance(10);
    await happens(world);
    expect(world.only.last).toBeNull();
    expect(tab.events).toEqual(['reset', 'insert calculations/a', 'reset']);
  });

  it('leaves out a collection that may not be read, or is not there', async () => {
    const world = new StreamWorld();
    const challenge = {
      'WWW-Authenticate': 'Bearer realm="tessera", error="insufficient_scope", scope="reviews:read"',
    };
    world.refusals.push(
      { status: 403, code: 'insufficient_scope', detail: 'This needs the scope reviews:read', headers: challenge },
      { status: 404, code: 'not_found', detail: 'There is no collection "molecules"' },
    );
    const tab = await watching(world, 'calculations', 'molecules', 'reviews');
    expect(world.only.collections).toEqual(['calculations']);
    expect(tab.kind).toBe('live');
  });

  it('is off where nothing may be read, and asks again after a minute', async () => {
    const world = new StreamWorld();
    const refusal = { status: 404, code: 'not_found', detail: 'There is no collection "calculations"' };
    world.refusals.push(refusal);
    const tab = await watching(world);
    expect(tab.kind).toBe('off');
    await world.clock.advance(61_000);
    expect(tab.kind).toBe('live');
  });

  it('that is refused for another reason is tried again after a minute', async () => {
    const world = new StreamWorld();
    world.refusals.push({ status: 422, code: 'validation_error', detail: 'unknown parameter' });
    const tab = await watching(world);
    expect(tab.kind).toBe('stalled');
    await world.clock.advance(30_000);
    expect(world.connections).toHaveLength(1);
  });
});
