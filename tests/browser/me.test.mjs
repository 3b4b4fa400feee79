// What people keep for themselves: sessions, API keys, preferences, password, account. Logins count as recent for 2 s.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, test } from 'node:test';

import { serious, startConsole } from './console.mjs';
import './report.mjs';

let stack;

before(async () => {
  stack = await startConsole({ env: { AUTH__LOGIN__RECENT: '2' } });
});
after(() => stack?.stop());

const region = (page, name) => page.getByRole('region', { name, exact: true });
const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
let people = 0;

/** A person of the test's own, who registers as people do. */
async function register({ path = '/me' } = {}) {
  people += 1;
  const login = { username: `person${people}@example.org`, password: 'weaves algebraic patterns' };
  const view = await stack.open({ role: null, path: `/register?back=${encodeURIComponent(path)}` });
  await view.page.getByLabel('Name').fill(`Person ${people}`);
  await view.page.getByLabel('E-mail').fill(login.username);
  await view.page.getByLabel('Password').fill(login.password);
  await view.page.getByRole('button', { name: 'Register' }).click();
  await view.page.waitForURL(stack.origin + path);
  return { ...view, login };
}

test('what the service refuses of a registration is said beside the field', async () => {
  const { page, complaints, end } = await stack.open({ role: null, path: '/register' });
  await page.getByText('12 to 128 characters').waitFor();
  await page.getByLabel('E-mail').fill('nobody');
  await page.getByLabel('Password').fill('short');
  await page.getByRole('button', { name: 'Register' }).click();
  await page.getByText(/must be an e-mail address/).waitFor();
  assert.equal(await page.getByLabel('E-mail').getAttribute('aria-invalid'), 'true');
  assert.equal(await page.getByLabel('Password').getAttribute('aria-invalid'), 'true');
  await page.getByLabel('E-mail').fill(stack.logins.scientist.username);
  await page.getByLabel('Password').fill('weaves algebraic patterns');
  await page.keyboard.press('Enter');
  await page.getByText('Another user has this email').waitFor();
  assert.deepEqual(serious(complaints), []);
  await end();
});

test('a person ends another session, which ends in front of who uses it', async () => {
  const { page, login, complaints, end } = await register();
  const other = await stack.open({ role: login, path: '/me' });
  await other.page.getByRole('heading', { name: 'Sessions' }).waitFor();
  await page.reload();
  const sessions = region(page, 'Sessions').first();
  await sessions.getByRole('button', { name: /^End this one/ }).click();
  await page.getByText(/^Ended: the session of/).waitFor();
  await sessions.getByRole('button', { name: /^End this one/ }).waitFor({ state: 'detached' });
  assert.equal(await sessions.getByText('– this one').count(), 1);
  await other.page.reload();
  await other.page.getByRole('heading', { name: 'Log in' }).waitFor();
  assert.deepEqual(serious(complaints), []);
  await other.end();
  await end();
});

/** A grant for a job on one calculation, as the program that starts the job gets it. */
async function grantJob(token, calculation) {
  const response = await fetch(`${stack.origin}/auth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      client_id: 'tessera-job',
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: token,
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      scope: 'calculations:write',
      authorization_details: JSON.stringify([{ type: 'calculation', identifier: calculation }]),
    }),
  });
  const grant = await response.json();
  if (!response.ok) throw new Error(JSON.stringify(grant));
  return grant;
}

test('job grants are listed with the time that is left, and one is ended', async () => {
  const { page, login, complaints, end } = await register();
  const api = await stack.as(login);
  const base = { code: { name: 'qc' }, status: 'running' };
  const [kept, ended] = await api.insert('calculations', [{ ...base, name: 'kept' }, { ...base, name: 'ended' }]);
  await region(page, 'Job grants').getByText('No job acts for you').waitFor();
  await grantJob(api.token, kept);
  const grant = await grantJob(api.token, ended);
  await page.reload();
  const table = page.getByRole('table', { name: 'Job grants' });
  await table.getByRole('row', { name: new RegExp(`${kept}.*(29|30) d`) }).waitFor();
  await table.getByRole('button', { name: `End this one: the grant for ${ended}` }).click();
  await page.getByText(`Ended: the grant for ${ended}`).waitFor();
  await table.getByRole('row', { name: new RegExp(ended) }).waitFor({ state: 'detached' });
  await table.getByRole('link', { name: kept }).waitFor();
  const refresh = await fetch(`${stack.origin}/auth/token`, {
    method: 'POST',
    body: new URLSearchParams({ client_id: 'tessera-job', grant_type: 'refresh_token', refresh_token: grant.refresh_token }),
  });
  assert.equal((await refresh.json()).error, 'invalid_grant');
  assert.deepEqual(serious(complaints), []);
  await end();
});

test('an API key is shown once, after the password was entered again, and its lines work', async () => {
  const { page, login, complaints, end } = await register();
  await wait(3000);
  await page.getByRole('button', { name: 'New API key' }).click();
  const form = page.getByRole('dialog', { name: 'New API key' });
  await form.getByLabel('Name').fill('laptop');
  await form.getByRole('button', { name: 'Create the key' }).click();
  const again = page.getByRole('dialog', { name: 'Enter your password again' });
  await again.getByLabel('Password').fill('not my password');
  await again.getByRole('button', { name: 'Continue' }).click();
  await again.getByText('The password is wrong').waitFor();
  await again.getByLabel('Password').fill(login.password);
  await page.keyboard.press('Enter');
  const once = page.getByRole('dialog', { name: 'The API key laptop' });
  await once.waitFor();
  const [curl, python] = await once.locator('pre').allTextContents();
  const secret = /user = "[^:]+:([^"]+)"/.exec(curl)[1];
  const run = (command, input) => JSON.parse(execFileSync(command, { input, encoding: 'utf8' }));
  assert.ok(Array.isArray(run('sh', curl).items), 'the lines for a shell read a list');
  assert.match(execFileSync('python3', { input: python, encoding: 'utf8' }), /'items': \[/);
  await once.getByRole('button', { name: 'I have copied it' }).click();
  await page.getByRole('row', { name: /laptop/ }).waitFor();
  assert.ok(!(await page.content()).includes(secret), 'the secret is gone');

  await page.getByRole('button', { name: 'Remove laptop' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove the key' }).click();
  await page.getByText('You have no API keys').waitFor();
  assert.deepEqual(serious(complaints), []);
  await end();
});

test('preferences are kept: theme, digits, zone, and no single keys', async () => {
  const { page, complaints, end } = await register();
  await page.getByLabel('Theme').selectOption('dark');
  await page.getByLabel('Digits of numbers').selectOption('4');
  await page.getByText('Example: −76.03').waitFor();
  await page.getByLabel('Time zone').selectOption('UTC');
  await page.getByLabel('Single keys are shortcuts').uncheck();
  await page.reload();
  await page.getByText('Example: −76.03').waitFor();
  assert.equal(await page.getByLabel('Time zone').inputValue(), 'UTC');
  assert.equal(await page.getByLabel('Theme').inputValue(), 'dark');
  const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  assert.equal(background, 'rgb(18, 24, 30)');
  await page.getByRole('heading', { level: 1 }).click();
  await page.keyboard.press('?');
  assert.equal(await page.getByRole('dialog').count(), 0);
  await page.keyboard.press('Control+k');
  await page.getByRole('dialog').waitFor();
  assert.deepEqual(serious(complaints), []);
  await end();
});

test('a person changes name and password', async () => {
  const { page, login, complaints, end } = await register();
  await page.getByLabel('Name').fill('<img src=x onerror=alert(1)>');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('link', { name: '<img src=x onerror=alert(1)>' }).waitFor();
  await page.getByLabel('Current password').fill('not my password');
  await page.getByLabel('New password').fill('another long sentence of mine');
  await page.getByRole('button', { name: 'Change the password' }).click();
  await page.getByText('This is not your current password').waitFor();
  await page.getByLabel('Current password').fill(login.password);
  await page.getByLabel('New password').fill('short');
  await page.keyboard.press('Enter');
  await page.getByText(/must have 12 to 128 characters/).waitFor();
  await page.getByLabel('New password').fill('another long sentence of mine');
  await page.getByRole('button', { name: 'Change the password' }).click();
  await page.getByText(/^Your password is changed/).waitFor();
  assert.equal(await page.getByLabel('New password').inputValue(), '');
  await stack.as({ ...login, password: 'another long sentence of mine' });
  assert.deepEqual(serious(complaints), []);
  await end();
});

test('a password that somebody else set opens the change of it, and nothing else', async () => {
  const { login, end } = await register();
  const admin = await stack.as('admin');
  const { items } = await admin.get(`/auth/users?email=${login.username}`);
  await admin.patch(`/auth/users/${items[0].id}`, { password: 'set by an administrator' });
  await end();
  const given = { ...login, password: 'set by an administrator' };
  const { page, complaints, end: finish } = await stack.open({ role: given, path: '/calculations' });
  await page.getByRole('heading', { name: 'Choose another password' }).waitFor();
  await page.getByLabel('Current password').fill(given.password);
  await page.getByLabel('New password').fill('a sentence that only I know');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'My day' }).waitFor();
  assert.deepEqual(serious(complaints), []);
  await finish();
});

test('a person logs out everywhere, and deletes the account', async () => {
  const { page, login, complaints, end } = await register();
  const other = await stack.open({ role: login, path: '/me' });
  await page.getByRole('button', { name: 'Log out everywhere' }).click();
  const again = page.getByRole('dialog', { name: 'Enter your password again' });
  await again.or(page.getByRole('heading', { name: 'Log in' })).waitFor();
  if (await again.isVisible()) {
    await again.getByLabel('Password').fill(login.password);
    await page.keyboard.press('Enter');
  }
  await page.getByRole('heading', { name: 'Log in' }).waitFor();
  await other.page.reload();
  await other.page.getByRole('heading', { name: 'Log in' }).waitFor();
  await other.end();

  await page.getByLabel('E-mail').fill(login.username);
  await page.getByLabel('Password').fill(login.password);
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/me$/);
  await wait(3000);
  await page.getByRole('button', { name: 'Delete my account' }).click();
  const form = page.getByRole('dialog', { name: 'Delete your account?' });
  await form.getByRole('button', { name: 'Delete my account' }).click();
  await form.getByText(`Type ${login.username}`, { exact: true }).waitFor();
  await form.getByLabel(/To confirm/).fill(login.username);
  await page.keyboard.press('Enter');
  await again.getByLabel('Password').fill(login.password);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Log in' }).waitFor();
  await assert.rejects(stack.as(login), /401/);
  assert.deepEqual(serious(complaints), []);
  await end();
});
