// Chooses scopes: those of the collections and of administration as boxes, others as text.
import TextField from '@mui/material/TextField';
import { useQuery } from '@tanstack/react-query';

import { useApi } from '@/app/services';
import { Checks } from '@/ui/checks';

const ADMINISTRATION = [
  'users:read',
  'users:write',
  'roles:read',
  'roles:write',
  'clients:read',
  'clients:write',
  'revocations:read',
  'revocations:write',
  'collections:write',
  'audit:read',
];

interface Definitions {
  items: { name: string; access?: { read?: string | null; write?: string | null; admin?: string | null } | null }[];
}

/** The scopes that open something here: those of each collection, and those of administration. */
function useKnownScopes(): string[] {
  const api = useApi();
  const { data } = useQuery({
    queryKey: ['/api/collections'],
    queryFn: async ({ signal }) => (await api.get<string>('/api/collections', { signal })) as unknown as Definitions,
  });
  const collections = (data?.items ?? []).flatMap(({ name, access }) => [
    access?.read ?? `${name}:read`,
    access?.write ?? `${name}:write`,
    access?.admin ?? `${name}:admin`,
  ]);
  return [...new Set([...collections, ...ADMINISTRATION])];
}

/** Reading, writing and administering stand below one another. */
function columnOf(scope: string): number {
  return scope.endsWith(':read') ? 1 : scope.endsWith(':write') ? 2 : 3;
}

interface Props {
  value: readonly string[];
  onChange(scopes: string[]): void;
  /** What the service says of them. */
  error?: string | undefined;
}

export function ScopesField({ value, onChange, error }: Props) {
  const known = useKnownScopes();
  const others = value.filter((scope) => !known.includes(scope));
  const chosen = value.filter((scope) => known.includes(scope));
  return (
    <Checks legend="Scopes" options={known} chosen={value} onChange={onChange} columnOf={columnOf}>
      <TextField
        label="Other scopes, separated by spaces"
        value={others.join(' ')}
        onChange={(event) =>
          onChange([
            ...chosen,
            ...event.target.value.split(' ').filter((scope, index, all) => scope !== '' || index === all.length - 1),
          ])
        }
        onBlur={() => onChange(value.filter((scope) => scope !== ''))}
        helperText={error ?? '* grants every scope'}
        error={error !== undefined}
      />
    </Checks>
  );
}
