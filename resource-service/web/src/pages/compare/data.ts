// Requests of the comparison, and its state in the address.
import { useQueries, useQuery } from '@tanstack/react-query';

import { toNumber } from '@/api/json';
import { useApi, useScope } from '@/app/services';
import { readTolerance, type Tolerance } from '@/calculations/tolerance';
import type { Calculation } from '@/calculations/data';
import type { Curve } from '@/plots/curves';
import { differenceSample, type Points } from '@/plots/difference';
import { readAll, type Window } from '@/plots/reader';
import type { Sample } from '@/plots/samples';
import { useListParam, useParam, type ChangeList } from '@/ui/urlState';

/** Most calculations that are compared at once, as the service has it. */
export const MOST = 20;

/** The calculations, in the order asked for. */
export function useCalculations(ids: readonly string[]) {
  const api = useApi();
  return useQuery({
    queryKey: ['calculations', 'many', ids],
    queryFn: async ({ signal }) => {
      const found = new Map<string, Calculation>();
      let after: string | undefined;
      do {
        // Large documents make several pages.
        const page = (await api.get<string>('/api/calculations', {
          query: { '_id[in]': ids.join(','), limit: MOST, expand: '_owner', after },
          signal,
        })) as unknown as { items: Calculation[]; next: string | null };
        for (const item of page.items) found.set(item._id, item);
        after = page.next ?? undefined;
      } while (after !== undefined);
      return ids.map((id) => found.get(id)).filter((one) => one !== undefined);
    },
    enabled: ids.length > 0,
  });
}

export interface SeriesDifference {
  metric: string;
  units_differ: boolean;
  common_steps: number;
  largest: { difference: number; step: number } | null;
  first_beyond: number | null;
}

/** The series that differ by more than the tolerance; null for callers who may not read series. */
export function useSeriesDifferences(ids: readonly string[], tolerance: Tolerance) {
  const api = useApi();
  const may = useScope('series:read');
  return useQuery({
    queryKey: ['compare', ids, tolerance],
    queryFn: async ({ signal }) => {
      const answer = await api.get<string>('/api/calculations/compare', {
        query: { ids: ids.join(','), ...tolerance },
        signal,
      });
      const { series, series_truncated: isTruncated } = answer as unknown as {
        series: SeriesDifference[] | null;
        series_truncated: boolean;
      };
      return { isTruncated, series: (series ?? []).map(plain) };
    },
    enabled: may && ids.length >= 2,
  });
}

function plain(one: SeriesDifference): SeriesDifference {
  const { largest, first_beyond: first } = one;
  return {
    ...one,
    common_steps: toNumber(one.common_steps) ?? 0,
    largest: largest && { difference: toNumber(largest.difference) ?? NaN, step: toNumber(largest.step) ?? 0 },
    first_beyond: toNumber(first) ?? null,
  };
}

export interface ToleranceState {
  tolerance: Tolerance;
  /** As typed, by name. */
  texts: Record<keyof Tolerance, string>;
}

export function useTolerance(): ToleranceState {
  const [abs] = useParam('abs');
  const [rel] = useParam('rel');
  const [ulp] = useParam('ulp');
  return {
    texts: { abs, rel, ulp },
    tolerance: { abs: readTolerance(abs) ?? 0, rel: readTolerance(rel) ?? 0, ulp: Math.floor(readTolerance(ulp) ?? 0) },
  };
}

/** Ids of the address, each once. */
export function useIds(): [readonly string[], (change: ChangeList) => void] {
  const [ids, setIds] = useListParam('ids');
  return [[...new Set(ids.filter((id) => id !== ''))], setIds];
}

/** Points of a window up to which a difference is calculated from all of them. */
export const EXACT = 200_000;
/** Points that a difference is drawn with. */
const DRAWN = 2000;
/** Milliseconds that read points are kept: they take memory. */
const KEPT = 30_000;

/** The difference of each curve to that of the reference, from all points of the window. */
export function useDifferences(curves: readonly Curve[], reference: string, window: Window) {
  const api = useApi();
  const base = curves.find(({ calculation }) => calculation === reference);
  const others = curves.filter((curve) => curve !== base);
  const isSmall = curves.every(({ shown }) => shown.of <= EXACT);
  const points = useQueries({
    queries: [...(base ? [base] : []), ...others].map((curve) => ({
      queryKey: ['all points', curve.calculation, curve.metric, window.from ?? null, window.to ?? null],
      queryFn: ({ signal }: { signal: AbortSignal }) => readAll(api, curve, window, signal),
      enabled: base !== undefined && isSmall && curve.sample.points.length > 0,
      staleTime: KEPT,
      gcTime: KEPT,
    })),
  });
  const [baseAnswer, ...answers] = points;
  const differences = others.flatMap((curve, index): Curve[] => {
    const [a, b] = [answers[index]?.data, baseAnswer?.data];
    if (!a || !b || !base) return [];
    const sample = differenceOnce(a, b);
    return [
      {
        ...curve,
        label: `${curve.label} − ${base.label}`,
        sample,
        shown: { points: sample.points.length, of: sample.count },
        newer: 0,
      },
    ];
  });
  return {
    isSmall,
    differences,
    isLoading: isSmall && points.some(({ isFetching }) => isFetching),
    error: points.find(({ error }) => error)?.error,
    retry: () => void Promise.all(points.filter(({ error }) => error).map((one) => one.refetch())),
  };
}

/** Differences of points that were read, so that a new rendering calculates nothing. */
const KNOWN = new WeakMap<Points, WeakMap<Points, Sample>>();

function differenceOnce(a: Points, b: Points): Sample {
  let known = KNOWN.get(a);
  if (!known) KNOWN.set(a, (known = new WeakMap()));
  let sample = known.get(b);
  if (!sample) known.set(b, (sample = differenceSample(a, b, DRAWN)));
  return sample;
}
