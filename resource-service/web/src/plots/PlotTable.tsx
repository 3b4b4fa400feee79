// The points of a plot as a table.
import Box from '@mui/material/Box';
import { useMemo } from 'react';

import { columnFormat } from '@/numbers/format';
import { DataTable, type Column } from '@/ui/table';

import type { Curve } from './curves';
import { within, type Range } from './samples';

interface Row {
  step: number;
  values: (number | undefined)[];
}

const HEIGHT = 320;

export function PlotTable({ curves, window, title }: { curves: readonly Curve[]; window: Range; title: string }) {
  const rows = useMemo(() => rowsOf(curves, window), [curves, window]);
  const columns = useMemo<Column<Row>[]>(
    () => [
      {
        id: 'step',
        title: 'step',
        width: 110,
        align: 'right',
        cell: ({ step }) => step.toLocaleString('en'),
        text: ({ step }) => String(step),
      },
      ...curves.map((curve, index): Column<Row> => {
        const format = columnFormat(rows.map(({ values }) => values[index]).map(stored));
        return {
          id: curve.key,
          title: curve.label,
          width: 190,
          align: 'right',
          ...(curve.unit !== undefined && { note: curve.unit }),
          cell: ({ values }) => (values[index] === undefined ? '' : format(stored(values[index]))),
          text: ({ values }) => (values[index] === undefined ? '' : String(values[index])),
        };
      }),
    ],
    [curves, rows],
  );
  return (
    <Box sx={{ height: HEIGHT, display: 'flex', flexDirection: 'column', minWidth: 0 }}>
      <DataTable label={title} rows={rows} columns={columns} keyOf={(row) => String(row.step)} total={rows.length} />
    </Box>
  );
}

/** Special numbers as the service writes them. */
const stored = (value: number | undefined) => (value === undefined || Number.isFinite(value) ? value : String(value));

function rowsOf(curves: readonly Curve[], window: Range): Row[] {
  const rows = new Map<number, Row>();
  for (const [index, { sample }] of curves.entries()) {
    for (const { step, value } of within(sample.points, window)) {
      let row = rows.get(step);
      if (!row) rows.set(step, (row = { step, values: [] }));
      row.values[index] = value;
    }
  }
  return [...rows.values()].sort((a, b) => a.step - b.step);
}
