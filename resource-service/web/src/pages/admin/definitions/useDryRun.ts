// Asks what saving a definition would do, a moment after the last keystroke.
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';

import type { components } from '@/api.gen';
import { parseJson, type Json } from '@/api/json';
import { useApi } from '@/app/services';

export type DefinitionReport = components['schemas']['DefinitionReport'];

/** Milliseconds without a keystroke after which it is asked. */
const PAUSE = 500;

export interface DryRunState {
  report: DefinitionReport | undefined;
  error: unknown;
  isPending: boolean;
}

export function useDryRun(name: string, text: string): DryRunState {
  const api = useApi();
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), PAUSE);
    return () => clearTimeout(timer);
  }, [text]);
  const { body, fault } = read(settled);
  const asked = useQuery({
    queryKey: ['dry run', name, settled],
    enabled: fault === undefined,
    staleTime: 0,
    retry: false,
    queryFn: async ({ signal }) =>
      (await api.put<string>('/api/collections/{name}', {
        path: { name },
        query: { dry_run: true },
        body,
        signal,
      })) as unknown as DefinitionReport,
  });
  const isCurrent = settled === text;
  return {
    report: isCurrent && fault === undefined ? asked.data : undefined,
    error: fault ?? asked.error,
    isPending: !isCurrent || (fault === undefined && asked.isFetching),
  };
}

function read(text: string): { body: Json; fault?: Error } {
  try {
    return { body: parseJson(text) };
  } catch (error) {
    return {
      body: null,
      fault: new Error(`This is not JSON: ${error instanceof Error ? error.message : String(error)}`),
    };
  }
}
