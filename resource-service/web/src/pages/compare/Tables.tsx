// The inputs and results of the compared calculations, a column each.
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useState } from 'react';

import { asStored, isNumeric } from '@/api/json';
import { usePreferences } from '@/app/preferences';
import { valueText } from '@/calculations/changes';
import type { InputRow, ResultRow } from '@/calculations/compare';
import type { Compared } from '@/calculations/tolerance';
import type { Calculation } from '@/calculations/data';
import { columnFormat, signed, single } from '@/numbers/format';

import { Matrix, type MatrixRow } from './Matrix';

export interface Columns {
  calculations: readonly Calculation[];
  names: readonly string[];
  /** The index of the calculation that the others are compared with. */
  reference: number;
  setReference(id: string): void;
  remove(id: string): void;
}

/** Rows that are shown before the reader asks for all. */
const FIRST = 100;
/** Characters of a value in a cell. */
const LONG = 120;
/** Constants that are named in the line that folds them. */
const NAMED = 12;

interface InputsProps {
  columns: Columns;
  rows: readonly InputRow[];
  isAll: boolean;
}

export function InputsTable({ columns, rows, isAll }: InputsProps) {
  const { digits } = usePreferences().preferences;
  const shown = isAll ? rows : rows.filter(({ differs }) => differs);
  const cells = shown.map(({ name, values, differs }): MatrixRow => {
    const format = columnFormat(values, digits);
    return {
      name,
      isMarked: isAll && differs,
      cells: values.map((value, index) =>
        value === undefined ? (
          <Absent key={index} />
        ) : (
          <Value
            key={index}
            value={value}
            text={typeof value === 'object' && !isNumeric(value) ? valueText(value, digits) : format(value)}
          />
        ),
      ),
    };
  });
  return (
    <>
      {shown.length === 0 && <Quiet>All inputs are the same.</Quiet>}
      <Limited columns={columns} rows={cells} label="Inputs" />
      {!isAll && <Constants rows={rows.filter(({ differs }) => !differs)} />}
    </>
  );
}

function Value({ value, text }: { value: InputRow['values'][number]; text: string }) {
  // A number that breaks over two lines reads as two.
  const whiteSpace = isNumeric(value) ? 'pre' : undefined;
  return (
    <bdi title={asStored(value).slice(0, 2000)} style={{ whiteSpace }}>
      {text.length > LONG ? `${text.slice(0, LONG)}…` : text}
    </bdi>
  );
}

const Absent = () => (
  <Box component="span" sx={{ color: 'text.secondary' }}>
    absent
  </Box>
);

function Quiet({ children }: { children: React.ReactNode }) {
  return <Box sx={{ color: 'text.secondary', mb: 2 }}>{children}</Box>;
}

/** What is the same in all, in one line. */
function Constants({ rows }: { rows: readonly InputRow[] }) {
  const [all, setAll] = useState(false);
  if (rows.length === 0) return null;
  const named = all ? rows : rows.slice(0, NAMED);
  const text = named.map(({ name, values }) => `${name} = ${valueText(values[0]).slice(0, LONG)}`).join(', ');
  return (
    <Box sx={{ mt: 2, color: 'text.secondary', overflowWrap: 'anywhere' }}>
      Same in all: <bdi>{text}</bdi>
      {rows.length > NAMED && (
        <Button aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? 'fewer' : `and ${(rows.length - NAMED).toLocaleString('en')} more`}
        </Button>
      )}
    </Box>
  );
}

interface ResultsProps {
  columns: Columns;
  rows: readonly ResultRow[];
  isAll: boolean;
}

export function ResultsTable({ columns, rows, isAll }: ResultsProps) {
  const { digits } = usePreferences().preferences;
  const shown = isAll ? rows : rows.filter(({ differs }) => differs);
  const same = rows.length - shown.length;
  const cells = shown.map(({ name, results, compared }): MatrixRow => {
    const units = new Set(results.flatMap((result) => (result ? [result.unit] : [])));
    const unit = units.size === 1 ? [...units][0] : '';
    const format = columnFormat(
      results.map((result) => result?.value),
      digits,
    );
    return {
      name: unit === '' || unit === '1' || unit === undefined ? name : `${name} [${unit}]`,
      cells: results.map((result, index) =>
        result?.value === undefined ? (
          <Absent key={index} />
        ) : (
          <ResultCell
            key={index}
            stored={asStored(result.value)}
            text={units.size > 1 ? `${format(result.value)} ${result.unit}` : format(result.value)}
            compared={compared[index]}
            isReference={index === columns.reference}
          />
        ),
      ),
    };
  });
  return (
    <>
      {rows.length === 0 && <Quiet>None of them has results.</Quiet>}
      {rows.length > 0 && shown.length === 0 && <Quiet>All results are the same.</Quiet>}
      <Limited columns={columns} rows={cells} label="Results" isRight />
      {same > 0 && shown.length > 0 && (
        <Quiet>
          Same in all:{' '}
          {rows
            .filter(({ differs }) => !differs)
            .slice(0, NAMED)
            .map(({ name }) => name)
            .join(', ')}
          {same > NAMED && ` and ${(same - NAMED).toLocaleString('en')} more`}
        </Quiet>
      )}
    </>
  );
}

const LAMPS: Record<Compared['lamp'], { shape: string; tone: string; word: string }> = {
  same: { shape: '=', tone: 'text.secondary', word: 'the same' },
  within: { shape: '●', tone: 'success.main', word: 'within the tolerance' },
  beyond: { shape: '▲', tone: 'error.main', word: 'beyond the tolerance' },
  units: { shape: '≠', tone: 'warning.main', word: 'in another unit' },
  absent: { shape: '', tone: 'text.secondary', word: 'the reference has none' },
};

interface ResultCellProps {
  stored: string;
  text: string;
  compared: Compared | undefined;
  isReference: boolean;
}

function ResultCell({ stored, text, compared, isReference }: ResultCellProps) {
  const lamp = LAMPS[compared?.lamp ?? 'same'];
  return (
    <>
      <Box title={stored} sx={{ whiteSpace: 'pre' }}>
        {text}
      </Box>
      <Box sx={{ typography: 'body2', color: 'text.secondary', whiteSpace: 'nowrap' }}>
        {isReference ? (
          'reference'
        ) : (
          <>
            <DifferenceText compared={compared} />{' '}
            <Box
              component="span"
              role="img"
              aria-label={lamp.word}
              title={lamp.word}
              sx={{ color: lamp.tone, fontWeight: 700 }}
            >
              {lamp.shape}
            </Box>
          </>
        )}
      </Box>
    </>
  );
}

function DifferenceText({ compared }: { compared: Compared | undefined }) {
  if (compared?.lamp === 'units') return <>other unit</>;
  if (compared?.difference === undefined) return null;
  if (compared.difference === 0) return <>same</>;
  const { difference, relative, factor } = compared;
  const isKnown = relative !== undefined && factor !== undefined && Number.isFinite(relative);
  const share = isKnown ? ` (${percent(relative, factor)})` : '';
  return (
    <>
      {signed(difference)}
      {share}
    </>
  );
}

function percent(relative: number, factor: number): string {
  if (Math.abs(relative) >= 10) return `×${single(factor, 3)}`;
  const share = relative * 100;
  // Two digits, or all before the point.
  return `${signed(share, Math.max(2, String(Math.abs(Math.round(share))).length))} %`;
}

interface LimitedProps {
  columns: Columns;
  rows: readonly MatrixRow[];
  label: string;
  isRight?: boolean;
}

function Limited({ columns, rows, label, isRight = false }: LimitedProps) {
  const [all, setAll] = useState(false);
  if (rows.length === 0) return <Matrix columns={columns} rows={[]} label={label} />;
  return (
    <>
      <Matrix columns={columns} rows={all ? rows : rows.slice(0, FIRST)} label={label} isRight={isRight} />
      {rows.length > FIRST && (
        <Button aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? `Show the first ${FIRST}` : `Show all ${rows.length.toLocaleString('en')}`}
        </Button>
      )}
    </>
  );
}
