// A document as a tree, with the digits that are stored.
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useState } from 'react';

import { asStored, isNumeric, isObject, type Json } from '@/api/json';

/** Members that are shown before the reader asks for more, and letters of a text. */
const STEP = 100;
const LONGEST = 1000;
/** Levels that are open at first. */
const OPEN = 2;

export function JsonTree({ value, level = 0 }: { value: Json; level?: number }) {
  const [shown, setShown] = useState(STEP);
  const members = Array.isArray(value)
    ? value.map((member, index): [string, Json | undefined] => [String(index), member])
    : isObject(value)
      ? Object.entries(value)
      : [];
  if (members.length === 0) return <Scalar value={value} />;
  return (
    <Box component="ul" sx={{ m: 0, pl: level === 0 ? 0 : 4, listStyle: 'none', minWidth: 0 }}>
      {members.slice(0, shown).map(([name, member = null]) => (
        <Box component="li" key={name} sx={{ py: '2px', overflowWrap: 'anywhere' }}>
          {isLeaf(member) ? (
            <>
              <Name name={name} /> <Scalar value={member} />
            </>
          ) : (
            <details open={level < OPEN && countOf(member) <= STEP}>
              <summary>
                <Name name={name} />{' '}
                <Box component="span" sx={{ color: 'text.secondary' }}>
                  {Array.isArray(member) ? `list of ${countOf(member)}` : `${countOf(member)} members`}
                </Box>
              </summary>
              <JsonTree value={member} level={level + 1} />
            </details>
          )}
        </Box>
      ))}
      {members.length > shown && (
        <li>
          <Button onClick={() => setShown(shown + STEP * 5)}>{members.length - shown} more</Button>
        </li>
      )}
    </Box>
  );
}

function Name({ name }: { name: string }) {
  return (
    <Box component="bdi" sx={{ color: 'text.secondary' }}>
      {name}:
    </Box>
  );
}

const countOf = (value: Json): number =>
  Array.isArray(value) ? value.length : isObject(value) ? Object.keys(value).length : 0;

function isLeaf(value: Json): boolean {
  return countOf(value) === 0 || (Array.isArray(value) && value.length <= 20 && value.every((one) => isNumeric(one)));
}

function Scalar({ value }: { value: Json }) {
  const [isWhole, setWhole] = useState(false);
  const text = typeof value === 'string' ? value : asStored(value);
  return (
    <Box component="bdi" dir="auto" sx={{ whiteSpace: 'pre-wrap', ...(isNumeric(value) && { fontWeight: 500 }) }}>
      {isWhole ? text : text.slice(0, LONGEST)}
      {!isWhole && text.length > LONGEST && (
        <Button onClick={() => setWhole(true)}>all {text.length.toLocaleString('en')} characters</Button>
      )}
    </Box>
  );
}
