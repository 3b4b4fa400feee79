// One row of a table, and a cell of it.
import { memo, type ReactNode } from 'react';

import type { Column } from './table';

export interface Shown {
  index: number;
  start: number;
}

/** What rows report. The object stays the same while the table is there, so that rows need no new rendering. */
export interface RowEvents<R> {
  toggle(row: R, index: number, extend: boolean): void;
  focus(index: number, column: number): void;
  open(row: R): void;
}

interface RowProps<R> {
  row: R;
  index: number;
  top: number;
  columns: readonly Column<R>[];
  shown: readonly Shown[];
  boxes: number;
  /** Width of the first column in pixels, which may be less than it asks for. */
  pinned: number;
  width: number;
  activeColumn: number;
  selected: boolean | undefined;
  gone: boolean;
  events: RowEvents<R>;
}

function PlainRow<R>(props: RowProps<R>) {
  const { row, index, top, columns, shown, boxes, pinned, width, activeColumn, selected, gone, events } = props;
  const isActive = activeColumn >= 0;
  const cell = (at: number, left: number, sticky: boolean) => {
    const column = columns[at];
    if (!column) return null;
    return (
      <Cell
        key={column.id}
        {...{ left, sticky, index, at, events }}
        width={sticky ? pinned : column.width}
        right={column.align === 'right'}
        place={at + 1 + (boxes ? 1 : 0)}
        isActive={activeColumn === at}
      >
        {sticky && gone && <span className="t-word">✕ removed</span>}
        {column.cell(row)}
      </Cell>
    );
  };
  const state = `${selected ? ' t-selected' : ''}${gone ? ' t-gone' : ''}${isActive ? ' t-active' : ''}`;
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-selected={selected}
      onDoubleClick={() => events.open(row)}
      className={`t-row${state}`}
      style={{ transform: `translateY(${top}px)`, width }}
    >
      {boxes > 0 && (
        <div role="gridcell" aria-colindex={1} className="t-pinned t-check" style={{ left: 0, width: boxes }}>
          <input
            type="checkbox"
            aria-label="Select this row"
            checked={selected ?? false}
            tabIndex={-1}
            onChange={(event) => events.toggle(row, index, (event.nativeEvent as MouseEvent).shiftKey)}
          />
        </div>
      )}
      {cell(0, boxes, true)}
      {shown.map((one) => cell(one.index, one.start, false))}
    </div>
  );
}

export const BodyRow = memo(PlainRow) as typeof PlainRow;

interface CellProps<R> {
  left: number;
  width: number;
  right: boolean;
  sticky: boolean;
  index: number;
  at: number;
  place: number;
  isActive: boolean;
  events: RowEvents<R>;
  children: ReactNode;
}

function Cell<R>({ left, width, right, sticky, index, at, place, isActive, events, children }: CellProps<R>) {
  return (
    <div
      role="gridcell"
      aria-colindex={place}
      data-cell={`${index}:${at}`}
      tabIndex={isActive ? 0 : -1}
      onFocus={() => events.focus(index, at)}
      className={`t-cell${sticky ? ' t-pinned' : ''}${right ? ' t-right' : ''}`}
      style={{ left, width }}
    >
      {children}
    </div>
  );
}
