// The table of calculations.
import { isObject } from '@/api/json';
import { Empty } from '@/ui/states';
import type { Definition } from '@/table-page/useFields';
import { idOf, TablePage, type TablePageProps } from '@/table-page/TablePage';

import { ChosenActions } from './ChosenActions';

const USUAL = ['name', 'status', 'code.name', 'method', 'results.*', '_owner', '_updated_at'];

/** The usual columns that the definition has. */
function usual({ schema }: Definition): readonly string[] {
  const declared = isObject(schema.properties) ? schema.properties : {};
  return USUAL.filter((path) => path.startsWith('_') || (path.split('.', 1)[0] ?? '') in declared);
}

const addressOf: TablePageProps['addressOf'] = (row) => `/calculations/${encodeURIComponent(idOf(row))}`;

export default function CalculationsPage() {
  return (
    <TablePage
      collection="calculations"
      title="Calculations"
      page="calculations"
      usual={usual}
      addressOf={addressOf}
      hasLife
      chosen={(chosen) => <ChosenActions chosen={chosen} />}
      empty={
        <Empty title="There are no calculations yet">
          Jobs store them with a POST to /api/calculations; the guide to documents shows how.
        </Empty>
      }
    />
  );
}
