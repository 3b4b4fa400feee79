// Requests to both services: paths and bodies are typed by their OpenAPI documents, numbers keep their text.
import type { paths } from '@/api.gen';
import type { Session } from '@/session';

import { parseJson, stringifyJson, type Json } from './json';
import { failureOf, problemOf } from './problem';

type Method = 'get' | 'put' | 'post' | 'patch' | 'delete';
/** Documented paths that have a method. */
type PathOf<M extends Method> = { [P in keyof paths]: paths[P][M] extends object ? P : never }[keyof paths];
type JsonOf<Content> = Content extends { content: { 'application/json': infer Body } } ? Body : never;
type Success<Responses> = {
  [Status in keyof Responses]: Status extends 200 | 201 | 202 ? JsonOf<Responses[Status]> : never;
}[keyof Responses];
type AnswerOf<P, M extends Method> = P extends keyof paths
  ? paths[P][M] extends { responses: infer Responses }
    ? Success<Responses>
    : Json
  : Json;

export type Query = Record<string, string | number | boolean | undefined | readonly string[]>;

export interface Options {
  /** Values for `{names}` of the path. */
  path?: Record<string, string | number>;
  query?: Query | URLSearchParams;
  headers?: Record<string, string>;
  /** Sent as JSON. */
  body?: unknown;
  signal?: AbortSignal | undefined;
}

/** An answer with its entity tag. */
export interface Answer<T> {
  data: T;
  etag: string | null;
  status: number;
}

export class Api {
  constructor(private readonly session: Pick<Session, 'fetch'>) {}

  /** Sends a request and returns the answer as it is; a failure is thrown as `ProblemError`. */
  async send(method: Method | 'head', path: string, options: Options = {}): Promise<Response> {
    const { body, headers = {}, signal } = options;
    const init: RequestInit = { method: method.toUpperCase(), headers: { ...headers } };
    if (signal) init.signal = signal;
    if (body !== undefined) {
      init.body = stringifyJson(body);
      init.headers = { 'content-type': 'application/json', ...headers };
    }
    let response;
    try {
      response = await this.session.fetch(urlOf(path, options), init);
    } catch (error) {
      throw failureOf(error);
    }
    if (!response.ok) throw await problemOf(response);
    return response;
  }

  /** Sends a request; returns its JSON with the entity tag. */
  async call<M extends Method, P extends PathOf<M> | (string & {})>(
    method: M,
    path: P,
    options: Options = {},
  ): Promise<Answer<AnswerOf<P, M>>> {
    const response = await this.send(method, path, options);
    const text = await response.text();
    const data = (text === '' ? null : parseJson(text)) as AnswerOf<P, M>;
    return { data, etag: response.headers.get('etag'), status: response.status };
  }

  /** The JSON at a path. */
  async get<P extends PathOf<'get'> | (string & {})>(path: P, options: Options = {}): Promise<AnswerOf<P, 'get'>> {
    return (await this.call('get', path, options)).data;
  }

  async post<P extends PathOf<'post'> | (string & {})>(path: P, options: Options = {}): Promise<AnswerOf<P, 'post'>> {
    return (await this.call('post', path, options)).data;
  }

  async put<P extends PathOf<'put'> | (string & {})>(path: P, options: Options = {}): Promise<AnswerOf<P, 'put'>> {
    return (await this.call('put', path, options)).data;
  }

  async patch<P extends PathOf<'patch'> | (string & {})>(
    path: P,
    options: Options = {},
  ): Promise<AnswerOf<P, 'patch'>> {
    return (await this.call('patch', path, options)).data;
  }

  async delete(path: string, options: Options = {}): Promise<void> {
    await this.send('delete', path, options);
  }
}

/** The address of a request: names filled in, undefined parameters left out, lists repeated. */
export function urlOf(path: string, { path: names = {}, query }: Options = {}): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = names[name];
    if (value === undefined) throw new Error(`no value for {${name}} in ${path}`);
    return encodeURIComponent(value);
  });
  const search = query instanceof URLSearchParams ? query : searchOf(query ?? {});
  const text = search.toString();
  return text === '' ? filled : `${filled}?${text}`;
}

function searchOf(query: Query): URLSearchParams {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) search.append(name, String(one));
  }
  return search;
}
