// Waits until a server that could not be reached answers again.

/** Milliseconds between two looks. */
const STEP = 3000;

/**
 * Calls `run` once the server answers: it is asked every few seconds while the page is seen, and as soon as the browser is online
 * again. Returns what stops it.
 */
export function whenReachable(run: () => void, answers: () => Promise<boolean>): () => void {
  let isOver = false;
  let isAsking = false;
  const stop = () => {
    isOver = true;
    clearInterval(timer);
    window.removeEventListener('online', ask);
    document.removeEventListener('visibilitychange', ask);
  };
  const look = async () => {
    isAsking = true;
    const isThere = await answers().catch(() => false);
    isAsking = false;
    if (isOver || !isThere) return;
    stop();
    run();
  };
  const ask = () => {
    if (!isAsking && document.visibilityState !== 'hidden') void look();
  };
  const timer = setInterval(ask, STEP);
  window.addEventListener('online', ask);
  document.addEventListener('visibilitychange', ask);
  return stop;
}

/** Whether the console is served. */
export async function isServed(): Promise<boolean> {
  const answer = await fetch('/', { method: 'HEAD', cache: 'no-store', signal: AbortSignal.timeout(STEP) });
  return answer.ok;
}

/** Milliseconds within which a page that failed again is not loaded anew by itself. */
const AGAIN = 60_000;
const KEY = 'tessera.reloaded';

/** Whether this tab loaded itself anew a moment ago: what failed then fails again, although the server answers. */
export function reloadedLately(now: number): boolean {
  const at = Number(sessionStorage.getItem(KEY) ?? NaN);
  return Math.abs(now - at) < AGAIN;
}

export function reload(now: number): void {
  sessionStorage.setItem(KEY, String(now));
  window.location.reload();
}
