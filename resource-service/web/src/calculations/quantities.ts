// Results against their references: which are within tolerance. Pure.
import { isObject, toNumber, type Json, type JsonObject } from '@/api/json';

/** What a result should be: an entry of `quantities`. */
export interface Quantity {
  reference: number;
  /** Absolute, in the unit of the reference. */
  tolerance?: number;
  better: 'lower' | 'higher' | 'closer';
  unit?: string;
}

/** `none`: there is no reference, or no tolerance to judge by. */
export type Judgement = 'within' | 'beyond' | 'none';

export interface Judged {
  judgement: Judgement;
  /** Result minus reference. */
  difference?: number;
}

/** The entry of `quantities` for a result; undefined where there is none that can be read. */
export function quantityOf(document: JsonObject, name: string): Quantity | undefined {
  const { quantities } = document;
  const entry = isObject(quantities) && Object.hasOwn(quantities, name) ? quantities[name] : undefined;
  if (!isObject(entry)) return undefined;
  const reference = toNumber(entry.reference);
  if (reference === undefined) return undefined;
  const tolerance = toNumber(entry.tolerance);
  const better = entry.better === 'lower' || entry.better === 'higher' ? entry.better : 'closer';
  return {
    reference,
    better,
    ...(tolerance !== undefined && { tolerance }),
    ...(typeof entry.unit === 'string' && { unit: entry.unit }),
  };
}

/** Judges a value by its quantity. A NaN is beyond every tolerance, and never better than a reference. */
export function judge(value: Json | undefined, quantity: Quantity | undefined): Judged {
  const number = toNumber(value);
  if (quantity === undefined || number === undefined) return { judgement: 'none' };
  const { reference, tolerance, better } = quantity;
  const difference = number === reference ? 0 : number - reference;
  if (better === 'closer') {
    if (tolerance === undefined) return { judgement: 'none', difference };
    // Written so that a difference of NaN is beyond.
    return { judgement: Math.abs(difference) <= tolerance ? 'within' : 'beyond', difference };
  }
  const excess = better === 'lower' ? difference : -difference;
  return { judgement: excess <= (tolerance ?? 0) ? 'within' : 'beyond', difference };
}
