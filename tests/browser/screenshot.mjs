// Makes the pictures of the README: the fluid of the sample, in light and dark.
//
//   npm --prefix resource-service/web run build && node tests/browser/screenshot.mjs
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { launchChromium, startTessera } from './tessera.mjs';

const folder = new URL('../../resource-service/web/pictures/', import.meta.url).pathname;
mkdirSync(folder, { recursive: true });

const tessera = await startTessera({ sample: true });
const login = JSON.parse(readFileSync(join(tessera.data, 'demo', 'scientist.json'), 'utf8'));
const call = async (path, token) =>
  (await fetch(tessera.origin + path, { headers: { authorization: `Bearer ${token}` } })).json();

/** The fluid with published values that ran longest, once it has finished. */
async function subject() {
  const answer = await fetch(`${tessera.origin}/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(login),
  });
  const { access_token: token } = await answer.json();
  for (let round = 0; round < 240; round += 1) {
    const { items } = await call('/api/calculations?tags=fluid-sample&status=finished&sort=-parameters.steps&limit=1&fields=parameters.steps', token);
    if (items[0]?.parameters.steps === 100_000) return items[0]._id;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error('the fluid of the sample has not finished');
}

const id = await subject();
const browser = await launchChromium();
for (const theme of ['light', 'dark']) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, colorScheme: theme, deviceScaleFactor: 1 });
  await context.request.post(`${tessera.origin}/auth/login`, { data: login, headers: { origin: tessera.origin } });
  const page = await context.newPage();
  for (const [name, path, ready] of [
    ['calculations', '/calculations', '[data-cell]'],
    ['plots', `/calculations/${id}?tab=plots`, 'canvas'],
  ]) {
    await page.goto(tessera.origin + path);
    await page.locator(ready).first().waitFor();
    await page.waitForTimeout(1500);
    await page.screenshot({ path: join(folder, `${name}-${theme}.png`) });
  }
  await context.close();
}
await browser.close();
await tessera.stop();
