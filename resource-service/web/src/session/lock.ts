// The lock under which the refresh cookie is used, so that tabs take turns. Knows nothing of tokens.
import type { SessionEnv } from './types';

const NAME = 'tessera-refresh';
/** How long a tab waits for the lock, in milliseconds. The tab that holds it may be frozen. */
export const LOCK_WAIT = 5_000;
const BUSY = Symbol('busy');

/**
 * Does `work` under the lock. After `LOCK_WAIT` it does it without: the service returns the same successor for a
 * refresh token that is used twice within 30 seconds. The lock is never stolen. `waited` says whether another tab has
 * just released it.
 */
export async function withRefreshLock<T>(
  { locks, timers }: Pick<SessionEnv, 'locks' | 'timers'>,
  work: (waited: boolean) => Promise<T>,
): Promise<T> {
  if (locks === null) return work(false);
  let granted = false;
  const run = (waited: boolean) => {
    granted = true;
    return work(waited);
  };
  const waiting = new AbortController();
  const timer = timers.set(() => waiting.abort(), LOCK_WAIT);
  try {
    const first = await locks.request<T | typeof BUSY>(NAME, { ifAvailable: true }, async (lock) =>
      lock === null ? BUSY : run(false),
    );
    if (first !== BUSY) return first;
    return await locks.request(NAME, { signal: waiting.signal }, () => {
      timers.clear(timer);
      return run(true);
    });
  } catch (error) {
    if (granted) throw error;
    return await work(false);
  } finally {
    timers.clear(timer);
  }
}
