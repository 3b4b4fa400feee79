// Why a filter was refused, beside the filter; the rows that were shown before stay below it.
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';

import { ProblemError } from '@/api/problem';
import { CopyButton } from '@/ui/copy';

import { DidYouMean } from './DidYouMean';
import type { Field } from './fields';
import type { Filter } from './filter';
import { misnamed, renamed } from './names';
import { Notice } from './Notice';

interface RefusedProps {
  error: unknown;
  filter: Filter;
  fields: readonly Field[];
  shown?: readonly string[];
  retry(): void;
  onChange(filter: Filter): void;
}

export function RefusedFilter({ error, filter, fields, shown, retry, onChange }: RefusedProps) {
  const problem = error instanceof ProblemError ? error : undefined;
  const unknown = misnamed(filter, { fields, ...(shown && { shown }) });
  return (
    <Notice>
      <Box component="span" sx={{ color: 'error.main' }}>
        {ended(sentencesOf(error))}
      </Box>
      {unknown && (
        <span>
          <DidYouMean near={unknown.near} choose={(path) => onChange(renamed(filter, unknown.name, path))} />
        </span>
      )}
      <span>The rows below are those of before.</span>
      {problem?.isPassing && <Button onClick={retry}>Try again</Button>}
      {problem?.requestId && (
        <Box component="span" sx={{ color: 'text.secondary' }}>
          Request <code>{problem.requestId}</code>
          <CopyButton text={problem.requestId} label="Copy the request id" />
        </Box>
      )}
    </Notice>
  );
}

/** The sentences of the faults; that of the problem alone may only count them. */
function sentencesOf(error: unknown): string {
  if (!(error instanceof ProblemError)) return error instanceof Error ? error.message : String(error);
  const sentences = [...new Set(error.errors.map(({ message }) => message))];
  return sentences.length > 1 ? sentences.join('; ') : error.message;
}

const ended = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);
