// The series of the compared calculations: which differ, from which step on, both lines and their difference.
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import FormControlLabel from '@mui/material/FormControlLabel';
import Checkbox from '@mui/material/Checkbox';
import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';

import { useMetrics, type Calculation } from '@/calculations/data';
import { stepParam } from '@/plots/params';
import { signed } from '@/numbers/format';
import { useCurves } from '@/plots/curves';
import { SeriesPlot } from '@/plots/SeriesPlot';
import { DenseTable } from '@/ui/dense';
import { Section } from '@/ui/page';
import { Answer, Failure, Loading } from '@/ui/states';
import { useParam, useSetParams } from '@/ui/urlState';

import { EXACT, useDifferences, useSeriesDifferences, useTolerance, type SeriesDifference } from './data';

interface SeriesProps {
  calculations: readonly Calculation[];
  names: readonly string[];
  reference: number;
  isAll: boolean;
}

export function SeriesComparison(props: SeriesProps) {
  const { calculations, reference, isAll } = props;
  const { tolerance } = useTolerance();
  const query = useSeriesDifferences(
    calculations.map(({ _id }) => _id),
    tolerance,
  );
  const base = calculations[reference];
  const metrics = useMetrics(base?._id ?? '', false);
  return (
    <Section title="Series">
      <Answer query={query}>
        {({ series, isTruncated }) => {
          const differing = series.map(({ metric }) => metric);
          const others = (metrics.data ?? [])
            .map(({ metric }) => metric)
            .filter((metric) => !differing.includes(metric));
          const offered = isAll || differing.length === 0 ? [...differing, ...others] : differing;
          return (
            <>
              {series.length === 0 && (
                <Box sx={{ color: 'text.secondary', mb: 2 }}>
                  No series differs by more than the tolerance, among those that two or more calculations have.
                </Box>
              )}
              {series.length > 0 && <Differing series={series} />}
              {isTruncated && (
                <Box sx={{ color: 'warning.main' }}>There are more metrics than the service compares at once.</Box>
              )}
              {offered.length > 0 && <Plots {...props} offered={offered} series={series} />}
            </>
          );
        }}
      </Answer>
    </Section>
  );
}

function Differing({ series }: { series: readonly SeriesDifference[] }) {
  const set = useSetParams();
  const show = (metric: string) => set({ metric, from: null, to: null });
  return (
    <DenseTable
      label="Series that differ"
      columns={[
        { title: 'Metric', wrap: true },
        { title: 'Common steps', align: 'right' },
        { title: 'Largest difference', align: 'right' },
        { title: 'At step', align: 'right' },
        { title: 'First step beyond the tolerance', align: 'right' },
      ]}
      rows={series.map(({ metric, units_differ: unitsDiffer, common_steps: common, largest, first_beyond: first }) => ({
        key: metric,
        cells: [
          <Button key="metric" onClick={() => show(metric)} sx={{ p: 0, minWidth: 0, textAlign: 'left' }}>
            <bdi>{metric}</bdi>
          </Button>,
          common.toLocaleString('en'),
          unitsDiffer ? 'units differ' : largest ? signed(Math.abs(largest.difference)).replace('+', '') : '',
          largest?.step.toLocaleString('en'),
          first?.toLocaleString('en'),
        ],
      }))}
    />
  );
}

/** Steps around a step that the reader jumps to. */
const AROUND = 50;

function Plots({
  calculations,
  names,
  reference,
  offered,
  series,
}: SeriesProps & { offered: readonly string[]; series: readonly SeriesDifference[] }) {
  const set = useSetParams();
  const [asked] = useParam('metric');
  const [fromText] = useParam('from');
  const [toText] = useParam('to');
  const [scale] = useParam('y');
  const [show] = useParam('show');
  const metric = offered.includes(asked) ? asked : (offered[0] ?? '');
  const [from, to] = [stepParam(fromText), stepParam(toText)];
  const isLog = scale === 'log';
  const found = useCurves(
    calculations.map(({ _id, status }, index) => ({
      calculation: _id,
      metric,
      label: names[index] ?? _id,
      index,
      isGrowing: status === 'running',
    })),
    { from, to },
  );
  const curves = found.curves.filter(({ sample }) => sample.points.length > 0);
  const difference = series.find((one) => one.metric === metric);
  const marks = [difference?.first_beyond, difference?.largest?.step].filter((step) => typeof step === 'number');
  const onWindow = (next: { from: number | undefined; to: number | undefined }) =>
    set({ from: next.from?.toString(), to: next.to?.toString() });
  const jump = (step: number) => onWindow({ from: Math.max(0, step - AROUND), to: step + AROUND });
  const common = {
    ...{ from, to, marks, onWindow, sync: 'compare', height: 240, asTable: show === 'table' },
    onTable: (asTable: boolean) => set({ show: asTable ? 'table' : null }),
  };
  return (
    <Box sx={{ mt: 3 }}>
      <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 3, alignItems: 'center', mb: 2 }}>
        <TextField
          select
          label="Metric"
          value={metric}
          onChange={(event) => set({ metric: event.target.value, from: null, to: null })}
          sx={{ width: 240 }}
        >
          {offered.map((one) => (
            <MenuItem key={one} value={one}>
              <bdi>{one}</bdi>
            </MenuItem>
          ))}
        </TextField>
        <FormControlLabel
          control={<Checkbox checked={isLog} onChange={() => set({ y: isLog ? null : 'log' })} sx={{ py: 0 }} />}
          label="Logarithmic axis"
        />
        {typeof difference?.first_beyond === 'number' && (
          <Button onClick={() => jump(difference.first_beyond ?? 0)}>
            First step beyond the tolerance: {difference.first_beyond.toLocaleString('en')}
          </Button>
        )}
        {difference?.largest && (
          <Button onClick={() => jump(difference.largest?.step ?? 0)}>
            Largest difference: step {difference.largest.step.toLocaleString('en')}
          </Button>
        )}
      </Box>
      {Boolean(found.error) && <Failure error={found.error} retry={found.retry} />}
      {found.isLoading ? (
        <Loading label="Loading the series" />
      ) : (
        <>
          <SeriesPlot title={`${metric} of all`} curves={curves} isLog={isLog} {...common} />
          <Differences
            curves={curves}
            base={calculations[reference]?._id ?? ''}
            metric={metric}
            window={{ from, to }}
            common={common}
          />
        </>
      )}
    </Box>
  );
}

interface DifferencesProps {
  curves: ReturnType<typeof useCurves>['curves'];
  base: string;
  metric: string;
  window: { from: number | undefined; to: number | undefined };
  common: Omit<Parameters<typeof SeriesPlot>[0], 'title' | 'curves'>;
}

function Differences({ curves, base, metric, window, common }: DifferencesProps) {
  const { isSmall, differences, isLoading, error, retry } = useDifferences(curves, base, window);
  const hasBase = curves.some(({ calculation }) => calculation === base);
  return (
    <>
      <Box component="h3" sx={{ typography: 'h3', mt: 4, mb: 1 }}>
        Difference to the reference, at common steps
      </Box>
      {!hasBase && <Box sx={{ color: 'text.secondary' }}>The reference has no points of {metric}.</Box>}
      {hasBase && !isSmall && (
        <Box sx={{ color: 'text.secondary' }}>
          The difference is calculated from all points. Zoom in to at most {EXACT.toLocaleString('en')} points to see
          it.
        </Box>
      )}
      {Boolean(error) && <Failure error={error} retry={retry} />}
      {hasBase && isSmall && isLoading && differences.length === 0 && <Loading label="Reading all points" rows={3} />}
      {differences.length > 0 && <SeriesPlot title={`Differences of ${metric}`} curves={differences} {...common} />}
    </>
  );
}
