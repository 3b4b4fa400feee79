// Writes src/api.gen.ts from the OpenAPI documents of both services.
//
//   node scripts/api-types.mjs http://127.0.0.1:8080           writes it
//   node scripts/api-types.mjs http://127.0.0.1:8080 --check   fails if it is stale
import { readFileSync, writeFileSync } from 'node:fs';

import openapiTS, { astToString } from 'openapi-typescript';

const TARGET = new URL('../src/api.gen.ts', import.meta.url);
const HEADER = '// Made from the OpenAPI documents of both services by `npm run api-types`. Do not edit.\n\n';

/** Both documents as one; what has the same name in both must be the same. */
function merged(documents) {
  const whole = { openapi: '3.1.0', info: { title: 'Tessera', version: '1' }, paths: {}, components: {} };
  const add = (into, from, what) => {
    for (const [name, value] of Object.entries(from)) {
      if (name in into && JSON.stringify(into[name]) !== JSON.stringify(value)) {
        throw new Error(`${what} ${name} differs between the documents`);
      }
      into[name] = value;
    }
  };
  for (const document of documents) {
    add(whole.paths, document.paths, 'path');
    for (const [kind, entries] of Object.entries(document.components)) {
      if (kind === 'securitySchemes') continue;
      add((whole.components[kind] ??= {}), entries, kind);
    }
  }
  return whole;
}

const [origin = 'http://127.0.0.1:8080', mode] = process.argv.slice(2);
const documents = await Promise.all(
  ['/auth/openapi.json', '/api/openapi.json'].map(async (path) => (await fetch(new URL(path, origin))).json()),
);
const text = HEADER + astToString(await openapiTS(merged(documents), { alphabetize: true, emptyObjectsUnknown: true }));
if (mode === '--check') {
  if (readFileSync(TARGET, 'utf8') !== text) {
    console.error('src/api.gen.ts is stale: run `npm run api-types -- ORIGIN` beside running services');
    process.exit(1);
  }
} else {
  writeFileSync(TARGET, text);
}
