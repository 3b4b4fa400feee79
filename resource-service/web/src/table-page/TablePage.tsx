// The page of a table of documents: filter, columns, order, saved views, what differs, new rows, chosen rows.
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { lazy, Suspense, useCallback, useMemo, useRef, useState, type ReactNode } from 'react';
import { useNavigate } from 'react-router';

import { asStored, type JsonObject } from '@/api/json';
import { useShortcuts } from '@/app/keys';
import { Page } from '@/ui/page';
import { Answer, Failure, Loading } from '@/ui/states';
import { DataTable, type TableHandle } from '@/ui/table';
import { useSearch } from '@/ui/urlState';

import { mergeFields } from './fields';
import { BrokenView } from './BrokenView';
import { FilterBar, type FilterHandle } from './FilterBar';
import { NewsPill } from './NewsPill';
import { orderText, usualOrder } from './order';
import { readerOf } from './reader';
import { RefusedFilter } from './RefusedFilter';
import { clampWidth, nextSort, readState, type SortKey } from './state';
import { SameInAll } from './SameInAll';
import { TableFoot, TableStatus } from './TableStatus';
import { useDefinition, useFields, type Definition } from './useFields';
import { useTable } from './useTable';
import { useTableState, useVisit } from './useTableState';
import { ViewMenu } from './ViewMenu';
import { useOpenedView, type OpenedView } from './views';

const ColumnsDialog = lazy(() => import('./ColumnsDialog'));
const ExportDialog = lazy(() => import('./ExportDialog'));

export interface Chosen {
  rows: readonly JsonObject[];
  ids: readonly string[];
  clear(): void;
  /** Reads the rows anew, after they were changed. */
  reload(): void;
}

export interface TablePageProps {
  collection: string;
  title: string;
  /** Which page saved views belong to. */
  page: string;
  /** The columns until the reader chooses. */
  usual(definition: Definition): readonly string[];
  addressOf(row: JsonObject): string;
  /** Rows have a status and a last sign of life. */
  hasLife?: boolean;
  /** Beside the title. */
  actions?: ReactNode;
  /** What can be done with chosen rows. */
  chosen?(chosen: Chosen): ReactNode;
  /** Shown where there are no documents at all. */
  empty?: ReactNode;
}

export function TablePage(props: TablePageProps) {
  const definition = useDefinition(props.collection);
  const view = useOpenedView(props.page);
  if (definition.data === undefined || view.isAwaited) {
    return (
      <Page title={props.title} fill actions={props.actions}>
        <Answer query={definition}>{() => <Loading rows={12} />}</Answer>
      </Page>
    );
  }
  return <Table {...props} definition={definition.data} view={view} />;
}

function Table(props: TablePageProps & { definition: Definition; view: OpenedView }) {
  const { collection, title, page, usual, addressOf, hasLife = false, definition, view } = props;
  const navigate = useNavigate();
  const [search, setSearch] = useSearch();
  const [state, change] = useTableState();
  const visit = useVisit();
  const declared = useFields(collection, definition.schema);
  const usualColumns = useMemo(() => usual(definition), [usual, definition]);
  const order = useMemo(() => (state.sort.length > 0 ? state.sort : usualOrder(definition)), [state.sort, definition]);
  const table = useTable({ collection, state, order, visit, declared, usual: usualColumns, hasLife, addressOf });
  const { rows, columns, shown, same, query } = table;
  const [dialog, setDialog] = useState<'columns' | 'export' | null>(null);
  const filterBar = useRef<FilterHandle>(null);

  const allFields = useMemo(() => mergeFields(declared, table.found), [declared, table.found]);
  const valuesOf = useCallback((path: string) => distinct(rows, path), [rows]);
  const { opened, selected, select, reopen } = visit;
  const chosenRows = useMemo(() => rows.filter((row) => selected.has(idOf(row))), [rows, selected]);
  const clear = useCallback(() => select(new Set()), [select]);

  useShortcuts(title, [
    { keys: '/', label: 'Filter', run: () => filterBar.current?.focus() },
    { keys: 'd', label: 'Only what differs', run: () => change(({ differs }) => ({ differs: !differs })) },
    { keys: 's', label: 'Numbers as stored', run: () => change(({ stored }) => ({ stored: !stored })) },
    { keys: 'o', label: 'Columns', run: () => setDialog('columns') },
    { keys: 'e', label: 'Export', run: () => setDialog('export') },
    { keys: 'R', label: 'Reload the rows', run: reopen },
  ]);

  const move = (id: string, before: string) => {
    const others = columns.filter((path) => path !== id);
    const at = others.indexOf(before);
    change({ columns: [...others.slice(0, at), id, ...others.slice(at)] });
  };
  return (
    <Page title={title} heading={view.data ? `${title}: ${view.data.name}` : title} fill actions={props.actions}>
      <FilterBar
        handle={filterBar}
        filter={state.filter}
        fields={allFields}
        shown={columns}
        valuesOf={valuesOf}
        onChange={(next) => change(({ filter }) => ({ filter: next(filter) }), { push: true })}
        onControls={(pairs) => {
          const given = readState(new URLSearchParams(pairs.map(([name, value]): [string, string] => [name, value])));
          change({
            ...(given.sort.length > 0 && { sort: given.sort }),
            ...(given.columns && { columns: given.columns }),
          });
        }}
      />
      {table.refused !== null && (
        <RefusedFilter
          error={table.refused}
          filter={state.filter}
          fields={allFields}
          shown={columns}
          retry={() => void query.refetch()}
          onChange={(filter) => change({ filter }, { push: true })}
        />
      )}
      <TableStatus
        {...{ state, change, hasLife }}
        total={table.total}
        order={orderText(
          order,
          shown.map(({ id }) => id),
        )}
        loaded={rows.length}
        isLoading={query.isFetching}
        openColumns={() => setDialog('columns')}
        openExport={() => setDialog('export')}
        views={<ViewMenu page={page} opened={view.data} />}
        news={<NewsPill collection={collection} conditions={table.conditions} opened={opened} reload={reopen} />}
      />
      {view.fault && (
        <BrokenView fault={view.fault} forget={() => setSearch((before) => without(before, 'view'), { push: true })} />
      )}
      {state.differs && <SameInAll same={same} rows={table.compared} isChosen={chosenRows.length > 1} />}
      <Rows {...{ props, table, visit, state, order, change, move }} open={(row) => void navigate(addressOf(row))} />
      {selected.size > 0 && (
        <ChosenBar count={selected.size} loaded={chosenRows.length} clear={clear}>
          {props.chosen?.({ rows: chosenRows, ids: [...selected], clear, reload: reopen })}
        </ChosenBar>
      )}
      <Suspense>
        {dialog === 'columns' && (
          <ColumnsDialog
            columns={columns}
            chosen={state.columns ?? usualColumns}
            fields={allFields}
            widths={state.widths}
            usual={usualColumns}
            onChange={(next) => change(next)}
            onClose={() => setDialog(null)}
          />
        )}
        {dialog === 'export' && (
          <ExportDialog
            collection={collection}
            conditions={table.conditions}
            sort={table.sort}
            fields={table.fields}
            columns={shown.length}
            ids={[...selected]}
            total={table.total}
            title={search.get('view') && view.data ? view.data.name : collection}
            onClose={() => setDialog(null)}
          />
        )}
      </Suspense>
    </Page>
  );
}

interface RowsProps {
  props: TablePageProps;
  table: ReturnType<typeof useTable>;
  visit: ReturnType<typeof useVisit>;
  state: ReturnType<typeof useTableState>[0];
  order: readonly SortKey[];
  change: ReturnType<typeof useTableState>[1];
  move(id: string, before: string): void;
  open(row: JsonObject): void;
}

function Rows({ props, table, visit, state, order, change, move, open }: RowsProps) {
  const { query, rows, gone, refused, more, shown, total } = table;
  const grid = useRef<TableHandle>(null);
  useShortcuts('Rows', [
    {
      keys: 'j',
      label: 'Next row (Enter opens it, Space chooses it)',
      repeats: true,
      run: () => grid.current?.step(1),
    },
    { keys: 'k', label: 'Previous row', repeats: true, run: () => grid.current?.step(-1) },
  ]);
  const retry = () => void query.refetch();
  const hasRows = query.data !== undefined || refused !== null;
  if (query.error && !hasRows) return <Failure error={query.error} retry={retry} />;
  if (!hasRows) return <Loading rows={12} />;
  const isOld = query.isPlaceholderData || refused !== null;
  const isFiltered = state.filter.length > 0 || state.silent !== undefined;
  return (
    <Box
      aria-busy={query.isPlaceholderData}
      sx={{
        flex: 1,
        minHeight: 120,
        display: 'flex',
        flexDirection: 'column',
        opacity: isOld ? 0.6 : 1,
      }}
    >
      <DataTable
        handle={grid}
        label={props.title}
        rows={rows}
        columns={shown}
        keyOf={idOf}
        gone={gone}
        onOpen={open}
        sort={order.map(({ path, descending }) => ({ id: path, descending }))}
        onSort={(path, keepOthers) =>
          change(({ sort }) => ({ sort: nextSort(sort, path, keepOthers) }), { push: true })
        }
        selected={visit.selected}
        onSelect={visit.select}
        onEnd={more}
        {...(total && { total: Math.max(total.count, rows.length) })}
        onResize={(path, width) => change(({ widths }) => ({ widths: { ...widths, [path]: clampWidth(width) } }))}
        onMove={move}
        {...(visit.start && { start: visit.start })}
        onPlace={visit.onPlace}
        foot={
          refused === null && (
            <TableFoot
              {...{ rows: rows.length, isFiltered, query, more }}
              empty={props.empty}
              clear={() => change({ filter: [], silent: undefined }, { push: true })}
            />
          )
        }
      />
    </Box>
  );
}

function ChosenBar({
  count,
  loaded,
  clear,
  children,
}: {
  count: number;
  loaded: number;
  clear(): void;
  children: ReactNode;
}) {
  return (
    <Box
      role="region"
      aria-label="Chosen rows"
      sx={{
        display: 'flex',
        flexWrap: 'wrap',
        gap: 2,
        alignItems: 'center',
        px: 4,
        py: 1,
        borderTop: 1,
        borderColor: 'divider',
        bgcolor: 'raised',
      }}
    >
      <span>
        {count} chosen{loaded < count && `, ${count - loaded} of them not loaded`}
      </span>
      {children}
      <Box sx={{ flex: 1 }} />
      <Button color="inherit" onClick={clear}>
        Clear the choice
      </Button>
    </Box>
  );
}

export const idOf = (row: JsonObject): string => asStored(row._id);

function without(search: URLSearchParams, name: string): URLSearchParams {
  const after = new URLSearchParams(search);
  after.delete(name);
  return after;
}

/** Values to suggest, of the rows that are loaded. */
const MOST_VALUES = 200;

function distinct(rows: readonly JsonObject[], path: string): string[] {
  const values = new Set<string>();
  const read = readerOf(path);
  for (const row of rows) {
    const value = read(row);
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && typeof one !== 'object') values.add(asStored(one));
    }
    if (values.size >= MOST_VALUES) break;
  }
  return [...values].filter((value) => value.length <= 100).toSorted();
}
