// The samples that a plot shows: the whole series, finer where the reader zoomed in, and what a running job appends.
import { useQueries, useQueryClient, type QueryKey } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';

import type { Api } from '@/api/client';
import type { Json } from '@/api/json';
import { useApi } from '@/app/services';

import type { SeriesName, Window } from './reader';
import { append, EMPTY, isReduced, mergeSamples, readSample, type Range, type Sample } from './samples';

/** Points that are asked for: enough for each pixel of a wide window. */
export const POINTS = 2000;
/** Milliseconds between two looks at a series that grows. */
const GROWTH = 5000;
/** When a tail is larger than this share of the whole, the whole is sampled anew. */
const STALE_SHARE = 0.25;

export interface Curve extends SeriesName {
  /** Among the curves of one plot. */
  key: string;
  label: string;
  unit?: string;
  /** Which look it has; its place among the curves where that is absent. */
  index?: number;
  /** What is drawn now. */
  sample: Sample;
  /** Points of the window, and how many of them are shown. */
  shown: { points: number; of: number };
  /** Points that came after the end of the window. */
  newer: number;
}

export interface Curves {
  curves: Curve[];
  isLoading: boolean;
  /** A finer sample is on its way. */
  isRefining: boolean;
  error: unknown;
  retry(): void;
}

export interface CurveName extends SeriesName {
  label: string;
  index?: number;
  /** Whether its job still runs. */
  isGrowing?: boolean;
}

async function fetchSample(api: Api, name: SeriesName, window: Window, signal: AbortSignal): Promise<Sample> {
  const { calculation, metric } = name;
  const answer = await api.get<string>('/api/series/points', {
    query: { calculation, metric, points: POINTS, from: window.from, to: window.to },
    signal,
  });
  return readSample(answer as Json);
}

export function useCurves(names: readonly CurveName[], { from, to }: Window): Curves {
  const api = useApi();
  const client = useQueryClient();
  const whole = useQueries({
    queries: names.map((name) => ({
      queryKey: ['points', name.calculation, name.metric],
      queryFn: ({ signal }: { signal: AbortSignal }) => fetchSample(api, name, {}, signal),
      staleTime: 60_000,
    })),
  });
  const isZoomed = from !== undefined || to !== undefined;
  const detail = useQueries({
    queries: names.map((name, index) => ({
      queryKey: ['points', name.calculation, name.metric, from ?? null, to ?? null],
      queryFn: async ({ signal }: { signal: AbortSignal }) => {
        await settled(signal);
        return fetchSample(api, name, { from, to }, signal);
      },
      // A series that is shown whole has nothing finer.
      enabled: isZoomed && (whole[index]?.data?.count ?? 0) > POINTS,
      staleTime: 60_000,
      // Of the same series only.
      placeholderData: (before: Sample | undefined, query: { queryKey: QueryKey } | undefined) =>
        query?.queryKey[1] === name.calculation && query.queryKey[2] === name.metric ? before : undefined,
    })),
  });
  const tails = useQueries({
    queries: names.map((name, index) => {
      const last = whole[index]?.data?.points.at(-1)?.step;
      return {
        queryKey: ['points', name.calculation, name.metric, 'after', last ?? null],
        queryFn: ({ signal }: { signal: AbortSignal }) => fetchSample(api, name, { from: (last ?? 0) + 1 }, signal),
        enabled: name.isGrowing === true && last !== undefined,
        refetchInterval: GROWTH,
        staleTime: GROWTH,
      };
    }),
  });

  const outgrown = names.filter((_, index) => {
    const count = tails[index]?.data?.count ?? 0;
    return count > Math.max(POINTS / 2, STALE_SHARE * (whole[index]?.data?.count ?? 0));
  });
  const outgrownKey = outgrown.map(({ calculation, metric }) => `${calculation}/${metric}`).join();
  useEffect(() => {
    for (const { calculation, metric } of outgrown) {
      void client.invalidateQueries({ queryKey: ['points', calculation, metric], exact: true });
    }
    // eslint-disable-next-line react/exhaustive-deps
  }, [client, outgrownKey]);

  const samples = [...whole, ...detail, ...tails].map(({ data }) => data);
  const states = [...whole, ...detail];
  const keyed = names.map(({ calculation, metric, label }) => [calculation, metric, label].join('\n')).join('\n\n');
  const curves = useMemo(
    () =>
      names.map((name, index) =>
        curveOf(
          name,
          { whole: samples[index], detail: samples[names.length + index], tail: samples[2 * names.length + index] },
          { from, to },
        ),
      ),
    // The samples and names are compared by identity and text.
    // eslint-disable-next-line react/exhaustive-deps
    [keyed, from, to, ...samples],
  );
  return {
    curves,
    isLoading: whole.some(({ isPending }) => isPending),
    isRefining: states.some(({ isFetching }) => isFetching),
    error: states.find(({ error }) => error)?.error,
    retry: () => void Promise.all(states.filter(({ error }) => error).map((one) => one.refetch())),
  };
}

interface Parts {
  whole: Sample | undefined;
  detail: Sample | undefined;
  tail: Sample | undefined;
}

/** One curve of what was fetched for it. New points are shown where the window has no end. */
export function curveOf(name: CurveName, { whole = EMPTY, detail, tail = EMPTY }: Parts, { from, to }: Window): Curve {
  const isOpen = to === undefined;
  const grown = isOpen ? append(whole, tail) : whole;
  const window = [from ?? -Infinity, to ?? Infinity] as const;
  const isDetailed = detail !== undefined && detail.points.length > 0;
  const sample = isDetailed ? mergeSamples(grown, detail, covered(detail, window)) : grown;
  const inWindow = sample.points.filter(({ step }) => step >= window[0] && step <= window[1]).length;
  let of = inWindow;
  if (isReduced(grown)) of = isDetailed ? detail.count + (isOpen ? tail.count : 0) : grown.count;
  return {
    ...name,
    key: `${name.calculation}/${name.metric}`,
    sample,
    ...(whole.unit !== undefined && { unit: whole.unit }),
    shown: { points: inWindow, of: Math.max(of, inWindow) },
    newer: isOpen ? 0 : tail.count,
  };
}

/** What a finer sample covers: that of the window before stays until the next one arrives. */
function covered({ points }: Sample, [from, to]: Range): Range {
  return [Math.max(from, points[0]?.step ?? from), Math.min(to, points.at(-1)?.step ?? to)];
}

/** Milliseconds that a window stays before it is asked for, so that a turn of the wheel is one request. */
const SETTLED = 120;

function settled(signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, SETTLED);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(new DOMException('The window changed', 'AbortError'));
    });
  });
}
