// Prints what each page showed when a test failed: of a run in CI only the log is kept.
import { afterEach } from 'node:test';

import { watched } from './tessera.mjs';

/** How many letters of a page are printed. */
const MOST = 1500;

afterEach(async (context) => {
  if (context.passed !== false) return;
  for (const view of watched) await report(view);
  // A page that this test left open says nothing about the next test.
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
