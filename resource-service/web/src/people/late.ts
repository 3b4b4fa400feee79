// Names of owners that the service did not know in time: it leaves them out, and knows them a moment later.

/** An owner's name is null where there is none, and absent where it was not known in time. */
export interface Owned {
  _owner: string;
  _owner_name?: string | null;
}

/** After how many milliseconds names are asked for again. */
const LATER = 1000;
/** How often, at most, while a query is kept. */
const REPEATS = 5;

export const isNameLate = ({ _owner_name: name }: Owned): boolean => name === undefined;

/** A `refetchInterval` for a query whose names of owners are late: soon while `isLate`, else as it would be. */
export const soonIf = (isLate: boolean, asked: number, otherwise: number | false = false): number | false =>
  isLate && asked <= REPEATS ? LATER : otherwise;
