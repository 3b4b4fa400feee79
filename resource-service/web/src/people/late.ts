// Names of owners that the service did not know in time. It leaves them out of the answer and knows them a moment later.
import { useEffect, useRef } from 'react';

/** An owner's name is null where there is none, and absent where it was not known in time. */
export interface Owned {
  _owner: string;
  _owner_name?: string | null;
}

/** The first wait in milliseconds before names are asked for again. Each further wait is twice as long. */
const FIRST = 1000;
/** The most repeats while names are missing. */
const REPEATS = 5;

export const isNameLate = ({ _owner_name: name }: Owned): boolean => name === undefined;

interface Answered {
  dataUpdatedAt: number;
  refetch(): unknown;
}

/** Fetches a query again while names in its data are late; `key` says which query it is. A fetch that fails is the last one. */
export function useLateNames(key: string, { dataUpdatedAt, refetch }: Answered, areLate: boolean): void {
  const counted = useRef({ key, repeats: 0 });
  // Runs again with each answer.
  useEffect(() => {
    if (counted.current.key !== key || !areLate) counted.current = { key, repeats: 0 };
    const { repeats } = counted.current;
    if (dataUpdatedAt === 0 || !areLate || repeats === REPEATS) return;
    const timer = setTimeout(
      () => {
        counted.current.repeats += 1;
        void refetch();
      },
      FIRST * 2 ** repeats,
    );
    return () => clearTimeout(timer);
  }, [key, areLate, dataUpdatedAt, refetch]);
}
