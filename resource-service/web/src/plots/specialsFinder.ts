// Reads all points of a curve once, to count the special values that a sample leaves out.
import { useCallback, useEffect, useRef, useState } from 'react';

import { useApi } from '@/app/services';
import { useToast } from '@/ui/toasts';

import type { Curve } from './curves';
import { readAll } from './reader';
import { specialsOf, type Special } from './specials';

interface Finder {
  found: ReadonlyMap<string, readonly Special[]>;
  /** Points read so far, by the key of the curve. */
  finding: ReadonlyMap<string, number>;
  find(curve: Curve): void;
}

export function useSpecialsFinder(): Finder {
  const api = useApi();
  const toast = useToast();
  const [found, setFound] = useState<ReadonlyMap<string, readonly Special[]>>(new Map());
  const [finding, setFinding] = useState<ReadonlyMap<string, number>>(new Map());
  const running = useRef(new AbortController());
  useEffect(() => {
    running.current = new AbortController();
    const controller = running.current;
    return () => controller.abort();
  }, []);
  const find = useCallback(
    (curve: Curve) => {
      const progress = (count: number) => setFinding((before) => new Map(before).set(curve.key, count));
      progress(0);
      const { signal } = running.current;
      readAll(api, curve, {}, signal, progress).then(
        ({ steps, values }) => {
          const points = steps.map((step, at) => ({ step, value: values[at] ?? NaN }));
          setFound((before) => new Map(before).set(curve.key, specialsOf(points)));
          progress(Infinity);
        },
        (error: unknown) => {
          if (signal.aborted) return;
          setFinding((before) => new Map([...before].filter(([key]) => key !== curve.key)));
          toast({ text: error instanceof Error ? error.message : String(error), tone: 'error' });
        },
      );
    },
    [api, toast],
  );
  return { found, finding, find };
}
