// The documentation pages work offline, share the login of the console, and send what their forms show.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';

import { serious } from './console.mjs';
import './report.mjs';
import { openBrowser, picture, startTessera } from './tessera.mjs';

const CALCULATIONS = '/api/calculations';

let tessera;
let view;

before(async () => {
  tessera = await startTessera();
});
after(() => tessera?.stop());
beforeEach(async () => {
  view = await openBrowser(tessera.origin);
  view.page.setDefaultTimeout(30_000);
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

/** Opens the form in which a documented request is tried. */
async function form(page, method, path) {
  const block = page
    .locator(`.opblock-${method}`)
    .filter({ has: page.locator(`[data-path="${path}"]`) })
    .first();
  await block.waitFor();
  // After a reload the address still names the operation, which is then open.
  const open = (await block.getAttribute('class')).includes('is-open');
  if (!open) await block.locator('.opblock-summary-control').click();
  await block.getByRole('button', { name: 'Try it out' }).click();
  return block;
}

/** Sends the request of a form to `path`. Returns the status that the page shows, and how the request went out. */
async function execute(block, path) {
  const sent = block.page().waitForRequest((request) => new URL(request.url()).pathname === path);
  await block.getByRole('button', { name: 'Execute' }).click();
  const request = await sent;
  await request.response();
  const status = await block.locator('.live-responses-table tbody .response-col_status').first().innerText();
  return { status, address: new URL(request.url()), token: await request.headerValue('authorization') };
}

/** Sends one documented request from the page, and returns the status the page shows. */
async function tryOut(page, method, path) {
  return (await execute(await form(page, method, path), path)).status;
}

/** Opens a page and logs in by its dialog. */
async function logIn(page, docs) {
  await page.goto(`${tessera.origin}${docs}`);
  const { dialog } = await authorize(page, tessera.password);
  // Each flow of the scheme says so.
  await dialog.getByText('Authorized', { exact: true }).first().waitFor();
  await page.locator('#user').getByText(tessera.email).waitFor();
  return dialog;
}

for (const [docs, path] of [
  ['/api/docs', '/api/calculations'],
  ['/auth/docs', '/auth/users/me'],
]) {
  test(`${docs} logs in and gets ${path}`, async () => {
    const { page, complaints } = view;
    const dialog = await logIn(page, docs);
    await dialog.locator('.close-modal').click();
    assert.match(await tryOut(page, 'get', path), /^200/);
    assert.deepEqual(serious(complaints), []);
  });
}

test('the pages have titles, and lead to each other and to the console', async () => {
  const { page, complaints } = view;
  await page.goto(`${tessera.origin}/api/docs`);
  await page.locator('.info .title').waitFor();
  assert.equal(await page.title(), 'Documents · Tessera');
  assert.equal(await page.locator('nav a[aria-current="page"]').innerText(), 'Documents');
  await page.getByRole('link', { name: 'Users and tokens' }).click();
  await page.locator('.info .title').waitFor();
  assert.equal(await page.title(), 'Users and tokens · Tessera');
  assert.equal(await page.locator('nav a[aria-current="page"]').innerText(), 'Users and tokens');
  await page.getByRole('link', { name: 'Console' }).click();
  await page.getByLabel('E-mail').waitFor();
  assert.deepEqual(serious(complaints), []);
});

test('a login lasts over a reload, on the other page and in the console, until it is ended in the dialog', async () => {
  const { page, complaints } = view;
  await logIn(page, '/auth/docs');
  await page.goto(`${tessera.origin}/api/docs`);
  await page.locator('#user').getByText(tessera.email).waitFor();
  const { status, token } = await execute(await form(page, 'get', CALCULATIONS), CALCULATIONS);
  assert.match(status, /^200/);
  const other = await page.context().newPage();
  await other.goto(`${tessera.origin}/calculations`);
  await other.getByRole('heading', { name: 'Calculations' }).waitFor();
  await page.reload();
  await page.locator('#user').getByText(tessera.email).waitFor();
  assert.match(await tryOut(page, 'get', CALCULATIONS), /^200/);

  await page.locator('.scheme-container button.authorize').click();
  const ended = page.waitForResponse((answer) => answer.url().endsWith('/auth/logout'));
  await page.locator('.modal-ux').getByRole('button', { name: 'Remove authorization' }).first().click();
  assert.equal((await ended).status(), 204);
  await other.getByLabel('E-mail').waitFor();
  const user = await page.request.get(`${tessera.origin}/auth/users/me`, { headers: { Authorization: token } });
  assert.equal(user.status(), 401);
  await page.reload();
  assert.match(await tryOut(page, 'get', CALCULATIONS), /^401/);
  assert.deepEqual(serious(complaints), []);
});

test('a logout that fails leaves the login as it is, and says so', async () => {
  const { page } = view;
  const dialog = await logIn(page, '/api/docs');
  await page.route('**/auth/logout', (route) => route.fulfill({ status: 503, json: { detail: 'Try again later.' } }));
  await dialog.getByRole('button', { name: 'Remove authorization' }).first().click();
  await dialog.getByText('Try again later.').first().waitFor();
  await dialog.locator('.close-modal').click();
  assert.match(await tryOut(page, 'get', CALCULATIONS), /^200/);
});

test('a login as a client does not end that of the person', async () => {
  const { page } = view;
  const login = page.waitForResponse((answer) => answer.url().endsWith('/auth/login'));
  const dialog = await logIn(page, '/auth/docs');
  const Authorization = `Bearer ${(await (await login).json()).access_token}`;
  const made = await page.request.post(`${tessera.origin}/auth/clients`, {
    headers: { Authorization },
    data: { name: 'a service', scopes: ['users:read'] },
  });
  const { client_id, client_secret } = await made.json();
  await dialog.locator('#client_id_clientCredentials').fill(client_id);
  await dialog.locator('#client_secret_clientCredentials').fill(client_secret);
  await dialog.getByRole('button', { name: 'Apply given OAuth2 credentials' }).click();
  const remove = dialog.getByRole('button', { name: 'Remove authorization' });
  await remove.nth(1).click();
  await dialog.getByRole('button', { name: 'Apply given OAuth2 credentials' }).waitFor();
  assert.equal(await remove.count(), 1);
  await dialog.locator('.close-modal').click();
  assert.match(await tryOut(page, 'get', '/auth/users/me'), /^200/);
});

test('a token is refreshed before it expires, and nothing is sent for a session that has ended', async () => {
  const { page } = view;
  await page.clock.install();
  await logIn(page, '/api/docs');
  await page.locator('.close-modal').click();
  const block = await form(page, 'get', CALCULATIONS);
  const first = await execute(block, CALCULATIONS);
  assert.match(first.status, /^200/);
  assert.equal((await execute(block, CALCULATIONS)).token, first.token);
  await page.clock.fastForward('04:40');
  const later = await execute(block, CALCULATIONS);
  assert.match(later.status, /^200/);
  assert.notEqual(later.token, first.token);

  await page.context().clearCookies();
  await page.clock.fastForward('04:40');
  let sent = 0;
  page.on('request', (request) => (sent += new URL(request.url()).pathname === CALCULATIONS));
  await block.getByRole('button', { name: 'Execute' }).click();
  await block.getByText('The session has ended').first().waitFor();
  assert.equal(sent, 0);
});

test('a field accepts a plain value or conditions', async () => {
  const { page } = view;
  await logIn(page, '/api/docs');
  await page.locator('.close-modal').click();
  const block = await form(page, 'get', CALCULATIONS);
  const field = (name) => block.locator(`tr[data-param-name="${name}"] input`);
  await field('status').fill('finished');
  await field('method').fill('{"in": ["SOR", "a,b"], "ne": "CG"}');
  await field('quorum').fill('{"lte": 9007199254740993}');
  const { status, address } = await execute(block, CALCULATIONS);
  assert.match(status, /^200/);
  const sent = [...address.searchParams].filter(([name]) => /^(status|method|quorum)/.test(name));
  assert.deepEqual(Object.fromEntries(sent), {
    status: 'finished',
    'method[in]': 'SOR,"a,b"',
    'method[ne]': 'CG',
    'quorum[lte]': '9007199254740993',
  });

  await field('status').fill('{"in": finished}');
  await block.getByRole('button', { name: 'Execute' }).click();
  await block.getByText('status: a text that begins with { is read as conditions').first().waitFor();
});

test('a wrong password is refused in the dialog', async () => {
  const { page } = view;
  await page.goto(`${tessera.origin}/api/docs`);
  const { oauth } = await authorize(page, 'not the password at all');
  await oauth.locator('.errors').waitFor();
  assert.match(await oauth.locator('.errors').innerText(), /wrong|credentials|unauthorized/i);
});
