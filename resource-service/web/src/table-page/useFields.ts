// The fields that can be shown and asked for: of the schema, and those in use in documents.
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';

import { ProblemError } from '@/api/problem';
import { isObject, type Json, type JsonObject } from '@/api/json';
import { useApi } from '@/app/services';

import { mergeFields, schemaFields, SYSTEM, type Field } from './fields';
import { listAddress } from './useRows';

/** What the console needs of a definition. */
export interface Definition {
  name: string;
  schema: JsonObject;
  access: { read?: string; write?: string; admin?: string; owner_only?: boolean };
  versioned?: boolean;
  soft_delete?: boolean;
  require_if_match?: boolean;
  views?: Record<string, string[]>;
  indexes?: readonly { keys: Readonly<Record<string, unknown>> }[];
  artifacts?: unknown;
}

/** Milliseconds for which a definition is taken to be as it was. */
const FRESH = 60_000;

export function useDefinition(collection: string) {
  const api = useApi();
  return useQuery({
    queryKey: ['definition', collection],
    staleTime: FRESH,
    queryFn: async ({ signal }) =>
      (await api.get<string>(`/api/collections/${encodeURIComponent(collection)}`, {
        signal,
      })) as unknown as Definition,
  });
}

interface InUse {
  fields: { path: string; types: string[]; format?: string; unit?: string; count?: number; indexed?: boolean }[];
}

/** Fields by the order of the schema, found ones after them. */
export function useFields(collection: string, schema: Json | undefined): readonly Field[] {
  const api = useApi();
  const inUse = useQuery({
    queryKey: ['fields', collection],
    staleTime: FRESH,
    enabled: isObject(schema),
    queryFn: async ({ signal }): Promise<Field[]> => {
      try {
        const found = (await api.get<string>(`${listAddress(collection)}/fields`, { signal })) as unknown as InUse;
        return found.fields.filter(({ path }) => !path.endsWith('.unit'));
      } catch (error) {
        // Without them the fields of the schema remain.
        if (error instanceof ProblemError && error.status !== 0) return [];
        throw error;
      }
    },
  });
  const found = inUse.data;
  return useMemo(
    () => mergeFields(schemaFields(schema), SYSTEM, found ?? []).map((field) => ({ ...field })),
    [schema, found],
  );
}
