// Names of owners that the service did not know in time: it leaves them out, and knows them a moment later.
import { useEffect, useRef } from 'react';

/** An owner's name is null where there is none, and absent where it was not known in time. */
export interface Owned {
  _owner: string;
  _owner_name?: string | null;
}

/** After how many milliseconds names are asked for again; each time after twice as many. */
const FIRST = 1000;
/** How often, until all were there. */
const REPEATS = 5;

export const isNameLate = ({ _owner_name: name }: Owned): boolean => name === undefined;

interface Answered {
  dataUpdatedAt: number;
  refetch(): unknown;
}

/** Fetches a query again while names in its data are late. A fetch that fails is the last one. */
export function useLateNames({ dataUpdatedAt, refetch }: Answered, areLate: boolean): void {
  const repeats = useRef(0);
  // Runs again with each answer.
  useEffect(() => {
    if (dataUpdatedAt === 0) return;
    if (!areLate) {
      repeats.current = 0;
      return;
    }
    if (repeats.current === REPEATS) return;
    const timer = setTimeout(
      () => {
        repeats.current += 1;
        void refetch();
      },
      FIRST * 2 ** repeats.current,
    );
    return () => clearTimeout(timer);
  }, [areLate, dataUpdatedAt, refetch]);
}
