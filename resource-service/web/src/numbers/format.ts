// How the numbers of a column are written: with as many digits as tell them apart, aligned at the point.
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
  const width = scientific ? numbers.reduce((most, one) => Math.max(most, exponentOf(one, count).length), 0) : 0;
  return (value) => {
    const number = isNumeric(value) || typeof value === 'string' ? toNumber(value) : undefined;
    if (number === undefined) return asStored(value);
    if (!Number.isFinite(number)) return special(number);
    const sign = Object.is(number, -0) ? MINUS : '';
    if (scientific && number === 0) {
      return sign + '0' + POINT_SPACE + DIGIT_SPACE.repeat(Math.max(0, count - 1) + width);
    }
    const text = write(number, count);
    const short = scientific ? width - exponentOf(number, count).length : 0;
    return sign + minus(text) + DIGIT_SPACE.repeat(short);
  };
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

function exponentOf(number: number, digits: number): string {
  const text = exponential(number, digits);
  return text.slice(text.indexOf('e'));
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
  const tail = (text: string) => {
    const point = text.search(/[.e]/);
    return point < 0 ? 0 : text.length - point;
  };
  const longest = values.reduce(
    (most: number, value) => (isNumeric(value) ? Math.max(most, tail(asStored(value))) : most),
    0,
  );
  return (value) => {
    if (!isNumeric(value)) return asStored(value);
    const text = asStored(value);
    const missing = longest - tail(text);
    const point = tail(text) === 0 && missing > 0 ? POINT_SPACE : '';
    return minus(text) + point + DIGIT_SPACE.repeat(Math.max(0, missing - point.length));
  };
}
