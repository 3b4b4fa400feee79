// What a view shows instead of its content: loading, nothing there, failed, stale.
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Skeleton from '@mui/material/Skeleton';
import Typography from '@mui/material/Typography';
import { useEffect, useState, type ReactNode } from 'react';

import { ProblemError, withoutName, type FieldFault } from '@/api/problem';

import { CopyButton } from './copy';

/** Milliseconds before a skeleton is shown: a fast answer shows none. */
const PATIENCE = 200;

export function useSlow(milliseconds = PATIENCE): boolean {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), milliseconds);
    return () => clearTimeout(timer);
  }, [milliseconds]);
  return slow;
}

export function Loading({ rows = 6, label = 'Loading' }: { rows?: number; label?: string }) {
  const slow = useSlow();
  return (
    <Box role="status" aria-label={label} sx={{ p: 4, minHeight: 120 }}>
      {slow && Array.from({ length: rows }, (_, row) => <Skeleton key={row} height={28} width={`${90 - row * 7}%`} />)}
    </Box>
  );
}

/** Nothing is there: what would be, and what to do. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <Box sx={{ p: 6, textAlign: 'center', color: 'text.secondary' }}>
      <Typography sx={{ color: 'text.primary', fontWeight: 600 }}>{title}</Typography>
      {children && <Box sx={{ mt: 1 }}>{children}</Box>}
    </Box>
  );
}

/** The sentence of the API as it is, with the request id to copy. */
export function Failure({ error, retry }: { error: unknown; retry?: () => void }) {
  const problem = error instanceof ProblemError ? error : undefined;
  const text = error instanceof Error ? error.message : String(error);
  return (
    <Box role="alert" sx={{ p: 4, display: 'flex', flexDirection: 'column', gap: 2, alignItems: 'flex-start' }}>
      <Typography sx={{ color: 'error.main', fontWeight: 600 }}>{titleOf(problem)}</Typography>
      <Typography sx={{ overflowWrap: 'anywhere' }}>{text}</Typography>
      {problem && <Faults problem={problem} />}
      {problem?.scope && (
        <Typography sx={{ color: 'text.secondary' }}>
          An administrator can give you the scope <code>{problem.scope}</code> through a role.
        </Typography>
      )}
      {problem?.requestId && (
        <Typography variant="body2" sx={{ color: 'text.secondary' }}>
          Request <code>{problem.requestId}</code>
          <CopyButton text={problem.requestId} label="Copy the request id" />
        </Typography>
      )}
      {retry && (
        <Button variant="outlined" onClick={retry}>
          Try again
        </Button>
      )}
    </Box>
  );
}

/** Faults of a request that are listed. */
const LISTED = 10;

/** Where the request is wrong, and how: the sentence of a problem alone may name no place. */
function Faults({ problem: { errors, message } }: { problem: ProblemError }) {
  const faults = errors.filter((fault) => placeOf(fault) !== undefined || !message.includes(fault.message));
  if (faults.length === 0) return null;
  const more = faults.length - LISTED;
  return (
    <Box component="ul" aria-label="Faults" sx={{ m: 0, pl: 5, overflowWrap: 'anywhere' }}>
      {faults.slice(0, LISTED).map((fault, index) => (
        <li key={index}>
          {placeOf(fault) !== undefined && (
            <>
              <code dir="auto">{placeOf(fault)}</code>:{' '}
            </>
          )}
          <bdi>{withoutName(fault)}</bdi>
        </li>
      ))}
      {more > 0 && <li>and {more} more</li>}
    </Box>
  );
}

/** An empty pointer is the whole document. */
const placeOf = ({ pointer, parameter }: FieldFault) => parameter ?? (pointer === '' ? undefined : pointer);

function titleOf(problem: ProblemError | undefined): string {
  if (!problem) return 'This page failed';
  if (problem.status === 0) return 'No connection';
  if (problem.status === 403) return 'You may not do this';
  if (problem.status === 404) return 'Not found';
  if (problem.isPassing) return 'The server is busy or unreachable';
  return 'The request was refused';
}

/** A query, as far as a view of its data needs it. */
export interface Answered<T> {
  data: T | undefined;
  error: unknown;
  isPending: boolean;
  refetch: () => unknown;
}

/** Shows the data of a query, or the state that it is in. Data that could not be fetched anew stays, marked as stale. */
export function Answer<T>({
  query,
  children,
  rows,
}: {
  query: Answered<T>;
  children: (data: T) => ReactNode;
  rows?: number;
}) {
  const retry = () => void query.refetch();
  if (query.data !== undefined) {
    return (
      <>
        {Boolean(query.error) && <Stale error={query.error} retry={retry} />}
        {children(query.data)}
      </>
    );
  }
  if (query.error) return <Failure error={query.error} retry={retry} />;
  return <Loading rows={rows} />;
}

function Stale({ error, retry }: { error: unknown; retry: () => void }) {
  return (
    <Box
      role="status"
      sx={{
        px: 4,
        py: 1,
        display: 'flex',
        gap: 3,
        alignItems: 'center',
        color: 'warning.main',
        borderBottom: 1,
        borderColor: 'divider',
      }}
    >
      <span>Not up to date: {error instanceof Error ? error.message : String(error)}</span>
      <Button onClick={retry}>Try again</Button>
    </Box>
  );
}
