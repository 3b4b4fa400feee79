// The head of a table: titles, order, the box that selects all loaded rows.
import ArrowDownwardIcon from '@mui/icons-material/ArrowDownward';
import ArrowUpwardIcon from '@mui/icons-material/ArrowUpward';
import Box from '@mui/material/Box';
import ButtonBase from '@mui/material/ButtonBase';
import Checkbox from '@mui/material/Checkbox';

import type { Column, TableProps } from './table';
import type { Shown } from './tableRow';

/** Height of the head in pixels. */
const HEAD = 40;

interface HeadProps<R> extends Pick<TableProps<R>, 'rows' | 'keyOf' | 'sort' | 'onSort' | 'selected' | 'onSelect'> {
  columns: readonly Column<R>[];
  shown: readonly Shown[];
  boxes: number;
  width: number;
}

export function HeadRow<R>({
  columns,
  shown,
  boxes,
  width,
  sort = [],
  onSort,
  rows,
  keyOf,
  selected,
  onSelect,
}: HeadProps<R>) {
  const all = rows.length > 0 && selected !== undefined && rows.every((row) => selected.has(keyOf(row)));
  const some = selected !== undefined && selected.size > 0;
  const head = (at: number, left: number, sticky: boolean) => {
    const column = columns[at];
    if (!column) return null;
    const place = sort.findIndex((one) => one.id === column.id);
    return (
      <Title
        key={column.id}
        {...{ column, left, sticky, onSort }}
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
      }}
    >
      <Box role="row" aria-rowindex={1} sx={{ height: HEAD - 1 }}>
        {boxes > 0 && (
          <Box
            role="columnheader"
            aria-colindex={1}
            aria-label="Selection"
            sx={{
              position: 'sticky',
              left: 0,
              zIndex: 1,
              width: boxes,
              height: HEAD - 1,
              float: 'left',
              background: 'inherit',
              bgcolor: 'background.default',
            }}
          >
            <Checkbox
              checked={all}
              indeterminate={some && !all}
              onChange={() => onSelect?.(all ? new Set() : new Set([...(selected ?? []), ...rows.map(keyOf)]))}
              sx={{ p: 2 }}
              slotProps={{ input: { 'aria-label': all ? 'Select none' : 'Select all loaded rows' } }}
            />
          </Box>
        )}
        {head(0, boxes, true)}
        {shown.map((one) => head(one.index, one.start, false))}
      </Box>
    </Box>
  );
}

interface TitleProps<R> {
  column: Column<R>;
  left: number;
  sticky: boolean;
  index: number;
  order: 'ascending' | 'descending' | undefined;
  place: number | undefined;
  onSort: TableProps<R>['onSort'];
}

function Title<R>({ column, left, sticky, index, order, place, onSort }: TitleProps<R>) {
  const right = column.align === 'right';
  const Arrow = order === 'descending' ? ArrowDownwardIcon : ArrowUpwardIcon;
  const words = (
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
  return (
    <Box
      role="columnheader"
      aria-colindex={index}
      aria-sort={order}
      title={column.title}
      style={sticky ? { left, width: column.width } : { left, width: column.width, position: 'absolute' }}
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
          {words}
          {order && <Arrow aria-hidden sx={{ fontSize: 14 }} />}
          {place !== undefined && <small>{place}</small>}
        </ButtonBase>
      ) : (
        <Box sx={{ px: 2, width: '100%', textAlign: right ? 'right' : 'left', minWidth: 0 }}>{words}</Box>
      )}
    </Box>
  );
}
