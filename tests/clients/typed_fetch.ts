// Logs in, then inserts, lists and reads a calculation, with types made by openapi-typescript. It compiles only if the
// documents say what the services do.
import createClient from 'openapi-fetch';
import type { components, paths } from './api.js';
import type { paths as Auth } from './auth.js';

type Json = 'application/json' | 'application/problem+json';
type Calculation = components['schemas']['calculations'];
type Stored = components['schemas']['calculations.stored'];

const [, , auth, baseUrl, username, password] = (globalThis as unknown as { process: { argv: string[] } }).process.argv;

const login = await createClient<Auth, Json>({ baseUrl: auth }).POST('/auth/login', { body: { username, password } });
if (!login.data) throw new Error(login.error.detail);
const token: string = login.data.access_token;
const client = createClient<paths, Json>({ baseUrl, headers: { Authorization: `Bearer ${token}` } });

const sent: Calculation = { name: 'methane', code: { name: 'siesta' }, status: 'planned' };
// @ts-expect-error a status that no calculation has
export const wrong: Calculation = { ...sent, status: 'lost' };

const inserted = await client.POST('/api/calculations', { body: sent });
if (!inserted.data) throw new Error(inserted.error.detail);
if (!('_id' in inserted.data)) throw new Error('one document is answered by the document');
const id: string = inserted.data._id;

const listed = await client.GET('/api/calculations', { params: { query: { limit: 10, name: { eq: 'methane' } } } });
if (!listed.data) throw new Error(listed.error.detail);
const items: Stored[] = listed.data.items;
const code: string = items[0].code.name;

const read = await client.GET('/api/calculations/{id}', { params: { path: { id } } });
if (!read.data) throw new Error(read.error.detail);
const revision: number = read.data._revision;
console.log(JSON.stringify([items.length, code, read.data.name, revision]));
