// Reads the last line of a calculation's log: why a run failed is most often there.
import { useQuery } from '@tanstack/react-query';

import type { Api } from '@/api/client';
import { toNumber } from '@/api/json';
import { useApi } from '@/app/services';

import { lastLine, logAmong, TAIL } from './log';

/** Milliseconds for which a line is taken to be the last. */
const FRESH = 60_000;

/** The last line of a calculation's log; empty where there is none. */
export function useLastLine(id: string, revision: number, enabled = true) {
  const api = useApi();
  return useQuery({
    queryKey: ['last-line', id, revision],
    queryFn: ({ signal }) => lastOfLog(api, id, signal),
    staleTime: FRESH,
    enabled,
  });
}

async function lastOfLog(api: Api, id: string, signal: AbortSignal): Promise<string> {
  const page = await api.get<string>('/api/calculations/{id}/artifacts', { path: { id }, signal });
  const files = (page as unknown as { items: { name: string; size: unknown }[] }).items;
  const log = logAmong(files.filter(({ size }) => (toNumber(size) ?? 0) > 0));
  if (!log) return '';
  const name = log.name.split('/').map(encodeURIComponent).join('/');
  const response = await api.send('get', `/api/calculations/${encodeURIComponent(id)}/artifacts/${name}`, {
    headers: { range: `bytes=-${TAIL}` },
    signal,
  });
  return lastLine(await response.text());
}
