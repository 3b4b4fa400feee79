// The series of a calculation: which are measured, and a plot of those that are chosen.
import Box from '@mui/material/Box';
import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import TextField from '@mui/material/TextField';
import { useMemo, useState } from 'react';

import { useShortcuts } from '@/app/keys';
import { useScope } from '@/app/services';
import { useCurves } from '@/plots/curves';
import { SeriesPlot } from '@/plots/SeriesPlot';
import { single } from '@/numbers/format';
import { Answer, Empty, Failure, Loading } from '@/ui/states';
import { useListParam, useParam, useSetParams } from '@/ui/urlState';

import { useMetrics, type Calculation, type Metric } from '@/calculations/data';
import { stepParam } from '@/plots/params';

/** Metrics that are listed at once. */
const LISTED = 100;
/** Lines that one plot shows at most. */
const MOST = 10;

export function Plots({ calculation }: { calculation: Calculation }) {
  const isGrowing = calculation.status === 'running';
  const may = useScope('series:read');
  const metrics = useMetrics(calculation._id, isGrowing);
  if (!may)
    return <Empty title="Series need the scope series:read">An administrator can give it through a role.</Empty>;
  return (
    <Answer query={metrics}>
      {(all) =>
        all.length === 0 ? (
          <Empty title="No series">
            A job that appends points with <code>POST /api/series/points</code> shows them here.
          </Empty>
        ) : (
          <Chosen calculation={calculation} metrics={all} isGrowing={isGrowing} />
        )
      }
    </Answer>
  );
}

interface ChosenProps {
  calculation: Calculation;
  metrics: readonly Metric[];
  isGrowing: boolean;
}

function Chosen({ calculation, metrics, isGrowing }: ChosenProps) {
  const [asked, setAsked] = useListParam('metrics');
  const chosen = useMemo(() => chosenOf(asked, metrics), [asked, metrics]);
  const toggle = (metric: string) =>
    setAsked((before) => {
      const shown = chosenOf(before, metrics);
      return shown.includes(metric) ? shown.filter((one) => one !== metric) : [...shown, metric].slice(-MOST);
    });
  return (
    <Box sx={{ display: 'flex', flexWrap: 'wrap', alignItems: 'flex-start', p: 4, gap: 4 }}>
      <MetricsList metrics={metrics} chosen={chosen} toggle={toggle} />
      <Box sx={{ flex: '1 1 440px', minWidth: 0 }}>
        <Plot calculation={calculation} metrics={chosen} isGrowing={isGrowing} />
      </Box>
    </Box>
  );
}

/** The metrics of the address that exist, or the first one. */
function chosenOf(asked: readonly string[], metrics: readonly Metric[]): string[] {
  const known = new Set(metrics.map(({ metric }) => metric));
  const listed = asked.filter((metric) => known.has(metric)).slice(0, MOST);
  return listed.length > 0 ? listed : metrics.slice(0, 1).map(({ metric }) => metric);
}

interface ListProps {
  metrics: readonly Metric[];
  chosen: readonly string[];
  toggle(metric: string): void;
}

function MetricsList({ metrics, chosen, toggle }: ListProps) {
  const [sought, setSought] = useState('');
  const fitting = metrics.filter(({ metric }) => metric.toLowerCase().includes(sought.toLowerCase()));
  return (
    <Box component="fieldset" sx={{ border: 0, m: 0, p: 0, flex: '0 1 220px', minWidth: 180, maxWidth: '100%' }}>
      <Box component="legend" sx={{ fontWeight: 600, p: 0, mb: 1 }}>
        {metrics.length.toLocaleString('en')} {metrics.length === 1 ? 'metric' : 'metrics'}
      </Box>
      {metrics.length > 12 && (
        <TextField
          label="Find a metric"
          value={sought}
          onChange={(event) => setSought(event.target.value)}
          sx={{ mb: 1 }}
        />
      )}
      <Box sx={{ maxHeight: 420, overflow: 'auto' }}>
        {fitting.slice(0, LISTED).map(({ metric, unit, count, last_value: last }) => (
          <FormControlLabel
            key={metric}
            sx={{ display: 'flex', alignItems: 'flex-start', mr: 0 }}
            control={<Checkbox checked={chosen.includes(metric)} onChange={() => toggle(metric)} sx={{ py: 1 }} />}
            label={
              <Box sx={{ py: 1, minWidth: 0, overflowWrap: 'anywhere' }}>
                <span dir="auto">{metric}</span>
                {unit !== undefined && unit !== '1' && (
                  <>
                    {' '}
                    [<bdi>{unit}</bdi>]
                  </>
                )}
                <Box sx={{ color: 'text.secondary', typography: 'body2' }}>
                  {count.toLocaleString('en')} {count === 1 ? 'point' : 'points'}
                  {last !== undefined && `, last ${single(last, 5)}`}
                </Box>
              </Box>
            }
          />
        ))}
      </Box>
      {fitting.length > LISTED && (
        <Box sx={{ color: 'text.secondary' }}>The first {LISTED} are listed. Find others by name.</Box>
      )}
    </Box>
  );
}

function Plot({
  calculation,
  metrics,
  isGrowing,
}: {
  calculation: Calculation;
  metrics: readonly string[];
  isGrowing: boolean;
}) {
  const set = useSetParams();
  const [fromText] = useParam('from');
  const [toText] = useParam('to');
  const [scale] = useParam('y');
  const [smoothText] = useParam('smooth');
  const [show] = useParam('show');
  const [from, to, tau] = [stepParam(fromText), stepParam(toText), stepParam(smoothText)];
  const isWrong = smoothText !== '' && (tau === undefined || tau <= 0);
  const isLog = scale === 'log';
  const asTable = show === 'table';
  const names = metrics.map((metric) => ({ calculation: calculation._id, metric, label: metric, isGrowing }));
  const { curves, isLoading, error, retry } = useCurves(names, { from, to });
  const toggleLog = () => set({ y: isLog ? null : 'log' });
  const toggleTable = (next: boolean) => set({ show: next ? 'table' : null });
  useShortcuts('Plots', [
    { keys: 'l', label: 'Logarithmic axis', run: toggleLog },
    { keys: 't', label: 'Show the points as a table', run: () => toggleTable(!asTable) },
  ]);
  if (isLoading) return <Loading rows={8} label="Loading the series" />;
  if (error && curves.every(({ sample }) => sample.points.length === 0)) return <Failure error={error} retry={retry} />;
  return (
    <>
      {Boolean(error) && <Failure error={error} retry={retry} />}
      <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 3, alignItems: 'center', mb: 1 }}>
        <FormControlLabel
          control={<Checkbox checked={isLog} onChange={toggleLog} sx={{ py: 0 }} />}
          label="Logarithmic axis"
        />
        <TextField
          label="Smoothing in steps"
          value={smoothText}
          onChange={(event) => set({ smooth: event.target.value })}
          error={isWrong}
          helperText={isWrong ? 'Enter a whole number above 0' : undefined}
          slotProps={{ htmlInput: { inputMode: 'numeric' }, inputLabel: { shrink: true } }}
          placeholder="none"
          sx={{ width: 210 }}
        />
      </Box>
      <SeriesPlot
        title={`${metrics.join(', ')} of ${calculation.name}`}
        {...{ curves, from, to, isLog, asTable }}
        tau={tau !== undefined && tau > 0 ? tau : undefined}
        onWindow={(next) => set({ from: next.from?.toString(), to: next.to?.toString() }, { push: false })}
        onTable={toggleTable}
      />
    </>
  );
}
