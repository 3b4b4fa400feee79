// The real surroundings: that the session hears the page, the other tabs and the locks of a browser.
import { afterEach, describe, expect, it, vi } from 'vitest';

import { browserEnv, browserSession, channelOpener } from '../browser';

function restored(persisted: boolean): Event {
  return Object.assign(new Event('pageshow'), { persisted });
}

function visibility(state: DocumentVisibilityState): void {
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue(state);
  document.dispatchEvent(new Event('visibilitychange'));
}

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe('the page', () => {
  it.each([
    ['visible', () => visibility('visible'), () => visibility('hidden')],
    ['online', () => window.dispatchEvent(new Event('online')), () => window.dispatchEvent(new Event('offline'))],
    ['left', () => window.dispatchEvent(new Event('pagehide')), () => window.dispatchEvent(restored(true))],
    ['restored', () => window.dispatchEvent(restored(true)), () => window.dispatchEvent(restored(false))],
  ] as const)('says %s, and nothing of the opposite', (event, happens, another) => {
    const heard = vi.fn();
    const stop = browserEnv().page.on(event, heard);
    another();
    expect(heard).not.toHaveBeenCalled();
    happens();
    expect(heard).toHaveBeenCalledTimes(1);
    stop();
    happens();
    expect(heard).toHaveBeenCalledTimes(1);
  });

  it('knows whether it is seen', () => {
    const { page } = browserEnv();
    visibility('hidden');
    expect(page.visible()).toBe(false);
    visibility('visible');
    expect(page.visible()).toBe(true);
  });
});

describe('the clock and the timers', () => {
  it('are those of the browser', () => {
    vi.useFakeTimers();
    const { now, timers } = browserEnv();
    const before = now();
    const [early, never] = [vi.fn(), vi.fn()];
    timers.set(early, 1_000);
    timers.clear(timers.set(never, 1_000));
    vi.advanceTimersByTime(1_000);
    expect(early).toHaveBeenCalledTimes(1);
    expect(never).not.toHaveBeenCalled();
    expect(now() - before).toBe(1_000);
  });
});

describe('the locks', () => {
  it('are those of the browser', async () => {
    const request = vi.fn((_name: string, _options: object, work: (lock: unknown) => unknown) => work('held'));
    vi.stubGlobal('navigator', { locks: { request } });
    const { locks } = browserEnv();
    expect(await locks?.request('a', { ifAvailable: true }, (lock) => Promise.resolve(lock))).toBe('held');
    expect(request.mock.calls[0]?.slice(0, 2)).toEqual(['a', { ifAvailable: true }]);
  });

  it('are none where the page is not a secure context', () => {
    vi.stubGlobal('navigator', {});
    expect(browserEnv().locks).toBeNull();
  });
});

describe('the channel', () => {
  it('reaches the other tabs until it is closed', async () => {
    const { BroadcastChannel } = await import('node:worker_threads');
    vi.stubGlobal('BroadcastChannel', BroadcastChannel);
    const open = channelOpener('test');
    const [mine, theirs] = [open!(), open!()];
    const heard: unknown[] = [];
    const first = new Promise<void>((resolve) => {
      const stop = theirs.listen((message) => {
        heard.push(message);
        stop();
        resolve();
      });
    });
    mine.post({ a: 1 });
    await first;
    expect(heard).toEqual([{ a: 1 }]);
    mine.close();
    theirs.close();
    expect(() => mine.post({ a: 2 })).toThrow();
  });

  it('is none in a browser without it', () => {
    vi.stubGlobal('BroadcastChannel', undefined);
    Reflect.deleteProperty(globalThis, 'BroadcastChannel');
    expect(channelOpener('test')).toBeNull();
  });
});

it('a session of the browser asks the service of the page', async () => {
  const fetch = vi.fn(() => Promise.resolve(new Response(null, { status: 401 })));
  vi.stubGlobal('fetch', fetch);
  const session = browserSession();
  expect(await session.start()).toEqual({ kind: 'anonymous' });
  session.stop();
  expect(fetch.mock.calls).toEqual([['/auth/token-refresh', expect.objectContaining({ method: 'POST' })]]);
});
