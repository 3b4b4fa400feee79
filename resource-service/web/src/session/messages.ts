// What the tabs tell each other about the session, and how a message is read. It knows nothing of what they do then.
import type { Identity } from './types';

/** The name of the channel. */
export const CHANNEL = 'tessera-session';

export type Message =
  | {
      kind: 'token';
      /** The session is another than before: somebody logged in. */
      started: boolean;
      token: string;
      /** Milliseconds until the token expires. Clocks of tabs have no common zero, so it is no point in time. */
      remaining: number;
      /** Milliseconds from which on the token is refreshed before it expires. */
      margin: number;
      identity: Identity;
    }
  | { kind: 'ended' };

/** The message, or `null` for anything else, such as a message of another version of the console. */
export function readMessage(message: unknown): Message | null {
  if (!isObject(message)) return null;
  if (message.kind === 'ended') return { kind: 'ended' };
  if (message.kind !== 'token') return null;
  const { started, token, remaining, margin, identity } = message;
  const complete =
    typeof started === 'boolean' &&
    typeof token === 'string' &&
    typeof remaining === 'number' &&
    typeof margin === 'number' &&
    isIdentity(identity);
  return complete ? { kind: 'token', started, token, remaining, margin, identity } : null;
}

function isIdentity(value: unknown): value is Identity {
  return isObject(value) && typeof value.sub === 'string' && Array.isArray(value.scopes);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
