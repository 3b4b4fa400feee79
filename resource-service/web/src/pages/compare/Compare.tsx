// 2 to 20 calculations side by side. All of it is in the address: a link shows the same to another reader.
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useMemo } from 'react';
import { Link } from 'react-router';

import { useShortcuts } from '@/app/keys';
import { useScope } from '@/app/services';
import { headings, inputRows, resultRows } from '@/calculations/compare';
import type { Calculation } from '@/calculations/data';
import { Page, Section } from '@/ui/page';
import { Answer, Empty } from '@/ui/states';
import { useParam, useSetParams } from '@/ui/urlState';

import { AddCalculation } from './AddCalculation';
import { MOST, useCalculations, useIds, useTolerance } from './data';
import { InputsTable, ResultsTable, type Columns } from './Tables';
import { SeriesComparison } from './SeriesComparison';
import { ToleranceFields } from './ToleranceFields';

export default function ComparePage() {
  const [ids, setIds] = useIds();
  const shown = ids.slice(0, MOST);
  const query = useCalculations(shown);
  const add = (id: string) => setIds((before) => [...before.filter((one) => one !== id), id]);
  return (
    <Page title="Compare" actions={ids.length > 0 && ids.length < MOST && <AddCalculation taken={ids} add={add} />}>
      {ids.length === 0 ? (
        <HowTo add={add} />
      ) : (
        <Answer query={query}>
          {(found) => (
            <>
              {ids.length > MOST && (
                <Notice>
                  The first {MOST} of {ids.length} calculations are compared.
                </Notice>
              )}
              <Missing
                asked={shown}
                found={found}
                remove={(gone) => setIds((before) => before.filter((id) => !gone.includes(id)))}
              />
              {found.length < 2 ? (
                <TooFew found={found} />
              ) : (
                <Comparison
                  calculations={found}
                  remove={(id) => setIds((before) => before.filter((one) => one !== id))}
                />
              )}
            </>
          )}
        </Answer>
      )}
    </Page>
  );
}

function Notice({ children }: { children: React.ReactNode }) {
  return (
    <Box role="status" sx={{ px: 4, py: 2, display: 'flex', gap: 2, flexWrap: 'wrap', alignItems: 'center' }}>
      {children}
    </Box>
  );
}

function HowTo({ add }: { add(id: string): void }) {
  return (
    <Empty title="Choose what to compare">
      <Box sx={{ mb: 3 }}>
        Select 2 to {MOST} calculations in <Link to="/calculations">the table</Link> and choose Compare, or find the
        first one here:
      </Box>
      <Box sx={{ display: 'inline-block' }}>
        <AddCalculation taken={[]} add={add} />
      </Box>
    </Empty>
  );
}

function TooFew({ found }: { found: readonly Calculation[] }) {
  const first = found[0];
  return (
    <Empty title="One more is needed">
      {first ? (
        <>
          <bdi>{first.name}</bdi> is chosen. Add a calculation to compare it with.
        </>
      ) : (
        'None of the chosen calculations can be read.'
      )}
    </Empty>
  );
}

interface MissingProps {
  asked: readonly string[];
  found: readonly Calculation[];
  remove(ids: readonly string[]): void;
}

/** Ids in a link that the reader may not see, or that are gone. */
function Missing({ asked, found, remove }: MissingProps) {
  const known = new Set(found.map(({ _id }) => _id));
  const missing = asked.filter((id) => !known.has(id));
  if (missing.length === 0) return null;
  return (
    <Notice>
      <span>
        {missing.length === 1
          ? 'One calculation does not exist, or you may not read it: '
          : `${missing.length} calculations do not exist, or you may not read them: `}
        {missing.map((id) => (
          <code key={id} title={id}>
            {id.slice(0, 40)}{' '}
          </code>
        ))}
      </span>
      <Button onClick={() => remove(missing)}>Leave {missing.length === 1 ? 'it' : 'them'} out</Button>
    </Notice>
  );
}

function Comparison({ calculations, remove }: { calculations: readonly Calculation[]; remove(id: string): void }) {
  const [ref] = useParam('ref');
  const [all] = useParam('all');
  const set = useSetParams();
  const { tolerance } = useTolerance();
  const isAll = all === '1';
  const reference = Math.max(
    0,
    calculations.findIndex(({ _id }) => _id === ref),
  );
  const mayReadSeries = useScope('series:read');
  const names = useMemo(() => headings(calculations), [calculations]);
  const inputs = useMemo(() => inputRows(calculations), [calculations]);
  const { abs, rel, ulp } = tolerance;
  const results = useMemo(
    () => resultRows(calculations, reference, { abs, rel, ulp }),
    [calculations, reference, abs, rel, ulp],
  );
  const toggle = () => set({ all: isAll ? null : '1' });
  useShortcuts('Compare', [
    { keys: 'd', label: isAll ? 'Only what differs' : 'All, also what is the same', run: toggle },
  ]);
  const columns: Columns = {
    calculations,
    names,
    reference,
    setReference: (id) => set({ ref: id }),
    remove,
  };
  const beyond = results.filter(({ compared }) => compared.some(({ lamp }) => lamp === 'beyond')).length;
  return (
    <>
      <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 3, px: 4, py: 2, alignItems: 'center' }}>
        <Button variant={isAll ? 'outlined' : 'contained'} aria-pressed={!isAll} onClick={toggle}>
          Only what differs <kbd style={{ marginLeft: 8 }}>d</kbd>
        </Button>
        <ToleranceFields />
      </Box>
      <Section title="Inputs">
        <InputsTable columns={columns} rows={inputs} isAll={isAll} />
      </Section>
      <Section title={`Results${beyond === 0 ? '' : `: ${beyond.toLocaleString('en')} beyond the tolerance`}`}>
        <ResultsTable columns={columns} rows={results} isAll={isAll} />
      </Section>
      {mayReadSeries && (
        <SeriesComparison calculations={calculations} names={names} reference={reference} isAll={isAll} />
      )}
    </>
  );
}
