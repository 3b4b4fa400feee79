// Short messages at the edge of the window, with an action such as "Undo". They are spoken, and stay while under the pointer.
import CloseIcon from '@mui/icons-material/Close';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import IconButton from '@mui/material/IconButton';
import { createContext, use, useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';

interface Toast {
  text: string;
  tone?: 'info' | 'error';
  action?: { label: string; run(): void };
  /** Milliseconds. */
  shown?: number;
}

const SHOWN = 6000;
const AT_ONCE = 3;

type Show = (toast: Toast) => void;
const ToastsContext = createContext<Show>(() => undefined);

/** Shows a toast. */
export const useToast = (): Show => use(ToastsContext);

export function ToastsProvider({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<(Toast & { id: number })[]>([]);
  const next = useRef(0);
  const show = useCallback<Show>((toast) => {
    next.current += 1;
    const id = next.current;
    setToasts((before) => [...before.slice(1 - AT_ONCE), { ...toast, id }]);
  }, []);
  const close = useCallback((id: number) => setToasts((before) => before.filter((toast) => toast.id !== id)), []);
  const value = useMemo(() => show, [show]);
  return (
    <ToastsContext value={value}>
      {children}
      <Box
        aria-live="polite"
        sx={{
          position: 'fixed',
          left: 16,
          bottom: 16,
          zIndex: 'snackbar',
          display: 'grid',
          gap: 2,
          maxWidth: 'calc(100vw - 32px)',
        }}
      >
        {toasts.map((toast) => (
          <One key={toast.id} toast={toast} close={() => close(toast.id)} />
        ))}
      </Box>
    </ToastsContext>
  );
}

function One({ toast, close }: { toast: Toast; close: () => void }) {
  const [held, setHeld] = useState(false);
  const ends = useRef(close);
  useEffect(() => {
    ends.current = close;
  });
  useEffect(() => {
    if (held) return;
    const timer = setTimeout(() => ends.current(), toast.shown ?? SHOWN);
    return () => clearTimeout(timer);
  }, [held, toast.shown]);
  return (
    <Box
      onMouseEnter={() => setHeld(true)}
      onMouseLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
      sx={{
        display: 'flex',
        alignItems: 'center',
        gap: 2,
        px: 4,
        py: 2,
        bgcolor: 'text.primary',
        color: 'background.default',
        borderRadius: 1,
        maxWidth: 560,
      }}
    >
      <Box sx={{ flex: 1, overflowWrap: 'anywhere' }}>
        {toast.tone === 'error' ? '✕ ' : ''}
        {toast.text}
      </Box>
      {toast.action && (
        <Button
          sx={{ color: 'inherit', textDecoration: 'underline' }}
          onClick={() => {
            toast.action?.run();
            close();
          }}
        >
          {toast.action.label}
        </Button>
      )}
      <IconButton aria-label="Close this message" onClick={close} sx={{ color: 'inherit' }}>
        <CloseIcon sx={{ fontSize: 16 }} />
      </IconButton>
    </Box>
  );
}
