// How the numbers of a column are written: with as many digits as tell them apart and no digit that was not stored, aligned at
// the point.
import { asStored, isNumeric, toNumber } from '@/api/json';

/** A space as wide as a digit, and one as wide as a point. */
const DIGIT_SPACE = '\u2007';
const POINT_SPACE = '\u2008';
const MINUS = '\u2212';
/** Significant digits at least and at most: 17 tell all doubles apart. */
const FEWEST = 3;
const MOST = 17;
/** Values with at most so many digits of their own are written whole; of others at least so many are written. */
const FEW = 5;
/** From so many digits on, rounding would show digits that were not stored. */
const SHORTEST = 16;
/** Magnitudes outside of which a column is written with exponents. */
const LARGEST_PLAIN = 1e7;
const SMALLEST_PLAIN = 1e-3;
/** Largest over smallest magnitude from which a column is written with exponents, and its digits. */
const WIDEST_PLAIN = 1e6;
const WIDEST_DIGITS = 6;

export type Digits = 'auto' | 'stored' | number;

/** Writes a value of a column. Values that are no numbers are written as they are stored. */
export type Formatter = (value: unknown) => string;

/** Writes the values of one column alike. */
export function columnFormat(values: readonly unknown[], digits: Digits = 'auto'): Formatter {
  if (digits === 'stored') return storedFormat(values);
  const numbers = [
    ...new Set(values.map(toNumber).filter((value) => value !== undefined && Number.isFinite(value))),
  ] as number[];
  if (numbers.length > 0 && values.every(isWhole)) return (value) => minus(asStored(value));
  if (digits === 'auto' && hasLikeWholes(values)) return storedFormat(values);
  const magnitudes = numbers.filter((value) => value !== 0).map(Math.abs);
  const largest = magnitudes.reduce((a, b) => Math.max(a, b), 0);
  const smallest = magnitudes.reduce((a, b) => Math.min(a, b), Infinity);
  const scientific =
    largest >= LARGEST_PLAIN || (largest > 0 && largest < SMALLEST_PLAIN) || largest / smallest > WIDEST_PLAIN;
  const write = scientific ? exponential : plain(largest);
  const count = digits === 'auto' ? fewestDigits(numbers, write, scientific ? undefined : largest) : digits;
  const written = (value: unknown) => {
    const number = isNumeric(value) ? toNumber(value) : undefined;
    if (number === undefined || !Number.isFinite(number)) return undefined;
    const sign = Object.is(number, -0) ? '-' : '';
    return sign + (scientific && number === 0 ? '0' : withoutZeros(write(number, count), number, value));
  };
  return aligned(values, written, (value) => {
    const number = toNumber(value);
    return number === undefined ? asStored(value) : special(number);
  });
}

/** Writes one number that stands alone. */
export function single(value: unknown, digits: Digits = 'auto'): string {
  const number = toNumber(value);
  if (number === undefined) return asStored(value);
  if (digits === 'stored') return minus(asStored(value));
  if (!Number.isFinite(number)) return special(number);
  if (digits === 'auto') return minus(asStored(value).replace('e+', 'e'));
  return rounded(number, digits);
}

/** A difference with its sign. Whole numbers are written whole. */
export function signed(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return special(value);
  const text = Number.isSafeInteger(value) ? minus(String(value)) : rounded(value, digits);
  return value > 0 ? `+${text}` : text;
}

/** With so many digits. No zeros stand where digits were rounded away: an exponent does. */
function rounded(value: number, digits: number): string {
  const kept = Number(value.toPrecision(digits));
  const isPlain = Math.abs(kept) < 10 ** digits || (kept === value && Math.abs(kept) < LARGEST_PLAIN);
  return minus((isPlain ? String(kept) : kept.toExponential()).replace('e+', 'e'));
}

/** Whether two integers differ that are one JavaScript number: only their texts tell them apart. */
function hasLikeWholes(values: readonly unknown[]): boolean {
  const texts = new Map<number, string>();
  for (const value of values) {
    if (!isNumeric(value) || Math.abs(Number(value)) <= Number.MAX_SAFE_INTEGER || !isWhole(value)) continue;
    const text = asStored(value);
    const before = texts.get(Number(value));
    if (before !== undefined && before !== text) return true;
    texts.set(Number(value), text);
  }
  return false;
}

function isWhole(value: unknown): boolean {
  return value === undefined || value === null || (isNumeric(value) && /^-?\d{1,20}$/.test(asStored(value)));
}

function special(number: number): string {
  return Number.isNaN(number) ? 'NaN' : number > 0 ? '∞' : `${MINUS}∞`;
}

function minus(text: string): string {
  return text.replaceAll(/(^|e)-/g, (_, before: string) => before + MINUS);
}

function exponential(number: number, digits: number): string {
  const [mantissa = '', exponent = ''] = number.toExponential().split('e');
  const missing = digits - digitsOf(mantissa);
  if (digits < SHORTEST || missing < 0) return number.toExponential(digits - 1).replace('e+', 'e');
  const point = missing > 0 && !mantissa.includes('.') ? '.' : '';
  return `${mantissa}${point}${'0'.repeat(missing)}e${exponent.replace('+', '')}`;
}

/** Without the zeros at the end that neither the number nor its stored text has. */
function withoutZeros(text: string, number: number, value: unknown): string {
  const [mantissa = '', exponent] = text.split('e');
  if (!mantissa.endsWith('0')) return text;
  const [whole = '', fraction = ''] = mantissa.split('.');
  const own = exponent === undefined ? placesOf(number) : ownDigits(number) - 1;
  const stored = /^-?\d+\.(\d+)$/.exec(asStored(value))?.[1]?.length ?? 0;
  const kept = fraction.slice(0, Math.max(own, exponent === undefined ? stored : 0));
  return whole + (kept === '' ? '' : `.${kept}`) + (exponent === undefined ? '' : `e${exponent}`);
}

const wholeOf = (largest: number) => (largest === 0 ? 0 : Math.floor(Math.log10(largest)));

function plain(largest: number): (number: number, digits: number) => string {
  const whole = wholeOf(largest);
  return (number, digits) => {
    const places = Math.min(100, Math.max(0, digits - 1 - whole));
    const own = placesOf(number);
    // All digits of the shortest text that means this number, then zeros.
    if (digits >= SHORTEST && own < places)
      return number.toFixed(own) + (own === 0 ? '.' : '') + '0'.repeat(places - own);
    return number.toFixed(places);
  };
}

/** Digits of the shortest text that means a number. */
const digitsOf = (mantissa: string) => mantissa.replaceAll(/\D/g, '').length;
const ownDigits = (number: number) => digitsOf(number.toExponential().split('e')[0] ?? '');

/** Places after the point of that text. */
function placesOf(number: number): number {
  const [mantissa = '', exponent = '0'] = number.toExponential().split('e');
  return Math.max(0, digitsOf(mantissa) - 1 - Number(exponent));
}

/**
 * The fewest digits with which no two of the numbers look alike, and those with few digits are whole. Digits count from the
 * first one of `largest`; without it, each number has so many of its own.
 */
function fewestDigits(
  numbers: readonly number[],
  write: (number: number, digits: number) => string,
  largest: number | undefined,
): number {
  const needed = (number: number) => {
    const own = ownDigits(number);
    if (own > FEW) return FEW;
    return largest === undefined ? own : placesOf(number) + 1 + wholeOf(largest);
  };
  let low = numbers.reduce((most, number) => Math.max(most, needed(number)), FEWEST);
  let high = Math.max(low, largest === undefined ? MOST : MOST + WIDEST_DIGITS);
  while (low < high) {
    const middle = (low + high) >> 1;
    if (new Set(numbers.map((number) => write(number, middle))).size === numbers.length) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** As stored, with the points below one another. */
function storedFormat(values: readonly unknown[]): Formatter {
  return aligned(values, (value) => (isNumeric(value) ? asStored(value) : undefined), asStored);
}

/** Puts the points of texts below one another. What `write` leaves out is written by `other`, without blanks. */
function aligned(
  values: readonly unknown[],
  write: (value: unknown) => string | undefined,
  other: (value: unknown) => string,
): Formatter {
  const tail = (text: string) => {
    const point = text.search(/[.e]/);
    return point < 0 ? 0 : text.length - point;
  };
  let longest = 0;
  let hasPoint = false;
  for (const value of values) {
    const text = write(value);
    if (text === undefined) continue;
    longest = Math.max(longest, tail(text));
    hasPoint ||= text.includes('.');
  }
  return (value) => {
    const text = write(value);
    if (text === undefined) return other(value);
    const missing = Math.max(0, longest - tail(text));
    const point = hasPoint && missing > 0 && !text.includes('.') ? POINT_SPACE : '';
    return minus(text) + point + DIGIT_SPACE.repeat(Math.max(0, missing - point.length));
  };
}
