// Reads all points of a series as a stream of CSV, for what a sample cannot say: exact differences.
import type { Api } from '@/api/client';

import type { Points } from './difference';

export interface SeriesName {
  calculation: string;
  metric: string;
}

export interface Window {
  from?: number;
  to?: number;
}

const SPECIAL: Record<string, number> = { NaN: NaN, Infinity: Infinity, '-Infinity': -Infinity };

/** Splits a stream of CSV into points; feed it pieces of text in order. */
export class PointsReader {
  readonly steps: number[] = [];
  readonly values: number[] = [];
  private rest = '';
  private isHead = true;

  push(text: string): void {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop() ?? '';
    for (const line of lines) this.take(line);
  }

  end(): void {
    if (this.rest !== '') this.take(this.rest);
    this.rest = '';
  }

  private take(line: string): void {
    if (this.isHead) {
      this.isHead = false;
      return;
    }
    const first = line.indexOf(',');
    if (first < 0) return;
    const second = line.indexOf(',', first + 1);
    const text = (second < 0 ? line.slice(first + 1) : line.slice(first + 1, second)).trim();
    this.steps.push(Number(line.slice(0, first)));
    this.values.push(SPECIAL[text] ?? Number(text));
  }
}

/** All points in a window. */
export async function readAll(
  api: Api,
  { calculation, metric }: SeriesName,
  { from, to }: Window,
  signal?: AbortSignal,
): Promise<Points> {
  const response = await api.send('get', '/api/series/points', {
    query: { calculation, metric, from, to },
    headers: { accept: 'text/csv' },
    signal,
  });
  const reader = new PointsReader();
  const body = response.body;
  if (!body) return reader;
  const decoder = new TextDecoder();
  const stream = body.getReader();
  for (;;) {
    const { done, value } = await stream.read();
    if (done) break;
    reader.push(decoder.decode(value, { stream: true }));
  }
  reader.end();
  return reader;
}
