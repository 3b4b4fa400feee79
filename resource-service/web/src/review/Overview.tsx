// What a reviewer reads of a calculation that they judge for the first time: results against references, inputs, metrics.
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useState } from 'react';
import { Link } from 'react-router';

import { asStored, isObject, toNumber, type Json, type JsonObject } from '@/api/json';
import { usePreferences } from '@/app/preferences';
import { useScope } from '@/app/services';
import { valueText } from '@/calculations/changes';
import { leavesOf } from '@/calculations/compare';
import { judge, quantityOf } from '@/calculations/quantities';
import { alignedTexts, alignPoints } from '@/numbers/align';
import { signed, type Digits } from '@/numbers/format';
import { DenseTable, type DenseRow } from '@/ui/dense';
import { Markdown } from '@/ui/Markdown';
import { Facts, Section } from '@/ui/page';
import { Answer } from '@/ui/states';
import { StatusMark } from '@/ui/status';

import { useMetrics, type Metric } from './queries';
import type { Document } from './types';

/** Rows of a part that are shown before the reader asks for more, and how many more are shown at once. */
const FIRST = 40;
const MORE = 1000;

export function Overview({ document }: { document: Document }) {
  const { note } = document;
  const mayReadSeries = useScope('series:read');
  return (
    <>
      <Results document={document} />
      <Inputs document={document} />
      {typeof note === 'string' && note !== '' && (
        <Section title="Note">
          <Markdown text={note} />
        </Section>
      )}
      {mayReadSeries && <Metrics id={document._id} />}
    </>
  );
}

function Results({ document }: { document: Document }) {
  const { digits } = usePreferences().preferences;
  const results = isObject(document.results) ? document.results : {};
  const named = new Set([...Object.keys(results), ...namesOf(document.quantities)]);
  const judged = namesOf(document.quantities).length > 0;
  const rows = resultRows(document, results, [...named], digits, judged);
  return (
    <Section title={judged ? 'Results against references' : 'Results'}>
      {rows.length === 0 ? (
        <Box sx={{ color: 'text.secondary' }}>No results yet.</Box>
      ) : (
        <Folded count={rows.length}>
          {(shown) => (
            <DenseTable
              label="Results"
              columns={[
                { title: 'Name', wrap: true },
                // What decides comes first: it is in sight however wide the numbers are.
                ...(judged ? [{ title: 'Judgement' }, right('Difference')] : []),
                right('Value'),
                { title: 'Unit' },
                ...(judged ? [right('Reference'), right('Tolerance')] : []),
              ]}
              rows={rows.slice(0, shown)}
            />
          )}
        </Folded>
      )}
    </Section>
  );
}

const right = (title: string) => ({ title, align: 'right' as const });

/** The digits of a difference. */
const DIFFERENCE_DIGITS = 4;

function resultRows(
  document: Document,
  results: JsonObject,
  names: readonly string[],
  digits: Digits,
  judged: boolean,
): DenseRow[] {
  const rows = names.map((name) => {
    const result = Object.hasOwn(results, name) ? results[name] : undefined;
    const value = isObject(result) ? result.value : undefined;
    const unit = isObject(result) && typeof result.unit === 'string' && result.unit !== '1' ? result.unit : '';
    const quantity = quantityOf(document, name);
    return { name, value, unit, quantity, ...judge(value, quantity) };
  });
  const values = alignedTexts(
    rows.map(({ value }) => value),
    digits,
  );
  const references = alignedTexts(rows.map(({ quantity }) => quantity?.reference));
  const tolerances = alignedTexts(rows.map(({ quantity }) => quantity?.tolerance));
  const differences = alignPoints(
    rows.map(({ difference }) => (difference === undefined ? '' : signed(difference, DIFFERENCE_DIGITS))),
  );
  return rows.map(({ name, value, unit, judgement }, index) => ({
    key: name,
    cells: [
      <bdi key="name">{name}</bdi>,
      ...(judged
        ? [
            judgement === 'none' ? '' : <StatusMark key="judgement" status={judgement} word={judgement} />,
            differences[index],
          ]
        : []),
      value === undefined ? 'missing' : <span title={asStored(value)}>{values[index]}</span>,
      unit,
      ...(judged ? [references[index], tolerances[index]] : []),
    ],
  }));
}

function Inputs({ document }: { document: Document }) {
  const { digits } = usePreferences().preferences;
  const { code, method, host, tags, labels, parameters } = document;
  const facts: [string, string][] = [
    ['Code', isObject(code) ? [code.name, code.version].filter((part) => typeof part === 'string').join(' ') : ''],
    ['Method', text(method)],
    ['Host', text(host)],
    ['Tags', Array.isArray(tags) ? tags.map(text).join(', ') : ''],
    ...(isObject(labels) ? Object.entries(labels).map(([key, value]): [string, string] => [key, text(value)]) : []),
  ];
  const leaves = [...leavesOf(parameters)];
  return (
    <Section title="Inputs">
      <Facts
        facts={facts.filter(([, value]) => value !== '').map(([name, value]) => [name, <bdi key={name}>{value}</bdi>])}
      />
      {leaves.length > 0 && (
        <Box sx={{ mt: 2 }}>
          <Folded count={leaves.length}>
            {(shown) => (
              <DenseTable
                label="Parameters"
                columns={[
                  { title: 'Parameter', wrap: true },
                  { title: 'Value', wrap: true },
                ]}
                rows={leaves.slice(0, shown).map(([name, value]) => ({
                  key: name,
                  cells: [
                    <bdi key="name">{name}</bdi>,
                    <bdi key="value" style={isNumbers(value) ? { overflowWrap: 'normal' } : undefined}>
                      {valueText(value, digits)}
                    </bdi>,
                  ],
                }))}
              />
            )}
          </Folded>
        </Box>
      )}
    </Section>
  );
}

/** Pixels that the metrics take at least. */
const METRICS_HEIGHT = 120;

/**
 * Comes last, and is as high without metrics as while they load: an answer moves nothing that the reader is about to click, also
 * where the page is scrolled to its end.
 */
function Metrics({ id }: { id: string }) {
  const metrics = useMetrics(id, true);
  return (
    <Section title="Metrics" actions={<Link to={`/calculations/${encodeURIComponent(id)}?tab=plots`}>Plots</Link>}>
      <Box sx={{ minHeight: METRICS_HEIGHT }}>
        <Answer query={metrics} rows={2}>
          {(items) =>
            items.length > 0 ? (
              <MetricsTable metrics={items} />
            ) : (
              <Box sx={{ color: 'text.secondary' }}>No metrics yet.</Box>
            )
          }
        </Answer>
      </Box>
    </Section>
  );
}

function MetricsTable({ metrics }: { metrics: readonly Metric[] }) {
  const { digits } = usePreferences().preferences;
  const column = (of: (metric: Metric) => unknown) => alignedTexts(metrics.map(of), digits);
  const last = column((one) => one.last_value);
  const least = column((one) => one.min);
  const greatest = column((one) => one.max);
  return (
    <DenseTable
      label="Metrics"
      columns={[
        { title: 'Name', wrap: true },
        { title: 'Points', align: 'right' },
        { title: 'Last', align: 'right' },
        { title: 'Least', align: 'right' },
        { title: 'Greatest', align: 'right' },
        { title: 'Unit' },
      ]}
      rows={metrics.map((one, index) => ({
        key: one.metric,
        cells: [
          <bdi key="name">{one.metric}</bdi>,
          one.count.toLocaleString('en'),
          last[index],
          least[index],
          greatest[index],
          one.unit === '1' ? '' : one.unit,
        ],
      }))}
    />
  );
}

/** Shows the first rows of many until the reader asks for more. */
function Folded({ count, children }: { count: number; children: (shown: number) => React.ReactNode }) {
  const [shown, setShown] = useState(FIRST);
  const left = count - shown;
  const next = left <= MORE ? 'Show all' : `Show ${MORE.toLocaleString('en')} more of`;
  return (
    <>
      {children(shown)}
      {left > 0 && (
        <Button onClick={() => setShown(shown + MORE)}>
          {next} {count.toLocaleString('en')}
        </Button>
      )}
      {shown > FIRST && <Button onClick={() => setShown(FIRST)}>Show the first {FIRST}</Button>}
    </>
  );
}

/** Whether a value is a number or a list of numbers: their digits are not broken over lines. */
const isNumbers = (value: Json): boolean => [value].flat().every((one) => toNumber(one) !== undefined);
const namesOf = (value: Json | undefined): string[] => (isObject(value) ? Object.keys(value) : []);
const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
