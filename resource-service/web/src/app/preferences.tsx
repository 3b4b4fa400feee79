// What a reader chose: digits, time zone, keys. Kept in this browser.
import { createContext, use, useCallback, useMemo, useState, type ReactNode } from 'react';

export interface Preferences {
  /** `auto`: as many digits as tell the values of a column apart; a number: so many significant digits; `stored`: as stored. */
  digits: 'auto' | 'stored' | number;
  /** An IANA zone, or the browser's. */
  zone: 'local' | 'UTC' | (string & {});
  /** Whether single keys are shortcuts (WCAG 2.2, 2.1.4). */
  keys: boolean;
}

const DEFAULTS: Preferences = { digits: 'auto', zone: 'local', keys: true };
const STORED = 'tessera.preferences';

function isZone(zone: unknown): zone is string {
  if (zone === 'local') return true;
  if (typeof zone !== 'string') return false;
  try {
    return Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** What was kept, each member by itself if it is valid. */
export function readPreferences(text: string | null): Preferences {
  let kept: Partial<Record<keyof Preferences, unknown>> = {};
  try {
    kept = (JSON.parse(text ?? '{}') as typeof kept | null) ?? {};
  } catch {
    // What cannot be read is replaced at the next change.
  }
  const digits = kept.digits;
  const isCount = typeof digits === 'number' && Number.isInteger(digits) && digits >= 1 && digits <= 17;
  return {
    digits: isCount || digits === 'auto' || digits === 'stored' ? digits : DEFAULTS.digits,
    zone: isZone(kept.zone) ? kept.zone : DEFAULTS.zone,
    keys: typeof kept.keys === 'boolean' ? kept.keys : DEFAULTS.keys,
  };
}

interface Chosen {
  preferences: Preferences;
  change(part: Partial<Preferences>): void;
}

const PreferencesContext = createContext<Chosen>({ preferences: DEFAULTS, change: () => undefined });

function stored(): string | null {
  try {
    return localStorage.getItem(STORED);
  } catch {
    return null;
  }
}

export function PreferencesProvider({ children }: { children: ReactNode }) {
  const [preferences, setPreferences] = useState(() => readPreferences(stored()));
  const change = useCallback((part: Partial<Preferences>) => {
    setPreferences((before) => {
      const after = { ...before, ...part };
      try {
        localStorage.setItem(STORED, JSON.stringify(after));
      } catch {
        // Without storage the choice lasts as long as the page.
      }
      return after;
    });
  }, []);
  const value = useMemo(() => ({ preferences, change }), [preferences, change]);
  return <PreferencesContext value={value}>{children}</PreferencesContext>;
}

export const usePreferences = (): Chosen => use(PreferencesContext);
