// Session, data provider and stream of the console without a browser, against services with tokens of 2 s.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';

import { startTessera } from './tessera.mjs';

const web = new URL('../../resource-service/web', import.meta.url).pathname;

test('session, providers and stream work with the services', async () => {
  const tessera = await startTessera({ env: { AUTH__TOKENS__ACCESS_TTL: '2' }, pages: false });
  try {
    const vitest = spawn('npx', ['vitest', 'run', 'src/providers/tests/services.test.ts'], {
      cwd: web,
      env: { ...process.env, TESSERA: tessera.origin },
    });
    const said = [];
    for (const output of [vitest.stdout, vitest.stderr]) output.on('data', (text) => said.push(`${text}`));
    const [status] = await once(vitest, 'exit');
    assert.equal(status, 0, said.join(''));
    assert.match(said.join(''), /3 passed/);
  } finally {
    await tessera.stop();
  }
});
