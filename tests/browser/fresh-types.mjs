// Fails if src/api.gen.ts of the console is not what the services describe now.
import { spawnSync } from 'node:child_process';

import { startTessera } from './tessera.mjs';

const web = new URL('../../resource-service/web', import.meta.url).pathname;
const tessera = await startTessera({ pages: false });
const { status } = spawnSync('node', ['scripts/api-types.mjs', tessera.origin, '--check'], { cwd: web, stdio: 'inherit' });
await tessera.stop();
process.exit(status ?? 1);
