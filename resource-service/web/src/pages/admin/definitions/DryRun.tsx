// What saving a definition would do: differences, documents that would break it, indexes.
import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import type { ReactNode } from 'react';
import { Link } from 'react-router';

import { ProblemError } from '@/api/problem';
import { StatusMark } from '@/ui/status';

import type { DefinitionReport, DryRunState } from './useDryRun';

export function DryRun({
  name,
  report,
  error,
  isPending,
  isChanged,
  isNew,
}: DryRunState & { name: string; isChanged: boolean; isNew: boolean }) {
  return (
    <Box aria-live="polite">
      <Typography component="h2" variant="h2">
        Dry run
      </Typography>
      {isPending && !report && <Box sx={{ color: 'text.secondary', mt: 2 }}>Asking the service</Box>}
      {Boolean(error) && <Faults error={error} />}
      {report && <Report name={name} report={report} isChanged={isChanged} isNew={isNew} />}
    </Box>
  );
}

function Faults({ error }: { error: unknown }) {
  const faults = error instanceof ProblemError ? error.errors : [];
  const message = error instanceof Error ? error.message : String(error);
  // The sentence of a single fault is that of the problem.
  const isListed = faults.some((fault) => fault.message === message);
  return (
    <Box role="alert" sx={{ mt: 2 }}>
      {!isListed && <Box sx={{ color: 'error.main' }}>{message}</Box>}
      <ul>
        {faults.map((fault) => (
          <li key={`${fault.pointer} ${fault.message}`}>
            <code>{fault.pointer}</code> {fault.message}
          </li>
        ))}
      </ul>
    </Box>
  );
}

interface ReportProps {
  name: string;
  report: DefinitionReport;
  isChanged: boolean;
  /** There is no collection of this name yet. */
  isNew: boolean;
}

function Report({ name, report, isChanged, isNew }: ReportProps) {
  const { changes, violations, violations_total: total, examined, indexes } = report;
  if (!isChanged || changes.length === 0) {
    return <Box sx={{ mt: 2, color: 'text.secondary' }}>The definition is the same as the one in use.</Box>;
  }
  return (
    <>
      <Box sx={{ mt: 2 }}>
        {report.compatible ? (
          <StatusMark status="approve" word="can be saved" />
        ) : (
          <StatusMark status="beyond" word="needs force, or changes to the documents first" />
        )}
      </Box>
      {isNew ? (
        <Box sx={{ mt: 3 }}>A new collection</Box>
      ) : (
        <List title={changes.length === 1 ? '1 difference' : `${changes.length} differences`}>
          {changes.map((change) => (
            <li key={change.pointer}>
              <code>{change.pointer || '/'}</code>
              {change.breaks && <Box sx={{ color: 'error.main' }}>{change.breaks}</Box>}
            </li>
          ))}
        </List>
      )}
      <List title={`${total} of ${examined} stored documents would be invalid`}>
        {violations.map((violation) => (
          <li key={violation._id}>
            <Document name={name} id={violation._id} />:{' '}
            {violation.errors.map((fault) => `${fault.pointer ?? ''} ${fault.code}`).join(', ')}
          </li>
        ))}
      </List>
      {indexes.build.length > 0 && <List title="Indexes that would be built">{indexes.build.map(item)}</List>}
      {indexes.drop.length > 0 && <List title="Indexes that would be dropped">{indexes.drop.map(item)}</List>}
      {indexes.conflicts.length > 0 && (
        <List title="Documents that have the same values in a unique index">
          {indexes.conflicts.map((conflict) => (
            <li key={`${conflict.index} ${conflict.ids.join()}`}>
              <code>{conflict.index}</code>: {conflict.documents} documents:{' '}
              {conflict.ids.map((id) => (
                <Document key={id} name={name} id={id} />
              ))}
            </li>
          ))}
        </List>
      )}
    </>
  );
}

const item = (index: string) => (
  <li key={index}>
    <code>{index}</code>
  </li>
);

function Document({ name, id }: { name: string; id: string }) {
  return (
    <>
      <Link to={`/c/${encodeURIComponent(name)}/${encodeURIComponent(id)}`}>
        <code>{id}</code>
      </Link>{' '}
    </>
  );
}

function List({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Box sx={{ mt: 3 }}>
      <Typography component="h3" variant="h3">
        {title}
      </Typography>
      <Box component="ul" sx={{ m: 0, pl: 4, overflowWrap: 'anywhere' }}>
        {children}
      </Box>
    </Box>
  );
}
