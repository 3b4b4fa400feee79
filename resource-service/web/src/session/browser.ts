// The real surroundings: the only file of the session that touches the browser's globals.
import { createSession } from './session';
import { CHANNEL } from './messages';
import type { ChannelPort, LockPort, PageEvent, PagePort, Session, SessionEnv, TimerPort } from './types';

/** The session of this browser. An application makes one. */
export function browserSession(): Session {
  return createSession(browserEnv());
}

export function browserEnv(): SessionEnv {
  return {
    now: () => performance.now(),
    fetch: (input, init) => window.fetch(input, init),
    locks: browserLocks(),
    openChannel: channelOpener(CHANNEL),
    timers: browserTimers,
    page: browserPage,
  };
}

/** Locks that all tabs share, where the page is a secure context. */
export function browserLocks(): LockPort | null {
  const { locks } = navigator as { locks?: LockManager };
  if (locks === undefined) return null;
  return { request: async (name, options, work) => locks.request(name, options, work) };
}

/** Opens a channel of this name to the other tabs. */
export function channelOpener(name: string): (() => ChannelPort) | null {
  if (!('BroadcastChannel' in globalThis)) return null;
  return () => {
    const channel = new BroadcastChannel(name);
    return {
      post: (message) => channel.postMessage(message),
      listen: (listener) => {
        const heard = (event: MessageEvent<unknown>) => listener(event.data);
        channel.addEventListener('message', heard);
        return () => channel.removeEventListener('message', heard);
      },
      close: () => channel.close(),
    };
  };
}

export const browserTimers: TimerPort = {
  set: (work, delay) => window.setTimeout(work, delay),
  clear: (timer) => window.clearTimeout(timer as number),
};

export const browserPage: PagePort = {
  visible: () => document.visibilityState === 'visible',
  on: (event, listener) => {
    const [target, name, concerns] = PAGE_EVENTS[event];
    const heard = (happened: Event) => {
      if (concerns(happened)) listener();
    };
    target().addEventListener(name, heard);
    return () => target().removeEventListener(name, heard);
  },
};

/** Where an event of the page is listened for, under which name, and which of them count. */
const PAGE_EVENTS: Record<PageEvent, [() => EventTarget, string, (event: Event) => boolean]> = {
  visible: [() => document, 'visibilitychange', () => document.visibilityState === 'visible'],
  online: [() => window, 'online', () => true],
  left: [() => window, 'pagehide', () => true],
  restored: [() => window, 'pageshow', (event) => (event as PageTransitionEvent).persisted],
};
