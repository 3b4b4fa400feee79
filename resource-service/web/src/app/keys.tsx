// Keyboard shortcuts: pages register theirs, `?` lists all that work now.
import { createContext, use, useEffect, useId, useMemo, useRef, useSyncExternalStore, type ReactNode } from 'react';

import { usePreferences } from './preferences';

export interface Shortcut {
  /** One key (`j`, `Enter`, `?`), a chord (`mod+k`: Ctrl or Cmd), or a sequence (`g c`). */
  keys: string;
  label: string;
  /** Runs again and again while the key is held: for moves only. */
  repeats?: boolean;
  run(): void;
}

interface Group {
  title: string;
  shortcuts: readonly Shortcut[];
}

/** Milliseconds within which the next key of a sequence counts. */
const SEQUENCE = 1000;

class Registry {
  private readonly groups = new Map<string, Group>();
  private readonly listeners = new Set<() => void>();
  private snapshot: Group[] = [];

  set(id: string, group: Group | null): void {
    if (group) this.groups.set(id, group);
    else this.groups.delete(id);
    this.snapshot = [...this.groups.values()];
    for (const listener of this.listeners) listener();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  all = (): Group[] => this.snapshot;

  /** The shortcut for these keys; of two groups the one registered last decides. */
  find(keys: string): Shortcut | undefined {
    for (const group of this.snapshot.toReversed()) {
      const found = group.shortcuts.find((shortcut) => shortcut.keys === keys);
      if (found) return found;
    }
    return undefined;
  }

  hasSequence(first: string): boolean {
    return this.snapshot.some((group) => group.shortcuts.some(({ keys }) => keys.startsWith(`${first} `)));
  }
}

const KeysContext = createContext<Registry | null>(null);

/** What has the keyboard for itself while it is open: dialogs, lists to choose from, menus. */
const OPEN = ['dialog', 'alertdialog', 'listbox', 'menu'].map((role) => `[role="${role}"]:not([data-keys])`).join();

/** Whether keys typed there are text. */
function isText(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) &&
    !/^(checkbox|radio|button|range)$/.test((target as HTMLInputElement).type ?? '')
  );
}

function chordOf(event: KeyboardEvent): string {
  const mod = event.ctrlKey || event.metaKey ? 'mod+' : '';
  return mod + (event.altKey ? 'alt+' : '') + (event.key.length === 1 && mod ? event.key.toLowerCase() : event.key);
}

export function KeysProvider({ children }: { children: ReactNode }) {
  const registry = useMemo(() => new Registry(), []);
  const { preferences } = usePreferences();
  const single = preferences.keys;
  useEffect(() => {
    let pending = { key: '', at: 0 };
    const pressed = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return;
      const chord = chordOf(event);
      const isChord = chord.startsWith('mod+') || chord.startsWith('alt+');
      if (!isChord && (!single || isText(event.target))) return;
      if (!isChord && document.querySelector(OPEN)) return;
      const now = performance.now();
      const sequence = pending.key !== '' && now - pending.at < SEQUENCE ? `${pending.key} ${chord}` : '';
      pending = { key: '', at: 0 };
      const shortcut = (sequence && registry.find(sequence)) || registry.find(chord);
      if (shortcut) {
        event.preventDefault();
        if (!event.repeat || shortcut.repeats) shortcut.run();
      } else if (!event.repeat && registry.hasSequence(chord)) {
        pending = { key: chord, at: now };
      }
    };
    window.addEventListener('keydown', pressed);
    return () => window.removeEventListener('keydown', pressed);
  }, [registry, single]);
  return <KeysContext value={registry}>{children}</KeysContext>;
}

function useRegistry(): Registry {
  const registry = use(KeysContext);
  if (!registry) throw new Error('shortcuts need a KeysProvider above them');
  return registry;
}

/** Registers shortcuts while the calling component is there. `title` heads them in the list of keys. */
export function useShortcuts(title: string, shortcuts: readonly Shortcut[]): void {
  const registry = useRegistry();
  const id = useId();
  const latest = useRef(shortcuts);
  useEffect(() => {
    latest.current = shortcuts;
  });
  const shape = shortcuts.map(({ keys, label, repeats }) => `${keys}\t${label}\t${repeats ? 1 : ''}`).join('\n');
  useEffect(() => {
    const lines = shape === '' ? [] : shape.split('\n');
    const stable = lines.map((line, index) => {
      const [keys = '', label = '', repeats = ''] = line.split('\t');
      return { keys, label, repeats: repeats !== '', run: () => latest.current[index]?.run() };
    });
    registry.set(id, { title, shortcuts: stable });
    return () => registry.set(id, null);
  }, [registry, id, title, shape]);
}

/** All shortcuts that work now. */
export function useAllShortcuts(): Group[] {
  const registry = useRegistry();
  return useSyncExternalStore(registry.subscribe, registry.all);
}

/** Keys as they are printed. The letter of a chord is a capital, as on the key. */
export function keyNames(keys: string): string[] {
  const mod = /Mac/.test(navigator.platform) ? '⌘' : 'Ctrl';
  return keys.split(' ').map((chord) =>
    chord
      .replace(/\+([a-z])$/, (_, letter: string) => `+${letter.toUpperCase()}`)
      .replace('mod+', `${mod}+`)
      .replace('alt+', 'Alt+'),
  );
}
