// The last sign of life of a calculation, and whether one that runs has gone silent. Pure.
import type { JsonObject } from '@/api/json';

/** Milliseconds without a sign of life after which a running calculation counts as silent. */
export const SILENT_AFTER = 15 * 60_000;

export interface Life {
  /** When its job last wrote anything; the last change of the document where no job ever did. */
  at: string | undefined;
  /** Milliseconds since then, for a running calculation that is silent. */
  silentFor?: number;
}

export function lifeOf(calculation: JsonObject, now: number): Life {
  const { heartbeat_at: heartbeat, _updated_at: updated, status } = calculation;
  const at = typeof heartbeat === 'string' ? heartbeat : typeof updated === 'string' ? updated : undefined;
  const since = at === undefined ? NaN : now - Date.parse(at);
  return { at, ...(status === 'running' && since >= SILENT_AFTER && { silentFor: since }) };
}
