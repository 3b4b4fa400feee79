// The statistics of each group as a table; a group leads to its calculations.
import Box from '@mui/material/Box';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { Link, useNavigate } from 'react-router';

import { asStored, toNumber, type JsonObject } from '@/api/json';
import { usePreferences } from '@/app/preferences';
import { useApi } from '@/app/services';
import { columnFormat } from '@/numbers/format';
import { short } from '@/table-page/columns';
import type { Filter } from '@/table-page/filter';
import { titleOf, type Field } from '@/table-page/fields';
import { RefusedFilter } from '@/table-page/RefusedFilter';
import { nextSort, writeState, type SortKey, type TableState } from '@/table-page/state';
import { useKept } from '@/table-page/useKept';
import { ROW } from '@/app/theme';
import { Answer, Empty } from '@/ui/states';
import { DataTable, type Column } from '@/ui/table';

import { aggregateParameters, conditionsOfGroup, titleOfStatistic, type Group } from './statistics';

interface GroupsProps {
  by: readonly string[];
  stats: readonly string[];
  conditions: URLSearchParams;
  state: TableState;
  fields: readonly Field[];
  onSort(sort: readonly SortKey[]): void;
  onFilter(filter: Filter): void;
}

interface Aggregate {
  groups: Group[];
  total: number;
}

/** Rows that are seen at once. */
const SEEN = 14;

export function Groups({ by, stats, conditions, state, fields, onSort, onFilter }: GroupsProps) {
  const api = useApi();
  const navigate = useNavigate();
  const { preferences } = usePreferences();
  const search = aggregateParameters(by, stats, conditions).toString();
  const aggregate = useQuery({
    queryKey: ['aggregate', 'calculations', search],
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) =>
      (await api.get<string>('/api/calculations/aggregate', {
        query: new URLSearchParams(search),
        signal,
      })) as unknown as Aggregate,
  });
  // What was refused leaves the groups that were shown.
  const data = useKept('groups', aggregate.data);
  const refused = aggregate.data === undefined && data !== undefined ? aggregate.error : null;
  const groups = data?.groups;
  const { sort } = state;
  const rows = useMemo(() => sorted(groups ?? [], sort), [groups, sort]);
  const digits = state.stored ? 'stored' : preferences.digits;
  const columns = useMemo(() => {
    const address = (row: Group) =>
      `/calculations?${writeState({ ...state, columns: undefined, sort: [], filter: [...state.filter, ...conditionsOfGroup(row.group, by)] })}`;
    return columnsOf({ by, stats, rows: groups ?? [], digits, fields, address });
  }, [by, stats, groups, digits, fields, state]);
  return (
    <>
      {refused !== null && (
        <RefusedFilter
          error={refused}
          filter={state.filter}
          fields={fields}
          retry={() => void aggregate.refetch()}
          onChange={onFilter}
        />
      )}
      <Answer query={{ ...aggregate, data, error: refused === null ? aggregate.error : null }}>
        {({ total }) =>
          rows.length === 0 ? (
            <Empty title={state.filter.length > 0 ? 'Nothing matches this filter' : 'There are no calculations yet'} />
          ) : (
            <>
              <Box sx={{ height: ROW * (Math.min(SEEN, rows.length) + 2), display: 'flex', flexDirection: 'column' }}>
                <DataTable
                  label="Statistics by group"
                  rows={rows}
                  columns={columns}
                  keyOf={(row) => JSON.stringify(by.map((path) => asStored(row.group[path])))}
                  onOpen={(row) => void navigate(hrefOf(columns, row))}
                  sort={sort.map(({ path, descending }) => ({ id: path, descending }))}
                  onSort={(path, keepOthers) => onSort(nextSort(sort, path, keepOthers))}
                />
              </Box>
              <Box sx={{ color: 'text.secondary', mt: 1 }}>
                {rows.length === 1 ? '1 group' : `${rows.length} groups`} of {total.toLocaleString('en')} calculations
              </Box>
            </>
          )
        }
      </Answer>
    </>
  );
}

type GroupColumn = Column<Group> & { address?(row: Group): string };

function hrefOf(columns: readonly GroupColumn[], row: Group): string {
  return columns.find((column) => column.address)?.address?.(row) ?? '/calculations';
}

interface ColumnsInput {
  by: readonly string[];
  stats: readonly string[];
  rows: readonly Group[];
  digits: Parameters<typeof columnFormat>[1];
  fields: readonly Field[];
  address(row: Group): string;
}

function columnsOf({ by, stats, rows, digits, fields, address }: ColumnsInput): GroupColumn[] {
  const names = by.length === 0 ? ['all'] : by;
  const grouped = names.map((path, index): GroupColumn => {
    const text = (row: Group) => (by.length === 0 ? 'all' : wordOf(row.group, path));
    return {
      ...{ id: path, title: titleOf(path), hint: path, width: 200, sortable: true, text, address },
      cell: (row) =>
        index === 0 ? (
          <Link to={address(row)} tabIndex={-1} dir="auto">
            {short(text(row))}
          </Link>
        ) : (
          short(text(row))
        ),
    };
  });
  const measured = ['count', ...stats.filter((stat) => stat !== 'count')].map((stat): GroupColumn => {
    const [name = stat, path = ''] = stat.split(/:(.*)/s);
    const values = rows.map((row) => row[stat]);
    const format = columnFormat(values, digits);
    const unit = fields.find((field) => field.path === path)?.unit;
    return {
      ...{ id: stat, title: path ? titleOfStatistic(stat) : 'calculations', hint: stat, width: 176 },
      ...{ align: 'right', sortable: true },
      ...(unit && name !== 'count' && unit !== '1' && { note: unit }),
      text: (row) => asStored(row[stat]),
      cell: (row) => (row[stat] === null ? <span title="No numbers in this group">–</span> : format(row[stat])),
    };
  });
  return [...grouped, ...measured];
}

function wordOf(group: JsonObject, path: string): string {
  const value = group[path];
  return value === undefined || value === null ? 'none' : asStored(value);
}

function sorted(groups: readonly Group[], sort: readonly SortKey[]): readonly Group[] {
  if (sort.length === 0) return groups;
  const valueOf = (row: Group, path: string) => (path in row.group ? row.group[path] : row[path]);
  return groups.toSorted((a, b) => {
    for (const { path, descending } of sort) {
      const order = compare(valueOf(a, path), valueOf(b, path));
      if (order !== 0) return descending ? -order : order;
    }
    return 0;
  });
}

function compare(a: unknown, b: unknown): number {
  const [x, y] = [toNumber(a), toNumber(b)];
  if (x !== undefined && y !== undefined) return x - y || Number(Number.isNaN(y)) - Number(Number.isNaN(x));
  return asStored(a) < asStored(b) ? -1 : asStored(a) > asStored(b) ? 1 : 0;
}
