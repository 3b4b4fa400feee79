// Groups and statistics of calculations, and two results against one another. All of it is in the address.
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { lazy, Suspense, useCallback, useMemo } from 'react';
import { Link } from 'react-router';

import type { Field } from '@/table-page/fields';
import { FilterBar } from '@/table-page/FilterBar';
import { conditionsOf } from '@/table-page/request';
import { writeState } from '@/table-page/state';
import { useDefinition, useFields } from '@/table-page/useFields';
import { useTableState } from '@/table-page/useTableState';
import { ViewMenu } from '@/table-page/ViewMenu';
import { useOpenedView } from '@/table-page/views';
import { Page, Section } from '@/ui/page';
import { Loading } from '@/ui/states';
import { useSearch, useSetParams, type ChangeList } from '@/ui/urlState';

import { FieldPicker } from './FieldPicker';
import { Groups } from './Groups';
import { isGroupable, isNumber, readLists, STATISTICS, titleOfStatistic } from './statistics';

const Scatter = lazy(() => import('./Scatter'));

const PAGE = 'explore';
const NO_VALUES: readonly string[] = [];

export default function ExplorePage() {
  const definition = useDefinition('calculations');
  const fields = useFields('calculations', definition.data?.schema);
  const view = useOpenedView(PAGE);
  const [state, change] = useTableState();
  const [search, setSearch] = useSearch();
  const set = useSetParams();
  const { by, stats } = useMemo(() => readLists(search), [search]);
  const conditions = useMemo(() => conditionsOf(state, 0, false), [state]);
  const none = useCallback(() => NO_VALUES, []);
  const setList = (name: 'by' | 'stat', next: ChangeList) =>
    setSearch((before) => {
      const lists = readLists(before);
      const after = new URLSearchParams(before);
      after.delete(name);
      for (const value of next(name === 'by' ? lists.by : lists.stats)) after.append(name, value);
      return after;
    });
  const x = search.get('x') ?? '';
  const y = search.get('y') ?? '';
  const table = writeState({ ...state, columns: undefined, sort: [] });
  return (
    <Page
      title={view.data?.name ?? 'Explore'}
      actions={
        <>
          <ViewMenu page={PAGE} opened={view.data} />
          <Button component={Link} to={`/calculations?${table}`} color="inherit">
            Show as a table of calculations
          </Button>
        </>
      }
    >
      {view.fault && (
        <Box role="alert" sx={{ px: 4, py: 1, color: 'warning.main' }}>
          △ {view.fault}
        </Box>
      )}
      <FilterBar
        filter={state.filter}
        fields={fields}
        valuesOf={none}
        onChange={(next) => change(({ filter }) => ({ filter: next(filter) }), { push: true })}
      />
      <Section title="Statistics">
        <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 4, mb: 3 }}>
          <Chosen
            label="Group by"
            values={by}
            fields={fields.filter(isGroupable)}
            onChange={(next) => setList('by', next)}
          />
          <Statistics values={stats} fields={fields.filter(isNumber)} onChange={(next) => setList('stat', next)} />
        </Box>
        <Groups
          {...{ by, stats, conditions, state, fields }}
          onSort={(sort) => change({ sort })}
          onFilter={(filter) => change({ filter }, { push: true })}
        />
      </Section>
      <Section title="Two values against each other">
        <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 4, mb: 3 }}>
          <FieldPicker
            label="Horizontal axis"
            value={x}
            fields={fields.filter(isNumber)}
            onChange={(path) => set({ x: path })}
          />
          <FieldPicker
            label="Vertical axis"
            value={y}
            fields={fields.filter(isNumber)}
            onChange={(path) => set({ y: path })}
          />
        </Box>
        {x !== '' && y !== '' ? (
          <Suspense fallback={<Loading />}>
            <Scatter
              {...{ x, y, conditions }}
              onBrush={(parts) => change(({ filter }) => ({ filter: [...filter, ...parts] }), { push: true })}
            />
          </Suspense>
        ) : (
          <Box sx={{ color: 'text.secondary' }}>Choose two fields of numbers, such as results.energy.value.</Box>
        )}
      </Section>
    </Page>
  );
}

interface ChosenProps {
  label: string;
  values: readonly string[];
  fields: readonly Field[];
  title?(path: string): string;
  onChange(change: ChangeList): void;
}

function Chosen({ label, values, fields, title, onChange }: ChosenProps) {
  return (
    <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1, alignItems: 'center' }}>
      {values.map((value) => (
        <Button
          key={value}
          variant="outlined"
          color="inherit"
          aria-label={`Remove ${value}`}
          onClick={() => onChange((before) => before.filter((one) => one !== value))}
        >
          {value} ×
        </Button>
      ))}
      <FieldPicker
        label={label}
        value=""
        fields={fields}
        {...(title && { title })}
        onChange={(path) => path !== '' && onChange((before) => (before.includes(path) ? before : [...before, path]))}
      />
    </Box>
  );
}

function Statistics({ values, fields, onChange }: Omit<ChosenProps, 'label'>) {
  const offered = fields.flatMap((field) => STATISTICS.map((name) => ({ ...field, path: `${name}:${field.path}` })));
  return (
    <Chosen label="Add a statistic" values={values} fields={offered} title={titleOfStatistic} onChange={onChange} />
  );
}
