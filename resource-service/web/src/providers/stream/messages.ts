// What the tabs tell each other about the stream, and how a message is read. Data of events travels as text: a copy
// between tabs would lose the exact numbers in it.

export const CHANNEL = 'tessera-stream';

export type Message =
  /** This tab wants these collections; none when it goes. Those of tabs in sight come first. */
  | { kind: 'want'; tab: string; user: string; collections: string[]; isSeen?: boolean }
  /** This tab reads the stream now: the others answer with `want`. */
  | { kind: 'lead'; user: string }
  | { kind: 'change'; user: string; data: string }
  | { kind: 'reset'; user: string }
  /**
   * Sent with each position of the stream, every 15 seconds at least, and with each change of its state. `left`: what
   * tabs want and the connection has no room for.
   */
  | {
      kind: 'beat';
      user: string;
      state: 'live' | 'stalled' | 'off';
      since: number;
      position: string | null;
      left?: readonly string[];
    };

/** The message, or `null` for one of another version. */
export function readMessage(message: unknown): Message | null {
  if (typeof message !== 'object' || message === null) return null;
  const { kind, user } = message as { kind?: unknown; user?: unknown };
  return typeof user === 'string' && KINDS.includes(String(kind)) ? (message as Message) : null;
}

const KINDS = ['want', 'lead', 'change', 'reset', 'beat'];
