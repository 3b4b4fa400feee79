// Objects by id or words: documents from resource-service, people and access from auth-service.
import { useCallback } from 'react';

import type { Api } from '@/api/client';
import { toNumber, type Json } from '@/api/json';

import { holds } from './scopes';
import { useApi, useIdentity } from './services';

export interface Found {
  /** A collection, or `user`, `session`, `client`, `api_key`, `audit`. */
  kind: string;
  id: string;
  title: string;
  detail: string;
  /** Whose session or key it is. */
  user?: string;
}

/** What a search found. */
export interface Finding {
  items: Found[];
  /** Collections of which only so many documents were looked through: the latest ones. */
  limited: { collection: string; documents: number }[];
  /** Whether there may be more for another reason: that is not listed, or was not looked at in time. */
  isCut: boolean;
}

interface Documents {
  items: { collection: string; _id: string; title: string; field: string; text: string }[];
  complete: boolean;
  limited: { collection: string; documents: Json }[];
}
interface People {
  items: { kind: string; id: string; title: string; detail: string; user?: string }[];
}

/** How many of each service. */
const LIMIT = 8;
/** With one of these auth-service has something to look through. */
const ADMIN = ['users:read', 'clients:read', 'audit:read'];

/** How many documents are asked for where others than the sought ones fall out. */
const MANY = 100;

/** Finds documents alone, many of them: what it finds is filtered. */
export function useDocumentFinder(): (text: string, signal: AbortSignal) => Promise<Finding> {
  const api = useApi();
  return useCallback((text, signal) => documents(api, text, signal, MANY), [api]);
}

export function useFinder(): (text: string, signal: AbortSignal) => Promise<Finding> {
  const api = useApi();
  const { scopes } = useIdentity();
  const isAdmin = ADMIN.some((scope) => holds(scopes, scope));
  return useCallback(
    async (text, signal) => {
      const searches = [documents(api, text, signal)];
      if (isAdmin) searches.push(people(api, text, signal));
      // One service that fails hides nothing of the other.
      const settled = await Promise.allSettled(searches);
      const failed = settled.every((one) => one.status === 'rejected');
      if (failed && settled[0]?.status === 'rejected') throw settled[0].reason as Error;
      const found = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
      return {
        items: found.flatMap(({ items }) => items),
        limited: found.flatMap(({ limited }) => limited),
        isCut: found.some(({ isCut }) => isCut),
      };
    },
    [api, isAdmin],
  );
}

async function documents(api: Api, text: string, signal: AbortSignal, limit = LIMIT): Promise<Finding> {
  const { items, complete, limited } = (await api.get<string>('/api/search', {
    query: { q: text, limit },
    signal,
  })) as unknown as Documents;
  const found = items.map(({ collection, _id, title, field, text: matched }) => ({
    kind: collection,
    id: _id,
    title: title || _id,
    detail: field === '_id' || matched === title ? collection : `${collection}, ${field}`,
  }));
  return {
    items: found,
    limited: limited.map((one) => ({ collection: one.collection, documents: toNumber(one.documents) ?? 0 })),
    isCut: !complete && (limited.length === 0 || items.length >= limit),
  };
}

async function people(api: Api, text: string, signal: AbortSignal): Promise<Finding> {
  const { items } = (await api.get<string>('/auth/search', {
    query: { q: text, limit: LIMIT },
    signal,
  })) as unknown as People;
  return { items, limited: [], isCut: false };
}

/** The page that shows an object. */
export function addressOf(found: Found): string {
  const id = encodeURIComponent(found.id);
  switch (found.kind) {
    case 'user':
      return `/admin/users/${id}`;
    case 'session':
      return found.user ? `/admin/users/${encodeURIComponent(found.user)}?session=${id}` : `/admin/sessions?id=${id}`;
    case 'api_key':
      return found.user ? `/admin/users/${encodeURIComponent(found.user)}?key=${id}` : '/admin/users';
    case 'client':
      return `/admin/clients?id=${id}`;
    case 'audit':
      return `/admin/audit?id=${id}`;
    case 'calculations':
      return `/calculations/${id}`;
    default:
      return `/c/${encodeURIComponent(found.kind)}/${id}`;
  }
}
