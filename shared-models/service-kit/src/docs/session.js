// The login of a page of documentation: the access token that the refresh cookie of this origin gives. The cookie is that of
// the console, so the pages use it in turn, under one lock, and tell each other when a session begins or ends.

/** How long before its end a token is refreshed, an answer is waited for, and the lock, in milliseconds. */
const MARGIN = 30_000;
const LIMIT = 10_000;
const LOCK_WAIT = 5_000;

const channel = new BroadcastChannel('tessera-session');
let grant = null;
/** Counts logins and ends. The answer to a refresh from before the last one is ignored. */
let epoch = 0;
let flight = null;
let changed = () => {};

/** Calls `listener` with the token and the e-mail of who is logged in, or with `null`, now and after each change. */
export function follow(listener) {
  changed = listener;
  changed(grant);
}

/** Asks by the cookie who is logged in. */
export function refresh() {
  flight ??= inTurn(useCookie).finally(() => {
    flight = null;
  });
  return flight;
}

/** The access token to send now, or `null` if nobody is logged in. */
export async function token() {
  if (grant && age(grant) >= grant.life) await refresh();
  return grant?.token ?? null;
}

/** Waits for a refresh whose answer would replace the cookie of a login that is sent now. */
export async function beforeLogin() {
  await flight?.catch(() => {});
}

/** Keeps the answer to a login. */
export async function loggedIn(answer) {
  forget();
  const identity = await keep(answer);
  const { token: value, life } = grant ?? {};
  if (value) channel.postMessage({ kind: 'token', started: true, token: value, remaining: life, margin: 0, identity });
}

/** Ends the session everywhere. If it rejects, the session goes on. */
export async function logout() {
  await beforeLogin();
  const answer = await inTurn(() => post('/auth/logout', null));
  if (!answer.ok) throw new Error(`The session goes on: ${await detail(answer)}`);
  forget();
  channel.postMessage({ kind: 'ended' });
}

channel.onmessage = ({ data }) => {
  if (data?.kind !== 'ended' && !data?.started) return;
  forget();
  if (data.started) refresh().catch(() => {});
};

// The session may have ended while the page was in the back-forward cache.
addEventListener('pageshow', (event) => event.persisted && location.reload());

/** With a token at hand the cookie must be of the same session: another user is not taken for the one who is shown. */
async function useCookie() {
  const began = epoch;
  const answer = await post('/auth/token-refresh', grant?.token);
  if (began !== epoch) return;
  if (answer.ok) await keep(await answer.json());
  else if (answer.status === 401) forget();
  else throw new Error(`The access token cannot be refreshed: ${await detail(answer)}`);
}

async function keep({ access_token, expires_in, scope, must_change_password }) {
  const life = expires_in * 1000;
  const kept = {
    token: access_token,
    email: grant?.email,
    life: life - Math.min(MARGIN, life / 5),
    at: performance.now(),
    date: Date.now(),
  };
  grant = kept;
  changed(grant);
  const user = await read('/auth/users/me', access_token);
  if (grant === kept && user.email !== kept.email) {
    grant = { ...kept, email: user.email };
    changed(grant);
  }
  const scopes = scope.split(' ').filter(Boolean);
  return { ...user, sub: user.id, scopes, must_change_password: must_change_password === true };
}

function forget() {
  epoch += 1;
  grant = null;
  changed(grant);
}

/** Milliseconds since a token came: by the clock that is never set, or by the one that goes on while the machine sleeps. */
function age({ at, date }) {
  return Math.max(performance.now() - at, Date.now() - date);
}

async function inTurn(work) {
  if (!navigator.locks) return work();
  let granted = false;
  const held = () => {
    granted = true;
    return work();
  };
  try {
    return await navigator.locks.request('tessera-refresh', { signal: AbortSignal.timeout(LOCK_WAIT) }, held);
  } catch (error) {
    if (granted) throw error;
    // The page that holds it may be frozen. For 30 s the service returns the same successor to both.
    return work();
  }
}

function post(path, held) {
  const headers = held ? { Authorization: `Bearer ${held}` } : {};
  return fetch(path, { method: 'POST', headers, cache: 'no-store', signal: AbortSignal.timeout(LIMIT) });
}

async function read(path, held) {
  const answer = await fetch(path, {
    headers: { Authorization: `Bearer ${held}` },
    signal: AbortSignal.timeout(LIMIT),
  });
  return answer.ok ? answer.json() : {};
}

async function detail(answer) {
  const problem = await answer.json().catch(() => null);
  return problem?.detail ?? `status ${answer.status}`;
}
