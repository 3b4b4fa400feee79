// Says what each page showed when a test failed: a log is all that is left of a run on another machine.
import { afterEach } from 'node:test';

import { watched } from './tessera.mjs';

/** Letters of a page that are printed. */
const MOST = 1500;

afterEach(async (context) => {
  if (context.passed !== false) return;
  for (const view of watched) await report(view);
  // Each page once: what a test left open says nothing of the next one.
  watched.clear();
});

async function report({ page, complaints }) {
  if (page.isClosed()) return;
  const text = await page
    .locator('body')
    .innerText({ timeout: 5000 })
    .catch((error) => `(${error.message.split('\n')[0]})`);
  console.log(`Shown at ${page.url()}: ${text.replaceAll(/\s+/g, ' ').slice(0, MOST)}`);
  if (complaints.length > 0) console.log(`Complaints: ${complaints.join('; ')}`);
}
