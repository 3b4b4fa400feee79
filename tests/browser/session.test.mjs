// Being logged in, as a browser lives it: tokens of 2 s, many tabs, frozen tabs, log-out, disabled users, services that stop.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { serious, startConsole } from './console.mjs';
import './report.mjs';

let stack;

before(async () => {
  stack = await startConsole({ env: { AUTH__TOKENS__ACCESS_TTL: '2' } });
});
after(() => stack?.stop());

const heading = (page, name) => page.getByRole('heading', { level: 1, name });
const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Counts the refreshes of a browser from now on. */
function refreshes(context) {
  const seen = [];
  context.on('response', (response) => response.url().endsWith('/auth/token-refresh') && seen.push(response.status()));
  return seen;
}

test('a person logs in, and returns to where a link led', async () => {
  const { page, complaints, end } = await stack.open({ role: null, path: '/calculations?sort=name' });
  await page.getByLabel('E-mail').fill('scientist@tessera.example');
  await page.getByLabel('Password').fill('wrong');
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByText(/e-mail or password|credentials|wrong/i).first().waitFor();
  await page.getByLabel('Password').fill(stack.logins.scientist.password);
  await page.keyboard.press('Enter');
  await heading(page, 'Calculations').waitFor();
  assert.match(page.url(), /\/calculations\?sort=name$/);
  assert.deepEqual(serious(complaints), []);
  await end();
});

test('an address outside of the site is no place to return to', async () => {
  const { page, end } = await stack.open({ role: 'scientist', path: '/login?back=//example.org/' });
  await heading(page, 'My day').waitFor();
  assert.equal(new URL(page.url()).origin, stack.origin);
  await end();
});

test('what is typed survives the expiry of the token', async () => {
  const { page, context, complaints, end } = await stack.open({ role: 'admin', path: '/admin/roles' });
  await page.getByRole('button', { name: 'New role' }).click();
  const seen = refreshes(context);
  const name = page.getByRole('textbox', { name: 'Name' });
  await name.fill('typed-');
  await wait(2500);
  await name.pressSequentially('slowly');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('link', { name: 'typed-slowly' }).waitFor();
  assert.ok(seen.length >= 1 && seen.every((status) => status === 200), `refreshes: ${seen}`);
  assert.deepEqual(serious(complaints), []);
  await end();
});

for (const count of [2, 7]) {
  test(`${count} tabs stay logged in together`, async () => {
    const view = await stack.open({ path: '/calculations' });
    const tabs = [view.page];
    while (tabs.length < count) tabs.push(await view.tab('/calculations'));
    for (const tab of tabs) await heading(tab, 'Calculations').waitFor();
    for (let round = 0; round < 2; round += 1) {
      await wait(2300);
      await Promise.all(tabs.map((tab) => tab.getByRole('link', { name: round % 2 === 0 ? 'Review' : 'Calculations', exact: true }).click()));
      for (const tab of tabs) await heading(tab, round % 2 === 0 ? /Review/ : 'Calculations').waitFor();
    }
    for (const tab of tabs) assert.ok(!tab.url().includes('/login'));
    await view.end();
  });
}

test('a frozen tab that holds the lock stops nobody', async () => {
  const view = await stack.open({ path: '/calculations' });
  await heading(view.page, 'Calculations').waitFor();
  const holder = await view.tab('/review');
  await holder.evaluate(() => {
    // As a tab that was frozen in the middle of a refresh.
    void navigator.locks.request('tessera-refresh', () => new Promise(() => {}));
  });
  await wait(2300);
  await view.page.reload();
  await heading(view.page, 'Calculations').waitFor();
  await view.end();
});

test('log-out reaches every tab, and Back shows nothing of before', async () => {
  const view = await stack.open({ path: '/calculations' });
  await heading(view.page, 'Calculations').waitFor();
  const other = await view.tab('/calculations');
  await heading(other, 'Calculations').waitFor();
  await other.locator('a[href="/me"]').click();
  await other.getByRole('button', { name: 'Log out here', exact: true }).click();
  await heading(other, /Log in/).waitFor();
  await heading(view.page, /Log in/).waitFor();
  await other.goBack();
  await heading(other, /Log in/).waitFor();
  assert.equal(await other.getByRole('heading', { name: 'Calculations' }).count(), 0);
  await view.end();
});

test('a user who is disabled while they look is logged out', async () => {
  const admin = await stack.as('admin');
  const login = { username: 'leaver@tessera.example', password: 'correct horse battery 7' };
  const user = await admin.post('/auth/users', { email: login.username, password: login.password, full_name: 'Leaver' });
  const view = await stack.open({ role: login, path: '/calculations' });
  await heading(view.page, 'Calculations').waitFor();
  await admin.patch(`/auth/users/${user.id}`, { disabled: true }, { 'content-type': 'application/json' });
  await heading(view.page, /Log in/).waitFor();
  await view.end();
});

test('services that stop are waited for, and the page continues', async () => {
  const scientist = await stack.as('scientist');
  const calculation = (name) => ({ name, code: { name: 'qc' }, status: 'finished' });
  const [id] = await scientist.insert('calculations', [calculation('before the outage')]);
  const view = await stack.open({ path: '/calculations' });
  const table = await view.tab('/calculations?sort=name');
  await table.getByRole('link', { name: 'before the outage' }).waitFor();
  await heading(view.page, 'Calculations').waitFor();
  await stack.stopServices();
  // The table is still there, and says how old it is.
  await table.getByText(/not live, last contact.*(now|s ago)/).waitFor({ timeout: 20_000 });
  await table.getByRole('link', { name: 'before the outage' }).waitFor();
  await view.page.getByRole('link', { name: 'Collections', exact: true }).click();
  await view.page.getByText(/cannot be reached|No connection/).first().waitFor({ timeout: 20_000 });
  assert.ok(!view.page.url().includes('/login'), 'an outage is no log-out');
  await stack.startServices();
  // Both continue by themselves. The page that could not be loaded is loaded anew.
  await view.page.getByRole('link', { name: 'series', exact: true }).first().waitFor();
  // The table has what happened before it was connected again.
  const again = await stack.as('scientist');
  await again.patch(`/api/calculations/${id}`, { name: 'after the outage' });
  await again.insert('calculations', [calculation('new since')]);
  await table.getByText('not live').waitFor({ state: 'detached', timeout: 20_000 });
  await table.getByRole('link', { name: 'after the outage' }).waitFor();
  await table.getByRole('button', { name: '1 new' }).waitFor();
  await view.end();
});
