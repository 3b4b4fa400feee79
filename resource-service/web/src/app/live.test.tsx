// Pages hear of changes while they are shown.
import { act, cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';

import type { ChangeStream, StreamEvent, StreamState } from '@/providers/stream';

import { LiveProvider, useChanges, useStreamState } from './live';

class FakeStream implements ChangeStream {
  running = 0;
  current: StreamState = { kind: 'off' };
  readonly watchers = new Map<(event: StreamEvent) => void, readonly string[]>();
  readonly listeners = new Set<(state: StreamState) => void>();
  start = () => void (this.running += 1);
  stop = () => void (this.running -= 1);
  state = () => this.current;
  subscribe = (listener: (state: StreamState) => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  watch = (collections: readonly string[], listener: (event: StreamEvent) => void) => {
    this.watchers.set(listener, collections);
    return () => this.watchers.delete(listener);
  };
  become(state: StreamState) {
    this.current = state;
    this.listeners.forEach((listener) => listener(state));
  }
}

function Page({ collections, heard }: { collections: string[]; heard: (event: StreamEvent) => void }) {
  useChanges(collections, heard);
  return <p>{useStreamState().kind}</p>;
}

afterEach(cleanup);

it('watches while a page is shown, with the listener of the last render', () => {
  const stream = new FakeStream();
  const heard: string[] = [];
  const page = (collections: string[], name: string) => (
    <LiveProvider stream={stream}>
      <Page collections={collections} heard={({ kind }) => heard.push(`${name} ${kind}`)} />
    </LiveProvider>
  );
  const { rerender, unmount } = render(page(['calculations'], 'first'));
  rerender(page(['calculations'], 'second'));
  expect([...stream.watchers.values()]).toEqual([['calculations']]);
  [...stream.watchers.keys()][0]?.({ kind: 'reset' });
  expect(heard).toEqual(['second reset']);
  rerender(page(['calculations', 'reviews'], 'third'));
  expect([...stream.watchers.values()]).toEqual([['calculations', 'reviews']]);
  rerender(page([], 'fourth'));
  expect(stream.watchers.size).toBe(0);
  act(() => stream.become({ kind: 'stalled', since: 1 }));
  expect(screen.getByText('stalled')).toBeDefined();
  unmount();
  expect([stream.running, stream.listeners.size]).toEqual([0, 0]);
});

it('shows a page that has no stream', () => {
  render(<Page collections={['calculations']} heard={() => undefined} />);
  expect(screen.getByText('off')).toBeDefined();
});
