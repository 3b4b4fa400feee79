// One row of a table, and a cell of it.
import Box from '@mui/material/Box';
import Checkbox from '@mui/material/Checkbox';
import type { ReactNode } from 'react';

import { ROW } from '@/app/theme';

import type { Column } from './table';

export interface Shown {
  index: number;
  start: number;
}

interface RowProps<R> {
  row: R;
  index: number;
  top: number;
  columns: readonly Column<R>[];
  shown: readonly Shown[];
  boxes: number;
  width: number;
  activeColumn: number;
  selected: boolean | undefined;
  fresh: boolean;
  onToggle(): void;
  onFocusCell(column: number): void;
  onOpen: ((row: R) => void) | undefined;
}

export function BodyRow<R>(props: RowProps<R>) {
  const {
    row,
    index,
    top,
    columns,
    shown,
    boxes,
    width,
    activeColumn,
    selected,
    fresh,
    onToggle,
    onFocusCell,
    onOpen,
  } = props;
  const isActive = activeColumn >= 0;
  const background = selected ? 'var(--t-palette-raised)' : 'var(--t-palette-background-default)';
  const cell = (at: number, left: number, sticky: boolean) => {
    const column = columns[at];
    if (!column) return null;
    return (
      <Cell
        key={column.id}
        {...{ left, sticky, background }}
        width={column.width}
        right={column.align === 'right'}
        at={`${index}:${at}`}
        place={at + 1 + (boxes ? 1 : 0)}
        isActive={activeColumn === at}
        onFocus={() => onFocusCell(at)}
      >
        {column.cell(row)}
      </Cell>
    );
  };
  return (
    <Box
      role="row"
      aria-rowindex={index + 2}
      aria-selected={selected}
      onDoubleClick={onOpen && (() => onOpen(row))}
      style={{ transform: `translateY(${top}px)`, width }}
      sx={{
        position: 'absolute',
        minWidth: '100%',
        height: ROW,
        borderBottom: '1px solid var(--t-palette-line)',
        '--row': fresh
          ? 'color-mix(in srgb, var(--t-palette-primary-main) 10%, var(--t-palette-background-default))'
          : background,
        background: 'var(--row)',
        '&:hover': { '--row': 'var(--t-palette-raised)' },
        boxShadow: isActive ? 'inset 2px 0 0 var(--t-palette-primary-main)' : 'none',
      }}
    >
      {boxes > 0 && (
        <Box
          role="gridcell"
          aria-colindex={1}
          sx={{
            position: 'sticky',
            left: 0,
            zIndex: 1,
            width: boxes,
            height: ROW - 1,
            background: 'var(--row)',
            float: 'left',
            boxShadow: isActive ? 'inset 2px 0 0 var(--t-palette-primary-main)' : 'none',
          }}
        >
          <Checkbox
            checked={selected ?? false}
            onChange={onToggle}
            tabIndex={-1}
            sx={{ p: 1.5 }}
            slotProps={{ input: { 'aria-label': 'Select this row' } }}
          />
        </Box>
      )}
      {cell(0, boxes, true)}
      {shown.map((one) => cell(one.index, one.start, false))}
    </Box>
  );
}

interface CellProps {
  left: number;
  width: number;
  right: boolean;
  sticky: boolean;
  background: string;
  at: string;
  place: number;
  isActive: boolean;
  onFocus(): void;
  children: ReactNode;
}

function Cell({ left, width, right, sticky, at, place, isActive, onFocus, children }: CellProps) {
  return (
    <Box
      role="gridcell"
      aria-colindex={place}
      data-cell={at}
      tabIndex={isActive ? 0 : -1}
      onFocus={onFocus}
      style={sticky ? { left, width } : { left, width, position: 'absolute' }}
      sx={{
        ...(sticky && { position: 'sticky', zIndex: 1, background: 'var(--row)', float: 'left' }),
        top: 0,
        height: ROW - 1,
        lineHeight: `${ROW - 1}px`,
        px: 2,
        overflow: 'hidden',
        textOverflow: 'ellipsis',
        whiteSpace: 'nowrap',
        textAlign: right ? 'right' : 'left',
        outlineOffset: -2,
        unicodeBidi: 'isolate',
      }}
    >
      {children}
    </Box>
  );
}
