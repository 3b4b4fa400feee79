// The filter of a table in words: a chip for each condition, a line that completes what is typed, the API's own text beside it.
import CloseIcon from '@mui/icons-material/Close';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import ButtonBase from '@mui/material/ButtonBase';
import IconButton from '@mui/material/IconButton';
import { useImperativeHandle, useRef, useState, type KeyboardEvent, type Ref } from 'react';

import { DidYouMean } from './DidYouMean';
import type { Field } from './fields';
import { replacePart, queryText, readFilter, readQueryText, writeFilter, type Filter, type Pair } from './filter';
import { FilterInput } from './FilterInput';
import { renamed, withMeanings, type Unknown } from './names';
import { RESERVED } from './state';
import { readWords, wordsOf } from './words';

export interface FilterHandle {
  focus(): void;
}

interface FilterBarProps {
  filter: Filter;
  fields: readonly Field[];
  /** Columns that are shown: what their heads say names their fields. */
  shown?: readonly string[];
  valuesOf(path: string): readonly string[];
  /** Changes the filter; the function is given the newest one. */
  onChange(change: (before: Filter) => Filter): void;
  /** Parameters that were pasted and are no conditions: `sort`, `fields`. */
  onControls?(pairs: readonly Pair[]): void;
  handle?: Ref<FilterHandle>;
}

export function FilterBar({ filter, fields, shown, valuesOf, onChange, onControls, handle }: FilterBarProps) {
  const [text, setText] = useState('');
  const [editing, setEditing] = useState<number | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const [unknown, setUnknown] = useState<(Unknown & { given: Filter }) | null>(null);
  const [raw, setRaw] = useState<string | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const chips = useRef<HTMLUListElement>(null);
  useImperativeHandle(handle, () => ({ focus: () => input.current?.focus() }), []);

  const replace = (at: number | null, parts: Filter) =>
    onChange((before) => replacePart(before, at === null ? undefined : filter[at], parts));
  const reset = () => {
    setText('');
    setEditing(null);
    setFault(null);
    setUnknown(null);
  };
  const accept = (given: Filter) => {
    const { filter: meant, unknown: name } = withMeanings(given, { fields, ...(shown && { shown }) });
    if (name) {
      setFault(`There is no field “${name.name}”.`);
      setUnknown({ ...name, given });
      input.current?.focus();
      return;
    }
    replace(editing, meant);
    reset();
  };
  const submit = (given: string) => {
    const pasted = /^(https?:\/\/|\?)|&[^&=\s]+=/.test(given.trim()) ? readQueryText(given) : undefined;
    const reading = pasted ? { filter: readFilter(pasted, RESERVED) } : readWords(given);
    if (reading.filter === undefined) {
      setFault(reading.fault ?? null);
      setUnknown(null);
      return;
    }
    if (pasted) onControls?.(pasted.filter(([name]) => RESERVED.has(name)));
    accept(reading.filter);
  };
  const edit = (at: number) => {
    const part = filter[at];
    if (!part) return;
    setEditing(at);
    setText(wordsOf(part));
    setFault(null);
    setUnknown(null);
    input.current?.focus();
  };
  const remove = (at: number) => {
    replace(at, []);
    if (editing !== null) reset();
    // The keyboard stays in the bar.
    requestAnimationFrame(() => {
      const next = chips.current?.querySelectorAll<HTMLElement>('[data-chip]');
      (next?.[Math.min(at, next.length - 1)] ?? input.current)?.focus();
    });
  };
  const pressed = (event: KeyboardEvent, at: number) => {
    if (event.key !== 'Delete' && event.key !== 'Backspace') return;
    event.preventDefault();
    remove(at);
  };

  if (raw !== null) {
    const apply = () => {
      const pairs = readQueryText(raw);
      onControls?.(pairs.filter(([name]) => RESERVED.has(name)));
      onChange(() => readFilter(pairs, RESERVED));
      setRaw(null);
    };
    return <RawBar text={raw} setText={setRaw} apply={apply} cancel={() => setRaw(null)} />;
  }
  return (
    <Box component="search" aria-label="Filter" sx={bar}>
      <Box
        component="ul"
        ref={chips}
        aria-label="Conditions"
        sx={{
          display: filter.length > 0 ? 'flex' : 'none',
          flexWrap: 'wrap',
          gap: 1,
          m: 0,
          p: 0,
          listStyle: 'none',
          minWidth: 0,
          // Many conditions leave the table its room.
          maxHeight: '30vh',
          overflowY: 'auto',
        }}
      >
        {filter.map((part, at) => (
          <Box
            component="li"
            key={`${at} ${wordsOf(part)}`}
            sx={{ ...chip, ...(editing === at && { borderColor: 'primary.main' }) }}
          >
            <ButtonBase
              data-chip
              onClick={() => edit(at)}
              onKeyDown={(event) => pressed(event, at)}
              title={`${queryText(writeFilter([part], RESERVED))}\nEnter changes it, Delete removes it`}
              sx={{ font: 'inherit', px: 2, minHeight: 24, minWidth: 0, unicodeBidi: 'isolate' }}
            >
              <Box component="span" sx={{ overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' }}>
                {wordsOf(part)}
              </Box>
            </ButtonBase>
            <IconButton
              aria-label={`Remove ${wordsOf(part)}`}
              onClick={() => remove(at)}
              sx={{ p: 1, width: 24, height: 24 }}
            >
              <CloseIcon sx={{ fontSize: 14 }} />
            </IconButton>
          </Box>
        ))}
      </Box>
      <FilterInput
        {...{ text, fields, valuesOf, fault }}
        ref={input}
        placeholder={filter.length === 0 ? 'Filter: status is finished, results.energy.value < -10' : 'Add a condition'}
        onText={(next) => {
          setText(next);
          setFault(null);
          setUnknown(null);
        }}
        remedy={
          unknown && (
            <DidYouMean near={unknown.near} choose={(path) => accept(renamed(unknown.given, unknown.name, path))} />
          )
        }
        onSubmit={submit}
        onCancel={reset}
        onBack={() => filter.length > 0 && edit(filter.length - 1)}
      />
      {filter.length > 0 && (
        <Button color="inherit" onClick={() => onChange(() => [])}>
          Clear
        </Button>
      )}
      <Button
        color="inherit"
        title="Show and change the filter as parameters of the API"
        aria-label="Filter as parameters of the API"
        onClick={() => setRaw(queryText(writeFilter(filter, RESERVED)))}
        sx={{ minWidth: 0 }}
      >
        {'{ }'}
      </Button>
    </Box>
  );
}

const bar = {
  display: 'flex',
  flexWrap: 'wrap',
  gap: 1,
  alignItems: 'center',
  px: 4,
  py: 1,
  minHeight: 40,
  borderBottom: 1,
  borderColor: 'divider',
} as const;

const chip = {
  display: 'flex',
  alignItems: 'center',
  maxWidth: 'min(480px, 80vw)',
  border: 1,
  borderColor: 'divider',
  borderRadius: 1,
  bgcolor: 'raised',
} as const;

interface RawBarProps {
  text: string;
  setText(text: string): void;
  apply(): void;
  cancel(): void;
}

function RawBar({ text, setText, apply, cancel }: RawBarProps) {
  return (
    <Box component="search" aria-label="Filter as parameters of the API" sx={bar}>
      <Box
        component="input"
        autoFocus
        aria-label="Parameters of the API"
        value={text}
        spellCheck={false}
        placeholder="status=finished&results.energy.value[lt]=-10&sort=-_created_at"
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') apply();
          if (event.key === 'Escape') cancel();
        }}
        sx={{ ...field, fontFamily: 'monospace' }}
      />
      <Button variant="outlined" onClick={apply}>
        Apply
      </Button>
      <Button color="inherit" onClick={cancel}>
        Cancel
      </Button>
    </Box>
  );
}

const field = {
  flex: '1 1 200px',
  minWidth: 0,
  height: 28,
  px: 2,
  font: 'inherit',
  color: 'inherit',
  bgcolor: 'transparent',
  border: 1,
  borderColor: 'divider',
  borderRadius: 1,
  boxSizing: 'border-box',
} as const;
