// What can be grouped by and calculated, and how the address of the page names it.
import { asStored, type Json, type JsonObject } from '@/api/json';
import { titleOf, type Field } from '@/table-page/fields';
import { condition, type Condition } from '@/table-page/filter';

export const STATISTICS = ['avg', 'min', 'max', 'stddev', 'sum', 'count'] as const;

/** Fields and statistics of one aggregate at most (bounds of the service). */
const MOST_GROUPED = 8;
const MOST_STATS = 16;

export interface Group {
  group: JsonObject;
  [statistic: string]: Json | undefined;
}

export function readLists(search: URLSearchParams): { by: string[]; stats: string[] } {
  const unique = (name: string) => [...new Set(search.getAll(name).filter((one) => one !== ''))];
  const by = unique('by').slice(0, MOST_GROUPED);
  const stats = unique('stat').slice(0, MOST_STATS);
  return { by: by.length === 0 && stats.length === 0 ? ['status', 'code.name'] : by, stats };
}

/** The parameters of the aggregate: documents are always counted. */
export function aggregateParameters(by: readonly string[], stats: readonly string[], conditions: URLSearchParams) {
  const search = new URLSearchParams(conditions);
  for (const path of by) search.append('group', path);
  search.append('stat', 'count');
  for (const stat of stats) if (stat !== 'count') search.append('stat', stat);
  return search;
}

/** `avg iterations` of `avg:results.iterations.value`, as the head of its column says. */
export function titleOfStatistic(statistic: string): string {
  const [name = statistic, path = ''] = statistic.split(/:(.*)/s);
  return path === '' ? name : `${name} ${titleOf(path)}`;
}

export function isGroupable(field: Field): boolean {
  return !field.open && !field.path.includes('"') && !field.types.some((type) => type === 'array' || type === 'object');
}

export function isNumber(field: Field): boolean {
  const isNumeric = field.types.includes('number') || field.types.includes('integer') || field.format === 'ieee754';
  return isNumeric && !field.path.includes('"') && !field.types.includes('array');
}

/** The conditions that hold for the calculations of a group. */
export function conditionsOfGroup(group: JsonObject, by: readonly string[]): Condition[] {
  return by.map((path) => {
    const value = group[path];
    return value === undefined || value === null
      ? condition(path, 'exists', 'false')
      : condition(path, 'eq', asStored(value));
  });
}

/** The conditions that a rectangle of the scatter stands for. */
export function conditionsOfBrush(
  x: string,
  y: string,
  area: { left: number; right: number; bottom: number; top: number },
): Condition[] {
  const text = (value: number) => String(Number(value.toPrecision(6)));
  return [
    condition(x, 'gte', text(area.left)),
    condition(x, 'lte', text(area.right)),
    condition(y, 'gte', text(area.bottom)),
    condition(y, 'lte', text(area.top)),
  ];
}
