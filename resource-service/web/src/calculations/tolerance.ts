// When two numbers count as the same, as `GET /api/calculations/compare` decides it. Pure.
import { asStored, isNumeric, toNumber, type Json } from '@/api/json';

export interface Tolerance {
  abs: number;
  rel: number;
  /** Units in the last place: doubles that lie between. */
  ulp: number;
}

/** Whether |a − b| is at most `abs`, at most `rel` of the larger one, or at most `ulp` doubles. NaN agrees with NaN. */
export function agrees(a: number, b: number, { abs, rel, ulp }: Tolerance): boolean {
  if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return true;
  if (!Number.isFinite(a) || !Number.isFinite(b)) return false;
  const distance = Math.abs(a - b);
  if (distance <= abs || distance <= rel * Math.max(Math.abs(a), Math.abs(b))) return true;
  return ulp > 0 && ulpsBetween(a, b) <= BigInt(Math.floor(ulp));
}

/** How many doubles lie between two finite ones, the second included. */
export function ulpsBetween(a: number, b: number): bigint {
  const distance = ordinal(a) - ordinal(b);
  return distance < 0n ? -distance : distance;
}

/** The place of a double in the order of all; both zeros have the same. */
function ordinal(value: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigInt64(0);
  return bits < 0n ? -(bits & 0x7fff_ffff_ffff_ffffn) : bits;
}

/** Value minus reference. Whole numbers of 64 bits are subtracted exactly; undefined where one is no number. */
export function subtractStored(value: Json | undefined, reference: Json | undefined): number | undefined {
  const [a, b] = [toNumber(value), toNumber(reference)];
  if (a === undefined || b === undefined) return undefined;
  if (isNumeric(value) && isNumeric(reference)) {
    const [left, right] = [asStored(value), asStored(reference)];
    if (WHOLE.test(left) && WHOLE.test(right)) return Number(BigInt(left) - BigInt(right));
  }
  if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return 0;
  return a - b;
}

const WHOLE = /^-?\d{1,20}$/;

/** `same`: nothing differs; `within`: less than the tolerance. `units`: the units differ, so that nothing can be said. */
export type Lamp = 'same' | 'within' | 'beyond' | 'units' | 'absent';

export interface Result {
  value: Json | undefined;
  unit: string;
}

export interface Compared {
  lamp: Lamp;
  difference?: number;
  /** Difference over the size of the reference; absent for a reference of zero. */
  relative?: number;
  /** The value over the reference; absent where `relative` is. */
  factor?: number;
}

export function compareResults(
  result: Result | undefined,
  reference: Result | undefined,
  tolerance: Tolerance,
): Compared {
  if (result?.value === undefined || reference?.value === undefined) {
    return { lamp: result === undefined && reference === undefined ? 'same' : 'absent' };
  }
  if (result.unit !== reference.unit) return { lamp: 'units' };
  const [a, b] = [toNumber(result.value), toNumber(reference.value)];
  if (a === undefined || b === undefined) {
    return { lamp: asStored(result.value) === asStored(reference.value) ? 'same' : 'beyond' };
  }
  const difference = subtractStored(result.value, reference.value) ?? NaN;
  if (difference === 0) return { lamp: 'same', difference };
  const relative = b !== 0 && Number.isFinite(b) ? { relative: difference / Math.abs(b), factor: a / b } : {};
  // Numbers that differ as whole numbers may be one double.
  const isWithin = a === b ? Math.abs(difference) <= tolerance.abs : agrees(a, b, tolerance);
  return { lamp: isWithin ? 'within' : 'beyond', difference, ...relative };
}

/** A tolerance as it is typed: a number of zero or more; undefined for anything else. */
export function readTolerance(text: string): number | undefined {
  if (text.trim() === '') return 0;
  const number = /^\s*\+?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(text) ? Number(text) : NaN;
  return Number.isFinite(number) ? number : undefined;
}
