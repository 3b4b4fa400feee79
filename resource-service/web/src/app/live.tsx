// Changes of documents for the pages: what they watch, and whether the stream is alive.
import { createContext, use, useEffect, useEffectEvent, useSyncExternalStore, type ReactNode } from 'react';

import type { ChangeStream, StreamEvent, StreamState } from '@/providers/stream';

const StreamContext = createContext<ChangeStream | null>(null);
const OFF: StreamState = { kind: 'off' };

export function LiveProvider({ stream, children }: { stream: ChangeStream; children: ReactNode }) {
  useEffect(() => {
    stream.start();
    return stream.stop;
  }, [stream]);
  return <StreamContext value={stream}>{children}</StreamContext>;
}

/**
 * Calls the listener with each change of these collections while the component is shown, and with `reset` when what it
 * shows must be read again. Nothing happens without a `LiveProvider` above it.
 */
export function useChanges(collections: readonly string[], listener: (event: StreamEvent) => void): void {
  const stream = use(StreamContext);
  const heard = useEffectEvent(listener);
  const names = collections.join();
  useEffect(() => {
    if (stream === null || names === '') return;
    return stream.watch(names.split(','), (event) => heard(event));
  }, [stream, names]);
}

/** Whether changes arrive: `live`, `stalled` since a time, or `off`. */
export function useStreamState(): StreamState {
  const stream = use(StreamContext);
  return useSyncExternalStore(
    (changed) => stream?.subscribe(changed) ?? (() => undefined),
    () => stream?.state() ?? OFF,
  );
}
