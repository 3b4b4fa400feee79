// Writes the numbers of a column that have little else in common each with its own digits, their points below one another.
import { single, type Digits } from './format';

/** A space as wide as a digit, and one as wide as a point. */
const DIGIT_SPACE = '\u2007';
const POINT_SPACE = '\u2008';

/** Signs and digits, the point with its places, the exponent. */
const NUMBER = /^[+\u2212-]?\d+(\.\d*)?(e[\u2212-]?\d+)?$/;

/** The values as texts for a column that is aligned to the right; `undefined` is an empty one. */
export function alignedTexts(values: readonly unknown[], digits: Digits = 'auto'): string[] {
  return alignPoints(values.map((value) => (value === undefined ? '' : single(value, digits))));
}

/** Puts spaces behind numbers. Texts that are no numbers, such as NaN, have no point and are left alone. */
export function alignPoints(texts: readonly string[]): string[] {
  const tails = texts.map((text) => (NUMBER.test(text) ? text.replace(/^\D?\d+/, '') : undefined));
  const longest = tails.reduce((most, tail) => Math.max(most, tail?.length ?? 0), 0);
  return texts.map((text, index) => {
    const missing = longest - (tails[index]?.length ?? longest);
    if (missing === 0) return text;
    const point = tails[index] === '' ? POINT_SPACE : '';
    return text + point + DIGIT_SPACE.repeat(missing - point.length);
  });
}
