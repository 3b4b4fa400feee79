// Parameters of the address that are numbers.

/** A step, or undefined for what is none. */
export function stepParam(text: string): number | undefined {
  if (!/^-?\d{1,19}$/.test(text)) return undefined;
  return Number(text);
}
