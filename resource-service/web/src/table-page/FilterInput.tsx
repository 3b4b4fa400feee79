// The line in which a condition is typed, with a list of suggestions (ARIA combobox).
import Box from '@mui/material/Box';
import { useId, useMemo, useState, type KeyboardEvent, type ReactNode, type Ref } from 'react';

import type { Field } from './fields';
import { suggest, type Suggestion } from './suggest';

interface FilterInputProps {
  text: string;
  fields: readonly Field[];
  valuesOf(path: string): readonly string[];
  fault: string | null;
  /** What mends the fault, beside its sentence. */
  remedy?: ReactNode;
  placeholder: string;
  onText(text: string): void;
  onSubmit(text: string): void;
  onCancel(): void;
  /** Backspace in the empty line. */
  onBack(): void;
  ref?: Ref<HTMLInputElement>;
}

export function FilterInput(props: FilterInputProps) {
  const { text, fields, valuesOf, fault, remedy, placeholder, onText, onSubmit, onCancel, onBack, ref } = props;
  const id = useId();
  const [isOpen, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const offered = useMemo(() => (isOpen ? suggest(text, fields, valuesOf) : []), [isOpen, text, fields, valuesOf]);
  const shown = isOpen && offered.length > 0;

  const choose = (one: Suggestion) => {
    setAt(-1);
    if (one.complete) {
      setOpen(false);
      onSubmit(one.text);
    } else onText(one.text);
  };
  const pressed = (event: KeyboardEvent) => {
    const chosen = offered[at];
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      setOpen(true);
      const by = event.key === 'ArrowDown' ? 1 : -1;
      setAt((before) =>
        offered.length === 0 ? -1 : (before + by + (before < 0 && by < 0 ? 1 : 0) + offered.length) % offered.length,
      );
    } else if (event.key === 'Enter' && chosen) choose(chosen);
    else if (event.key === 'Enter') {
      setOpen(false);
      if (text.trim() !== '') onSubmit(text);
    } else if (event.key === 'Tab' && chosen) choose(chosen);
    else if (event.key === 'Escape' && shown) setOpen(false);
    else if (event.key === 'Escape') {
      onCancel();
      // With nothing left to cancel, keys are those of the page again.
      if (text === '') (event.currentTarget as HTMLElement).blur();
    } else if (event.key === 'Backspace' && text === '') onBack();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <Box sx={{ position: 'relative', flex: '1 1 200px', minWidth: 0 }}>
      <Box
        component="input"
        ref={ref}
        role="combobox"
        aria-label="Condition"
        aria-expanded={shown}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={shown && at >= 0 ? `${id}-${at}` : undefined}
        aria-invalid={fault !== null}
        aria-describedby={fault === null ? undefined : `${id}-fault`}
        autoComplete="off"
        spellCheck={false}
        value={text}
        placeholder={placeholder}
        onChange={(event) => {
          onText(event.target.value);
          setAt(-1);
          setOpen(true);
        }}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={pressed}
        sx={{
          width: '100%',
          height: 28,
          px: 2,
          font: 'inherit',
          color: 'inherit',
          bgcolor: 'transparent',
          border: 1,
          borderColor: fault === null ? 'divider' : 'error.main',
          borderRadius: 1,
          boxSizing: 'border-box',
          textOverflow: 'ellipsis',
          '&::placeholder': { color: 'text.secondary', opacity: 1 },
        }}
      />
      {fault !== null && (
        <Box id={`${id}-fault`} role="alert" sx={{ color: 'error.main', px: 2 }}>
          {fault}
          {remedy}
        </Box>
      )}
      <Box
        component="ul"
        id={`${id}-list`}
        // A list that is not shown is none: it takes no keys from the page.
        role={shown ? 'listbox' : undefined}
        aria-label="Suggestions"
        sx={{
          display: shown ? 'block' : 'none',
          position: 'absolute',
          zIndex: 'modal',
          top: 30,
          left: 0,
          m: 0,
          p: 1,
          minWidth: 'min(320px, 100%)',
          maxWidth: 'min(560px, 90vw)',
          maxHeight: 320,
          overflow: 'auto',
          listStyle: 'none',
          bgcolor: 'background.paper',
          border: 1,
          borderColor: 'divider',
          borderRadius: 1,
        }}
      >
        {offered.map((one, index) => (
          // The keys are those of the line above.
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
          <Box
            component="li"
            key={one.text}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === at}
            ref={(item: HTMLLIElement | null) => {
              if (index === at) item?.scrollIntoView({ block: 'nearest' });
            }}
            // Before the line loses the focus.
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => choose(one)}
            sx={{
              display: 'flex',
              gap: 3,
              px: 2,
              minHeight: 26,
              alignItems: 'center',
              cursor: 'pointer',
              borderRadius: 1,
              bgcolor: index === at ? 'raised' : undefined,
              '&:hover': { bgcolor: 'raised' },
            }}
          >
            <Box
              component="span"
              sx={{
                flex: 1,
                overflow: 'hidden',
                textOverflow: 'ellipsis',
                whiteSpace: 'nowrap',
                unicodeBidi: 'isolate',
              }}
            >
              {one.label}
            </Box>
            {one.detail && (
              <Box component="span" sx={{ color: 'text.secondary', whiteSpace: 'nowrap' }}>
                {one.detail}
              </Box>
            )}
          </Box>
        ))}
      </Box>
    </Box>
  );
}
