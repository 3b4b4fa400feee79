// A table for many rows and columns: only what is seen is rendered, one cell has the focus (roving), keys move it.
import Box from '@mui/material/Box';
import { useVirtualizer } from '@tanstack/react-virtual';
import {
  useCallback,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type ReactNode,
  type Ref,
} from 'react';
import useMediaQuery from '@mui/material/useMediaQuery';

import { ROW } from '@/app/theme';

import { BodyRow, type RowEvents } from './tableRow';
import { HEAD, HeadRow } from './tableHead';
import { TableStyles } from './tableStyles';

/** A column of rows of type `R`. */
export interface Column<R> {
  id: string;
  /** What the head shows and screen readers speak. */
  title: string;
  /** In pixels. */
  width: number;
  align?: 'left' | 'right';
  /** What a cell shows. */
  cell(row: R): ReactNode;
  /** What copying the cell gives: the stored text. */
  text?(row: R): string;
  /** Whether a click on the head sorts. */
  sortable?: boolean;
  /** A line below the title, such as a unit. */
  note?: ReactNode;
  /** Shown while the pointer is over the head, in place of the title. */
  hint?: string;
}

export interface Sort {
  id: string;
  descending: boolean;
}

export interface TableProps<R> {
  label: string;
  rows: readonly R[];
  columns: readonly Column<R>[];
  keyOf(row: R): string;
  /** Opens a row: Enter, or a double click. */
  onOpen?(row: R): void;
  sort?: readonly Sort[];
  onSort?(id: string, keepOthers: boolean): void;
  selected?: ReadonlySet<string>;
  onSelect?(keys: ReadonlySet<string>): void;
  /** Called when the last rows come into sight. */
  onEnd?(): void;
  /** All rows there are, where that is known (for screen readers). */
  total?: number;
  /** Moves the keyboard from outside, as `j` and `k` do. */
  handle?: Ref<TableHandle>;
  /** Rows whose object is gone: they keep their place and say so. */
  gone?: ReadonlySet<string>;
  /** Shown below the last row. */
  foot?: ReactNode;
  /** Changes the width of a column: dragging its edge, or Alt+Shift with an arrow key on its head. */
  onResize?(id: string, width: number): void;
  /** Moves a column before another one: dragging its head, or Alt with an arrow key on it. */
  onMove?(id: string, before: string): void;
  /** Where the table is scrolled to at first. */
  start?: Place;
  /** Called with where the reader is. */
  onPlace?(place: Place): void;
}

export interface TableHandle {
  /** Moves the focus by so many rows. From elsewhere it goes to the row where it was last. */
  step(rows: number): void;
}

/** Where a reader is in a table: pixels scrolled, and the cell that has the focus. */
export interface Place {
  top: number;
  left: number;
  row: number;
  column: number;
  /** Whether the keyboard is in the table. */
  focused: boolean;
}

/** The most pixels of the first column on a narrow screen, where it would leave no room for the others. */
const NARROW = 132;

/** Width of the column of boxes in pixels. */
export const BOX = 36;
/** Rows rendered beyond the window. */
const OVERSCAN = 8;
/** Rows before the end at which more are asked for. */
const AHEAD = 60;

export function DataTable<R>(props: TableProps<R>) {
  const { rows, columns, keyOf, onOpen, onEnd, selected, onSelect, label, total, start, onPlace } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [inner, setInner] = useState({ row: start?.row ?? 0, column: start?.column ?? 0 });
  const at = {
    row: Math.min(inner.row, Math.max(0, rows.length - 1)),
    column: Math.min(inner.column, columns.length - 1),
  };
  const boxes = selected && onSelect ? BOX : 0;
  const narrow = useMediaQuery('(max-width: 599px)', { noSsr: true });
  const pinned = Math.min(columns[0]?.width ?? 0, narrow ? NARROW : Infinity);

  const vertical = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: OVERSCAN,
    // The head lies above the last rows of the window.
    scrollPaddingEnd: HEAD + ROW,
  });
  // The first column stays where it is and is always rendered; the others are rendered where they are seen.
  const horizontal = useVirtualizer({
    horizontal: true,
    count: Math.max(0, columns.length - 1),
    getScrollElement: () => scroller.current,
    estimateSize: (index) => columns[index + 1]?.width ?? 0,
    paddingStart: boxes + pinned,
    scrollPaddingStart: boxes + pinned,
    overscan: 3,
  });
  const widths = columns.map((column) => column.width).join();
  useEffect(() => horizontal.measure(), [horizontal, widths, pinned]);

  const seen = vertical.getVirtualItems();
  const last = seen.at(-1)?.index ?? 0;
  useEffect(() => {
    if (rows.length > 0 && last >= rows.length - AHEAD) onEnd?.();
  }, [last, rows.length, onEnd]);

  useScrollPlace(scroller, rows.length > 0, at, start, onPlace);

  const anchor = useRef(0);
  const toggle = (row: R, index: number, extend: boolean) => {
    if (!selected || !onSelect) return;
    const key = keyOf(row);
    const next = new Set(selected);
    const turnsOn = !next.has(key);
    const [from, to] = extend ? [Math.min(anchor.current, index), Math.max(anchor.current, index)] : [index, index];
    for (const one of rows.slice(from, to + 1)) {
      if (turnsOn) next.add(keyOf(one));
      else next.delete(keyOf(one));
    }
    anchor.current = index;
    onSelect(next);
  };
  const events = useStable<RowEvents<R>>({
    toggle,
    focus: (row, column) =>
      setInner((before) => (before.row === row && before.column === column ? before : { row, column })),
    open: (row) => onOpen?.(row),
  });

  const move = (row: number, column: number) => {
    const next = {
      row: Math.min(Math.max(row, 0), Math.max(rows.length - 1, 0)),
      column: Math.min(Math.max(column, 0), columns.length - 1),
    };
    setInner(next);
    vertical.scrollToIndex(next.row);
    if (next.column > 0) horizontal.scrollToIndex(next.column - 1);
    const focus = () => {
      const cell = scroller.current?.querySelector<HTMLElement>(`[data-cell="${next.row}:${next.column}"]`);
      cell?.focus({ preventScroll: true });
      return cell;
    };
    // A cell that was out of sight is there with the next picture.
    if (!focus()) requestAnimationFrame(focus);
  };

  useImperativeHandle(props.handle, () => ({
    step: (by) => {
      const focused = document.activeElement;
      const isInside = focused instanceof HTMLElement && focused.dataset.cell && scroller.current?.contains(focused);
      move(at.row + (isInside ? by : 0), at.column);
    },
  }));

  const pressed = (event: KeyboardEvent) => {
    const { row, column } = at;
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? ROW) / ROW) - 2);
    const steps: Record<string, [number, number]> = {
      ArrowDown: [row + 1, column],
      ArrowUp: [row - 1, column],
      ArrowRight: [row, column + 1],
      ArrowLeft: [row, column - 1],
      PageDown: [row + page, column],
      PageUp: [row - page, column],
      Home: event.ctrlKey ? [0, column] : [row, 0],
      End: event.ctrlKey ? [rows.length - 1, column] : [row, columns.length - 1],
    };
    const step = steps[event.key];
    const current = rows[row];
    if (!(event.target as HTMLElement).dataset.cell || event.altKey) return;
    if (step) move(...step);
    else if (event.key === 'Enter' && current && onOpen) onOpen(current);
    else if (event.key === ' ' && current && selected) toggle(current, row, event.shiftKey);
    else if (
      event.key === 'c' &&
      (event.ctrlKey || event.metaKey) &&
      current &&
      window.getSelection()?.isCollapsed !== false
    ) {
      const text = columns[column]?.text?.(current);
      if (text === undefined) return;
      void navigator.clipboard.writeText(text);
    } else return;
    event.preventDefault();
  };

  const columnsSeen = horizontal.getVirtualItems();
  const shown = useMemo(() => columnsSeen.map((item) => ({ index: item.index + 1, start: item.start })), [columnsSeen]);
  const width = horizontal.getTotalSize();

  return (
    // The grid handles the keys of its cells.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <Box
      ref={scroller}
      role="grid"
      aria-label={label}
      aria-rowcount={(total ?? rows.length) + 1}
      aria-colcount={columns.length + (boxes ? 1 : 0)}
      aria-multiselectable={selected ? true : undefined}
      onKeyDown={pressed}
      sx={{ flex: 1, minHeight: 0, overflow: 'auto', position: 'relative', contain: 'strict', height: '100%' }}
    >
      <TableStyles />
      <HeadRow
        {...{ columns, shown, boxes, pinned, width }}
        onResize={props.onResize}
        onMove={props.onMove}
        sort={props.sort}
        onSort={props.onSort}
        rows={props.gone?.size ? rows.filter((row) => !props.gone?.has(keyOf(row))) : rows}
        keyOf={keyOf}
        selected={selected}
        onSelect={onSelect}
      />
      <Box role="rowgroup" sx={{ position: 'relative', height: vertical.getTotalSize(), width, minWidth: '100%' }}>
        {seen.map((item) => {
          const row = rows[item.index];
          if (row === undefined) return null;
          const key = keyOf(row);
          return (
            <BodyRow
              key={key}
              {...{ row, columns, shown, boxes, pinned, width, events }}
              index={item.index}
              top={item.start}
              activeColumn={item.index === at.row ? at.column : -1}
              selected={selected ? selected.has(key) : undefined}
              gone={props.gone?.has(key) ?? false}
            />
          );
        })}
      </Box>
      {props.foot}
    </Box>
  );
}

/** An object that stays the same and whose functions do what the latest ones do. */
function useStable<T extends object>(latest: T): T {
  const current = useRef(latest);
  useLayoutEffect(() => {
    current.current = latest;
  });
  const [stable] = useState(
    () =>
      Object.fromEntries(
        Object.keys(latest).map((name) => [
          name,
          (...given: unknown[]) => (current.current[name as keyof T] as (...given: unknown[]) => unknown)(...given),
        ]),
      ) as T,
  );
  return stable;
}

/** Scrolls to where the reader was, and reports where they are. */
function useScrollPlace(
  scroller: { current: HTMLDivElement | null },
  hasRows: boolean,
  at: { row: number; column: number },
  start: Place | undefined,
  onPlace: ((place: Place) => void) | undefined,
): void {
  const isRestored = useRef(start === undefined);
  const cell = `${at.row}:${at.column}`;
  useLayoutEffect(() => {
    const element = scroller.current;
    if (isRestored.current || !hasRows || !element || !start) return;
    isRestored.current = true;
    element.scrollTo(start.left, start.top);
    if (start.focused) {
      requestAnimationFrame(() => {
        element.querySelector<HTMLElement>(`[data-cell="${cell}"]`)?.focus({ preventScroll: true });
      });
    }
  }, [scroller, hasRows, start, cell]);
  const report = useCallback(() => {
    const element = scroller.current;
    if (!element || !isRestored.current) return;
    const [row = 0, column = 0] = cell.split(':').map(Number);
    const focused = element.contains(document.activeElement);
    onPlace?.({ top: element.scrollTop, left: element.scrollLeft, row, column, focused });
  }, [scroller, cell, onPlace]);
  useEffect(() => {
    const element = scroller.current;
    if (!element || !onPlace) return;
    report();
    element.addEventListener('scroll', report, { passive: true });
    element.addEventListener('focusin', report);
    return () => {
      element.removeEventListener('scroll', report);
      element.removeEventListener('focusin', report);
    };
  }, [scroller, report, onPlace]);
}
