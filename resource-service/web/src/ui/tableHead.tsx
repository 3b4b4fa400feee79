// The head of a table: titles, order, widths, the box that selects all loaded rows.
import ArrowDownwardIcon from '@mui/icons-material/ArrowDownward';
import ArrowUpwardIcon from '@mui/icons-material/ArrowUpward';
import Box from '@mui/material/Box';
import ButtonBase from '@mui/material/ButtonBase';
import { useRef, type KeyboardEvent, type PointerEvent } from 'react';

import type { Column, TableProps } from './table';
import type { Shown } from './tableRow';

/** Height of the head in pixels. */
export const HEAD = 40;
/** Pixels by which a key changes a width. */
const STEP = 16;

interface HeadProps<R> extends Pick<
  TableProps<R>,
  'rows' | 'keyOf' | 'sort' | 'onSort' | 'selected' | 'onSelect' | 'onResize' | 'onMove'
> {
  columns: readonly Column<R>[];
  shown: readonly Shown[];
  boxes: number;
  pinned: number;
  width: number;
}

export function HeadRow<R>(props: HeadProps<R>) {
  const { columns, shown, boxes, pinned, width, sort = [], rows, keyOf, selected, onSelect } = props;
  const all = rows.length > 0 && selected !== undefined && rows.every((row) => selected.has(keyOf(row)));
  const some = selected !== undefined && selected.size > 0;
  const head = (at: number, left: number, sticky: boolean) => {
    const column = columns[at];
    if (!column) return null;
    const place = sort.findIndex((one) => one.id === column.id);
    return (
      <Title
        key={column.id}
        {...{ column, left, sticky }}
        width={sticky ? pinned : column.width}
        onSort={props.onSort}
        onResize={props.onResize}
        onMove={
          props.onMove && ((moved, before) => (before === '' ? step(props, moved, -1) : props.onMove?.(moved, before)))
        }
        onStep={props.onMove && ((by) => step(props, column.id, by))}
        index={at + 1 + (boxes ? 1 : 0)}
        order={place < 0 ? undefined : sort[place]?.descending ? 'descending' : 'ascending'}
        place={sort.length > 1 && place >= 0 ? place + 1 : undefined}
      />
    );
  };
  return (
    <Box
      role="rowgroup"
      sx={{
        position: 'sticky',
        top: 0,
        zIndex: 2,
        minWidth: '100%',
        width,
        height: HEAD,
        background: 'var(--t-palette-background-default)',
        borderBottom: '1px solid var(--t-palette-line)',
        boxSizing: 'border-box',
      }}
    >
      <Box role="row" aria-rowindex={1} sx={{ height: HEAD - 1 }}>
        {boxes > 0 && (
          <Box
            role="columnheader"
            aria-colindex={1}
            aria-label="Selection"
            className="t-check"
            sx={{
              position: 'sticky',
              left: 0,
              zIndex: 1,
              width: boxes,
              height: HEAD - 1,
              float: 'left',
              bgcolor: 'background.default',
              '&.t-check': { height: HEAD - 1, pt: '11px' },
            }}
          >
            <input
              type="checkbox"
              aria-label={all ? 'Select none' : 'Select all loaded rows'}
              checked={all}
              ref={(box) => {
                if (box) box.indeterminate = some && !all;
              }}
              onChange={() => onSelect?.(all ? new Set() : new Set([...(selected ?? []), ...rows.map(keyOf)]))}
            />
          </Box>
        )}
        {head(0, boxes, true)}
        {shown.map((one) => head(one.index, one.start, false))}
      </Box>
    </Box>
  );
}

/** Moves a column by one place. */
function step<R>({ columns, onMove }: HeadProps<R>, id: string, by: 1 | -1): void {
  const at = columns.findIndex((column) => column.id === id);
  const target = columns[at + by];
  if (!target) return;
  if (by < 0) onMove?.(id, target.id);
  else onMove?.(target.id, id);
}

interface TitleProps<R> {
  column: Column<R>;
  left: number;
  width: number;
  sticky: boolean;
  index: number;
  order: 'ascending' | 'descending' | undefined;
  place: number | undefined;
  onSort: TableProps<R>['onSort'];
  onResize: TableProps<R>['onResize'];
  onMove: TableProps<R>['onMove'];
  onStep: ((by: 1 | -1) => void) | undefined;
}

function Title<R>(props: TitleProps<R>) {
  const { column, left, width, sticky, index, order, place, onSort, onResize, onMove, onStep } = props;
  const right = column.align === 'right';
  const Arrow = order === 'descending' ? ArrowDownwardIcon : ArrowUpwardIcon;
  const pressed = (event: KeyboardEvent) => {
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (by === 0 || !event.altKey) return;
    if (event.shiftKey) onResize?.(column.id, width + by * STEP);
    else onStep?.(by);
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <Box
      role="columnheader"
      aria-colindex={index}
      aria-sort={order}
      title={column.hint ?? column.title}
      draggable={onMove !== undefined}
      onDragStart={(event) => event.dataTransfer.setData(DRAGGED, column.id)}
      onDragOver={(event) => {
        if (event.dataTransfer.types.includes(DRAGGED)) event.preventDefault();
      }}
      onDrop={(event) => {
        const moved = event.dataTransfer.getData(DRAGGED);
        if (moved && moved !== column.id) onMove?.(moved, column.id);
      }}
      style={sticky ? { left, width } : { left, width, position: 'absolute' }}
      sx={{
        ...(sticky && { position: 'sticky', zIndex: 1, float: 'left', bgcolor: 'background.default' }),
        top: 0,
        height: HEAD - 1,
        display: 'flex',
        alignItems: 'center',
      }}
    >
      {column.sortable && onSort ? (
        <ButtonBase
          onClick={(event) => onSort(column.id, event.shiftKey)}
          onKeyDown={pressed}
          sx={{
            width: '100%',
            height: '100%',
            px: 2,
            gap: 1,
            font: 'inherit',
            justifyContent: right ? 'flex-end' : 'flex-start',
            textAlign: right ? 'right' : 'left',
            '&:hover': { bgcolor: 'raised' },
          }}
        >
          <Words column={column} />
          {order && <Arrow aria-hidden sx={{ fontSize: 14 }} />}
          {place !== undefined && <small>{place}</small>}
        </ButtonBase>
      ) : (
        <Box sx={{ px: 2, width: '100%', textAlign: right ? 'right' : 'left', minWidth: 0 }}>
          <Words column={column} />
        </Box>
      )}
      {onResize && <Edge width={width} onResize={(next) => onResize(column.id, next)} />}
    </Box>
  );
}

const DRAGGED = 'application/x-tessera-column';

function Words<R>({ column }: { column: Column<R> }) {
  return (
    <Box
      component="span"
      sx={{
        display: 'block',
        minWidth: 0,
        overflow: 'hidden',
        textOverflow: 'ellipsis',
        whiteSpace: 'nowrap',
        lineHeight: 1.2,
        fontWeight: 600,
        unicodeBidi: 'isolate',
      }}
    >
      {column.title}
      {column.note && (
        <Box
          component="span"
          sx={{ display: 'block', fontWeight: 400, color: 'text.secondary', fontSize: '0.6875rem' }}
        >
          {column.note}
        </Box>
      )}
    </Box>
  );
}

/** The right edge of a title, which a pointer drags. Keys do the same on the title, and so does the list of columns. */
function Edge({ width, onResize }: { width: number; onResize: (width: number) => void }) {
  const start = useRef<{ x: number; width: number } | null>(null);
  const down = (event: PointerEvent<HTMLDivElement>) => {
    start.current = { x: event.clientX, width };
    event.currentTarget.setPointerCapture(event.pointerId);
    event.preventDefault();
  };
  return (
    <Box
      aria-hidden
      onPointerDown={down}
      onPointerMove={(event) => {
        if (start.current) onResize(start.current.width + event.clientX - start.current.x);
      }}
      onPointerUp={() => {
        start.current = null;
      }}
      sx={{
        position: 'absolute',
        right: 0,
        top: 8,
        bottom: 8,
        width: 6,
        cursor: 'col-resize',
        touchAction: 'none',
        borderRight: 1,
        borderColor: 'divider',
        '&:hover': { borderColor: 'primary.main' },
      }}
    />
  );
}
