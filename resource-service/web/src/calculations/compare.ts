// Several calculations side by side: the rows of what was asked of them and of what came out. Pure.
import { asStored, at, isObject, joinPath, type Json, type JsonObject } from '@/api/json';

import { compareResults, type Compared, type Result, type Tolerance } from './tolerance';

/** What one calculation was given, by name. */
export interface InputRow {
  name: string;
  /** In the order of the calculations; undefined where one does not have it. */
  values: (Json | undefined)[];
  differs: boolean;
}

export interface ResultRow {
  name: string;
  results: (Result | undefined)[];
  /** Each against the reference. */
  compared: Compared[];
  /** Whether any is not the same as the reference. */
  differs: boolean;
}

/** Inputs beside the parameters. */
const MEMBERS = ['code.name', 'code.version', 'method', 'host', 'status'];
/** Leaves of parameters that are looked at. */
const MOST = 10_000;

/** Those that differ first, each part in the order in which the calculations name them. */
export function inputRows(calculations: readonly JsonObject[]): InputRow[] {
  const leaves = calculations.map((calculation) => leavesOf(calculation.parameters));
  const names = new Set(leaves.flatMap((one) => [...one.keys()]));
  const rows = [...names].map((name) =>
    rowOf(
      name,
      leaves.map((one) => one.get(name)),
    ),
  );
  for (const name of MEMBERS) {
    const values = calculations.map((calculation) => at(calculation, name));
    if (values.some((value) => value !== undefined)) rows.push(rowOf(name, values));
  }
  return [...rows.filter(({ differs }) => differs), ...rows.filter(({ differs }) => !differs)];
}

function rowOf(name: string, values: (Json | undefined)[]): InputRow {
  const first = values[0];
  const differs = values.some(
    (value) => (value === undefined) !== (first === undefined) || asStored(value) !== asStored(first),
  );
  return { name, values, differs };
}

/** The values within parameters, by dotted path. */
export function leavesOf(parameters: Json | undefined): Map<string, Json> {
  const leaves = new Map<string, Json>();
  const visit = (value: Json | undefined, path: readonly string[]): void => {
    if (value === undefined || leaves.size >= MOST) return;
    if (isObject(value) && Object.keys(value).length > 0) {
      for (const [name, inner] of Object.entries(value)) visit(inner, [...path, name]);
    } else if (path.length > 0) leaves.set(joinPath(path), value);
  };
  visit(parameters, []);
  return leaves;
}

/** Results by name, with the difference of each to that of the calculation at `reference`. */
export function resultRows(calculations: readonly JsonObject[], reference: number, tolerance: Tolerance): ResultRow[] {
  const names = new Set(calculations.flatMap(({ results }) => (isObject(results) ? Object.keys(results) : [])));
  return [...names].map((name) => {
    const results = calculations.map((calculation) => resultOf(calculation, name));
    const compared = results.map((one) => compareResults(one, results[reference], tolerance));
    return { name, results, compared, differs: compared.some(({ lamp }) => lamp !== 'same') };
  });
}

function resultOf({ results }: JsonObject, name: string): Result | undefined {
  const result = isObject(results) && Object.hasOwn(results, name) ? results[name] : undefined;
  if (!isObject(result)) return undefined;
  return { value: result.value, unit: typeof result.unit === 'string' ? result.unit : '' };
}

/** How columns are headed: the name, with the end of the id where two have the same name. */
export function headings(calculations: readonly { _id: string; name: string }[]): string[] {
  const counts = new Map<string, number>();
  for (const { name } of calculations) counts.set(name, (counts.get(name) ?? 0) + 1);
  return calculations.map(({ _id, name }) => ((counts.get(name) ?? 0) > 1 ? `${name} (…${_id.slice(-6)})` : name));
}
