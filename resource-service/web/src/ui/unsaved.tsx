// Keeps what was typed: forms say that they hold something unsaved, and leaving them asks first.
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import {
  createContext,
  use,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type ReactNode,
} from 'react';
import { useBlocker, type BlockerFunction } from 'react-router';

interface Form {
  isDirty: boolean;
  /** What was typed is being saved, or was: the address may change without a question. */
  isSaving: boolean;
}

interface Unsaved {
  forms: Set<Form>;
  ask(go: () => void): void;
}

const UnsavedContext = createContext<Unsaved | null>(null);

/** Needs a data router above it. A router has one blocker only: this is the one of the console. */
export function UnsavedProvider({ children }: { children: ReactNode }) {
  const [forms] = useState(() => new Set<Form>());
  const [asked, setAsked] = useState<(() => void) | null>(null);
  const blocker = useBlocker(
    useCallback<BlockerFunction>(
      ({ currentLocation, nextLocation, historyAction }) => {
        // A page replaces its own parameters while it is in use.
        const isSamePage = historyAction === 'REPLACE' && currentLocation.pathname === nextLocation.pathname;
        return !isSamePage && [...forms].some(({ isDirty, isSaving }) => isDirty && !isSaving);
      },
      [forms],
    ),
  );
  useEffect(() => {
    const unload = (event: BeforeUnloadEvent) => {
      if ([...forms].some(({ isDirty }) => isDirty)) event.preventDefault();
    };
    window.addEventListener('beforeunload', unload);
    return () => window.removeEventListener('beforeunload', unload);
  }, [forms]);
  const value = useMemo(() => ({ forms, ask: (go: () => void) => setAsked(() => go) }), [forms]);
  const keep = () => {
    setAsked(null);
    if (blocker.state === 'blocked') blocker.reset();
  };
  const discard = () => {
    setAsked(null);
    asked?.();
    if (blocker.state === 'blocked') blocker.proceed();
  };
  return (
    <UnsavedContext value={value}>
      {children}
      {(asked !== null || blocker.state === 'blocked') && <Question onKeep={keep} onDiscard={discard} />}
    </UnsavedContext>
  );
}

function Question({ onKeep, onDiscard }: { onKeep: () => void; onDiscard: () => void }) {
  return (
    <Dialog open role="alertdialog" onClose={onKeep} aria-labelledby="unsaved-title" aria-describedby="unsaved-text">
      <DialogTitle id="unsaved-title">Discard what you typed?</DialogTitle>
      <DialogContent id="unsaved-text">It is not saved.</DialogContent>
      <DialogActions>
        <Button color="error" onClick={onDiscard}>
          Discard
        </Button>
        <Button variant="contained" autoFocus onClick={onKeep}>
          Continue editing
        </Button>
      </DialogActions>
    </Dialog>
  );
}

/** Guards a form. Without a provider above it, as on the login page, nothing is asked. */
export function useUnsaved(isDirty: boolean): {
  /** Does what leaves the form, after a question if something is unsaved. */
  leave(go: () => void): void;
  /** Call with true before saving, and with false if that failed. */
  setSaving(isSaving: boolean): void;
} {
  const unsaved = use(UnsavedContext);
  const form = useRef<Form>({ isDirty, isSaving: false });
  // Before anybody can act on what is shown.
  useLayoutEffect(() => {
    form.current.isDirty = isDirty;
  }, [isDirty]);
  useEffect(() => {
    const { current } = form;
    unsaved?.forms.add(current);
    return () => void unsaved?.forms.delete(current);
  }, [unsaved]);
  const leave = useCallback(
    (go: () => void) => {
      if (unsaved && form.current.isDirty) unsaved.ask(go);
      else go();
    },
    [unsaved],
  );
  const setSaving = useCallback((isSaving: boolean) => {
    form.current.isSaving = isSaving;
  }, []);
  return { leave, setSaving };
}

/** Does what leaves the page, after a question if any form on it holds something unsaved. */
export function useLeave(): (go: () => void) => void {
  const unsaved = use(UnsavedContext);
  return useCallback(
    (go: () => void) => {
      if (unsaved && [...unsaved.forms].some(({ isDirty, isSaving }) => isDirty && !isSaving)) unsaved.ask(go);
      else go();
    },
    [unsaved],
  );
}
