// The documentation pages work offline, and their Authorize button logs in.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';

import { openBrowser, picture, startTessera } from './tessera.mjs';

let tessera;
let view;

before(async () => {
  tessera = await startTessera();
});
after(() => tessera?.stop());
beforeEach(async () => {
  view = await openBrowser(tessera.origin);
  view.page.setDefaultTimeout(15_000);
});
afterEach(async (context) => {
  if (context.passed === false) await picture(view.page, context.name.replaceAll(/\W+/g, '-'));
  await view.browser.close();
});

/** Logs in by the dialog, as a person does. */
async function authorize(page, password) {
  await page.locator('.scheme-container button.authorize').click();
  const dialog = page.locator('.modal-ux');
  const oauth = dialog.locator('.auth-container', { has: page.locator('#oauth_username') });
  await oauth.locator('#oauth_username').fill(tessera.email);
  await oauth.locator('#oauth_password').fill(password);
  await oauth.getByRole('button', { name: 'Apply given OAuth2 credentials' }).click();
  return { dialog, oauth };
}

/** Sends one documented request from the page, and returns the status the page shows. */
async function tryOut(page, method, path) {
  const block = page
    .locator(`.opblock-${method}`)
    .filter({ has: page.locator(`[data-path="${path}"]`) })
    .first();
  await block.locator('.opblock-summary-control').click();
  await block.getByRole('button', { name: 'Try it out' }).click();
  await block.getByRole('button', { name: 'Execute' }).click();
  return block.locator('.live-responses-table tbody .response-col_status').first().innerText();
}

for (const [docs, path] of [
  ['/api/docs', '/api/calculations'],
  ['/auth/docs', '/auth/users/me'],
]) {
  test(`${docs} logs in and gets ${path}`, async () => {
    const { page, complaints } = view;
    await page.goto(`${tessera.origin}${docs}`);
    await page.locator('.info .title').waitFor();
    assert.deepEqual(complaints, []);

    const { dialog } = await authorize(page, tessera.password);
    // Each flow of the scheme says so.
    await dialog.getByText('Authorized', { exact: true }).first().waitFor();
    await dialog.locator('.close-modal').click();
    assert.match(await tryOut(page, 'get', path), /^200/);
    assert.deepEqual(complaints, []);
  });
}

test('a wrong password is refused in the dialog', async () => {
  const { page } = view;
  await page.goto(`${tessera.origin}/api/docs`);
  const { oauth } = await authorize(page, 'not the password at all');
  await oauth.locator('.errors').waitFor();
  assert.match(await oauth.locator('.errors').innerText(), /wrong|credentials|unauthorized/i);
});
