// A request of the application with the access token: which token it carries, and when it is repeated. It does not
// know how a token is refreshed.
import { abortable } from './abortable';

/** What a request needs of the session. */
export interface TokenPort {
  send(path: string, init: RequestInit): Promise<Response>;
  /** The user whose page makes the request; `null` before that is known and where nobody is logged in. */
  owner(): string | null;
  /** A token other than the one that was refused; `null` if nobody is logged in. */
  token(refused?: string): Promise<string | null>;
}

/** A path of this origin. Browsers read `//host`, `/\host` and, without the tab, `/<tab>/host` as another origin. */
const PATH = /^\/(?![/\\])[^\t\n\r]*$/;

/** Sends a request with a token. See `Session.fetch`. */
export async function sendWithToken(port: TokenPort, path: string, init: RequestInit): Promise<Response> {
  if (!PATH.test(path)) throw new TypeError(`expected a path of this origin that begins with one "/", got ${path}`);
  const asked = port.owner();
  const token = await abortable(port.token(), init.signal);
  const owner = port.owner();
  // What one user began is not done in the name of another, nor after they logged out.
  if (asked !== null && asked !== owner) return notSent(owner);
  const response = await port.send(path, withToken(init, token));
  if (token === null || !isTokenRefused(response) || !isRepeatable(init.body)) return response;
  const next = await abortable(port.token(token), init.signal);
  if (next === null || port.owner() !== owner) return response;
  await response.body?.cancel();
  return port.send(path, withToken(init, next));
}

function withToken(init: RequestInit, token: string | null): RequestInit {
  const headers = new Headers(init.headers);
  if (token !== null) headers.set('Authorization', `Bearer ${token}`);
  return { ...init, headers };
}

/** RFC 6750 section 3.1. A wrong password is a 401 too, and says nothing of the token. */
function isTokenRefused(response: Response): boolean {
  return response.status === 401 && (response.headers.get('WWW-Authenticate') ?? '').includes('error="invalid_token"');
}

/** A stream is gone once it was sent. */
function isRepeatable(body: RequestInit['body']): boolean {
  return !(body instanceof ReadableStream);
}

function notSent(owner: string | null): Response {
  const why = owner === null ? 'The session has ended' : 'Another user has logged in';
  const problem = {
    type: 'urn:tessera:problem:invalid_token',
    title: 'A valid access token is needed',
    status: 401,
    code: 'invalid_token',
    detail: `${why} in the meantime; the request was not sent`,
  };
  const headers = { 'Content-Type': 'application/problem+json' };
  return new Response(JSON.stringify(problem), { status: 401, headers });
}
