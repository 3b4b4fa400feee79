// Inserts, lists and reads a calculation with the client that @hey-api/openapi-ts makes.
import { createClient } from './hey/client/index.js';
import { getCalculations, insertCalculations, listCalculations } from './hey/index.js';
import type { Calculations, CalculationsStored } from './hey/index.js';

const [, , baseUrl, auth] = (globalThis as unknown as { process: { argv: string[] } }).process.argv;
const client = createClient({ baseUrl, auth });

const body: Calculations = { name: 'ethane', code: { name: 'siesta' }, status: 'planned' };
const inserted = await insertCalculations({ client, body, throwOnError: true });
if (!('_id' in inserted.data)) throw new Error('one document is answered by the document');
const id: string = inserted.data._id;

const listed = await listCalculations({ client, query: { limit: 10, name: { eq: 'ethane' } }, throwOnError: true });
const items: CalculationsStored[] = listed.data.items;

const read = await getCalculations({ client, path: { id }, throwOnError: true });
const revision: number = read.data._revision;
console.log(JSON.stringify([items.length, items[0].code.name, read.data.name, revision]));
