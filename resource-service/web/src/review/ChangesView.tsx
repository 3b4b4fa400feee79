// What differs between two revisions, part by part: what it was, what it is, by how much.
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useState } from 'react';

import { asStored, toNumber, type Json } from '@/api/json';
import { usePreferences } from '@/app/preferences';
import { AREA_TITLES, differenceOf, listChanges, valueText, type Change } from '@/calculations/changes';
import { signed, type Digits } from '@/numbers/format';
import { DenseTable } from '@/ui/dense';

/** Changes shown before the reader asks for all. */
const FIRST = 50;
/** Characters of a value that are shown in a line. */
const LONG = 200;

export function ChangesView({ changes }: { changes: readonly Change[] }) {
  const { digits } = usePreferences().preferences;
  const [all, setAll] = useState(false);
  if (changes.length === 0) {
    return <Box sx={{ color: 'text.secondary' }}>No content differs between the two revisions.</Box>;
  }
  const shown = all ? changes : changes.slice(0, FIRST);
  const anyDifference = shown.some((change) => differenceOf(change) !== undefined);
  return (
    <>
      <DenseTable
        label="What changed"
        columns={[
          { title: 'Name', wrap: true },
          { title: 'Before', wrap: true },
          { title: 'Now', wrap: true },
          ...(anyDifference ? [{ title: 'Difference', align: 'right' as const }] : []),
        ]}
        rows={shown.map((change, index) => ({
          key: change.path.join('/'),
          cells: cellsOf(change, digits, anyDifference),
          ...(change.area !== shown[index - 1]?.area && { heading: AREA_TITLES[change.area] }),
        }))}
      />
      {changes.length > FIRST && (
        <Button aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? `Show the first ${FIRST}` : `Show all ${changes.length.toLocaleString('en')}`}
        </Button>
      )}
    </>
  );
}

function cellsOf(change: Change, digits: Digits, anyDifference: boolean) {
  const { name, before, after, unit } = change;
  const difference = differenceOf(change);
  const cells = [
    <bdi key="name">{name}</bdi>,
    <Value key="before" value={before} absent="absent" digits={digits} unit={unit} />,
    Array.isArray(before) && Array.isArray(after) ? (
      <bdi key="after">{listText(before, after, digits)}</bdi>
    ) : (
      <Value key="after" value={after} absent="removed" digits={digits} unit={unit} />
    ),
  ];
  return anyDifference ? [...cells, difference === undefined ? '' : signed(difference)] : cells;
}

/** What came and what went, which a list of many entries would hide. */
function listText(before: readonly Json[], after: readonly Json[], digits: Digits): string {
  const { added, removed } = listChanges(before, after);
  if (added.length + removed.length === 0) return 'in another order';
  const parts = [
    added.length > 0 && `added ${cut(valueText([...added], digits))}`,
    removed.length > 0 && `removed ${cut(valueText([...removed], digits))}`,
  ];
  return parts.filter((part) => part !== false).join('; ');
}

const cut = (text: string): string => (text.length > LONG ? `${text.slice(0, LONG)}…` : text);

interface ValueProps {
  value: Change['before'];
  absent: string;
  digits: Digits;
  unit: string | undefined;
}

function Value({ value, absent, digits, unit }: ValueProps) {
  if (value === undefined) {
    return (
      <Box component="span" sx={{ color: 'text.secondary' }}>
        {absent}
      </Box>
    );
  }
  // The digits of a number stay together.
  const whiteSpace = toNumber(value) === undefined ? 'normal' : 'nowrap';
  return (
    <bdi title={asStored(value).slice(0, 10 * LONG)} style={{ whiteSpace }}>
      {cut(valueText(value, digits))}
      {unit !== undefined && ` ${unit}`}
    </bdi>
  );
}
