// The rows and columns that a state of the table asks for.
import { useEffect, useMemo } from 'react';

import { asStored, type JsonObject } from '@/api/json';
import { usePreferences } from '@/app/preferences';

import { columnOf, expandColumns } from './columns';
import { splitByDifference, type Agreement } from './differs';
import { foundFields, mergeFields, type Field } from './fields';
import { conditionsOf, fieldsFor, sortOf } from './request';
import type { SortKey, TableState } from './state';
import { useFormats } from './useFormats';
import { useLiveRows } from './useLiveRows';
import { useRows } from './useRows';
import type { Visit } from './useTableState';

interface TableInput {
  collection: string;
  state: TableState;
  /** The order of the state, or the usual one. */
  order: readonly SortKey[];
  visit: Visit;
  declared: readonly Field[];
  usual: readonly string[];
  hasLife: boolean;
  addressOf(row: JsonObject): string;
}

const NOTHING: readonly Agreement[] = [];
/** Silent calculations are found to the minute, so that rows are not read anew with each look. */
const MINUTE = 60_000;
/** Rows in which members of open objects are looked for. */
const LOOKED_AT = 1000;

export function useTable({ collection, state, order, visit, declared, usual, hasLife, addressOf }: TableInput) {
  const { preferences } = usePreferences();
  const chosen = state.columns ?? usual;
  const hasHeartbeat = declared.some(({ path }) => path === 'heartbeat_at');
  const { opened } = visit;
  const conditions = useMemo(
    () => conditionsOf(state, Math.floor(opened / MINUTE) * MINUTE, hasHeartbeat),
    [state, opened, hasHeartbeat],
  );
  const fields = useMemo(() => {
    const beside =
      hasLife && chosen.includes('status') ? ['_updated_at', ...(hasHeartbeat ? ['heartbeat_at'] : [])] : [];
    return fieldsFor([...chosen, ...beside]);
  }, [chosen, hasLife, hasHeartbeat]);
  const sort = sortOf(order);
  const owners = chosen.includes('_owner');
  const asked = { collection, conditions, sort, fields, owners, opened };
  const listed = useRows(asked, visit.loaded);
  const gone = useLiveRows(asked, listed.queryKey);
  const { rows } = listed;
  const { onLoaded } = visit;
  useEffect(() => onLoaded(rows.length), [onLoaded, rows.length]);

  const found = useMemo(() => {
    const open = declared.filter((field) => field.open).map(({ path }) => path);
    const looked = rows.slice(0, LOOKED_AT);
    return open.flatMap((path) => foundFields(looked, path));
  }, [declared, rows]);
  const columns = useMemo(() => expandColumns(chosen, rows.slice(0, LOOKED_AT), declared), [chosen, rows, declared]);

  const { selected } = visit;
  const compared = useMemo(() => {
    const some = rows.filter((row) => selected.has(asStored(row._id)));
    return some.length > 1 ? some : rows;
  }, [rows, selected]);
  const split = useMemo(
    () => (state.differs ? splitByDifference(compared, columns, columns[0]) : { differing: columns, same: NOTHING }),
    [state.differs, compared, columns],
  );

  const formatOf = useFormats(rows, state.stored ? 'stored' : preferences.digits);
  const byPath = useMemo(
    () => new Map(mergeFields(declared, found).map((field) => [field.path, field])),
    [declared, found],
  );
  const { widths } = state;
  const shown = useMemo(
    () =>
      split.differing.map((path, index) =>
        columnOf(path, index === 0, {
          fields: byPath,
          formatOf,
          widths,
          addressOf,
          rows,
          hasLife,
          count: split.differing.length,
        }),
      ),
    [split, byPath, formatOf, widths, addressOf, rows, hasLife],
  );
  return { ...listed, gone, conditions, sort, fields, found, columns, shown, same: split.same, compared };
}
