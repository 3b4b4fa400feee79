// The points of a plot as a table.
import Box from '@mui/material/Box';
import { useMemo } from 'react';

import { columnFormat } from '@/numbers/format';
import { DataTable, type Column } from '@/ui/table';

import type { Curve } from './curves';
import { within, type Range } from './samples';
import { byStep, stepName, stepText } from './steps';

interface Row {
  step: number;
  exact?: string | undefined;
  values: (number | undefined)[];
}

const HEIGHT = 320;
/** Widths in pixels: at least, of a letter, and of what surrounds the text. */
const STEP = 110;
const VALUE = 190;
const LETTER = 7.5;
const AROUND = 24;

const widthOf = (texts: readonly string[], least: number) =>
  texts.reduce((most, text) => Math.max(most, Math.ceil(text.length * LETTER) + AROUND), least);

export function PlotTable({ curves, window, title }: { curves: readonly Curve[]; window: Range; title: string }) {
  const rows = useMemo(() => rowsOf(curves, window), [curves, window]);
  const columns = useMemo<Column<Row>[]>(
    () => [
      {
        id: 'step',
        title: 'step',
        width: widthOf(rows.map(stepText), STEP),
        align: 'right',
        cell: stepText,
        text: stepName,
      },
      ...curves.map((curve, index): Column<Row> => {
        const shown = rows.map((row) => stored(row.values[index]));
        const format = columnFormat(shown);
        return {
          id: curve.key,
          title: curve.label,
          width: widthOf(shown.map(format), VALUE),
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
      <DataTable label={title} rows={rows} columns={columns} keyOf={stepName} total={rows.length} />
    </Box>
  );
}

/** Special numbers as the service writes them. */
const stored = (value: number | undefined) => (value === undefined || Number.isFinite(value) ? value : String(value));

export function rowsOf(curves: readonly Pick<Curve, 'sample'>[], window: Range): Row[] {
  const rows = new Map<string, Row>();
  for (const [index, { sample }] of curves.entries()) {
    for (const point of within(sample.points, window)) {
      const { step, exact, value } = point;
      let row = rows.get(stepName(point));
      if (!row) rows.set(stepName(point), (row = { step, exact, values: [] }));
      row.values[index] = value;
    }
  }
  return [...rows.values()].sort(byStep);
}
