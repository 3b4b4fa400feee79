// What was read last stays in sight while another question is refused.
import { useState } from 'react';

interface Kept<T> {
  of: string;
  data: T;
}

/** `data`, or where there is none what there was last for the same `of`. */
export function useKept<T>(of: string, data: T | undefined): T | undefined {
  const [kept, setKept] = useState<Kept<T> | undefined>(undefined);
  if (data !== undefined && (kept?.data !== data || kept.of !== of)) setKept({ of, data });
  return data ?? (kept?.of === of ? kept.data : undefined);
}
