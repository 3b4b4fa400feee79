// What administrators do in the console, and that others are not offered it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { serious, startConsole } from './console.mjs';
import './report.mjs';

let stack;

before(async () => {
  // So that administrators are the only ones who make accounts.
  stack = await startConsole({ env: { AUTH__REGISTRATION: 'closed' } });
});
after(() => stack?.stop());

const heading = (page, name) => page.getByRole('heading', { level: 1, name });
/** Replaces the text of an editor, as people do who have it in another window. */
async function paste(page, editor, text) {
  await page.evaluate((copied) => navigator.clipboard.writeText(copied), text);
  await editor.click();
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Control+v');
}

const button = (page, name) => page.getByRole('button', { name, exact: true });

test('an administrator makes a role, gives it, and sees which scopes follow', async () => {
  const { page, complaints, end } = await stack.open({ role: 'admin', path: '/admin/roles' });
  await button(page, 'New role').click();
  await page.getByRole('textbox', { name: 'Name' }).fill('chemist');
  await page.getByRole('checkbox', { name: 'reviews:write' }).check();
  await page.getByRole('textbox', { name: /Other scopes/ }).fill('molecules:read');
  await button(page, 'Save').click();
  await page.getByRole('link', { name: 'chemist' }).waitFor();

  await page.goto(`${stack.origin}/admin/users`);
  await page.getByRole('link', { name: 'viewer@tessera.example' }).click();
  await button(page, 'Change roles').click();
  await page.getByRole('checkbox', { name: 'chemist' }).check();
  await button(page, 'Save').click();
  const row = page.getByRole('row', { name: /molecules:read/ });
  await row.waitFor();
  assert.match(await row.innerText(), /chemist/);
  assert.deepEqual(serious(complaints), []);
  await end();
});

test('the secret of a client is shown once, and works', async () => {
  const { page, end } = await stack.open({ role: 'admin', path: '/admin/clients' });
  await button(page, 'New client').click();
  await page.getByRole('textbox', { name: 'Name' }).fill('loader');
  await page.getByRole('checkbox', { name: 'calculations:read' }).check();
  await button(page, 'Create the client').click();
  const curl = await page.locator('pre').first().innerText();
  const [, id, secret] = curl.match(/-u '([^:]+):([^']+)'/);
  const response = await fetch(`${stack.origin}/auth/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  assert.equal(response.status, 200);
  await button(page, 'I have copied it').click();
  await page.getByRole('row', { name: /loader/ }).waitFor();
  assert.equal(await page.getByText(secret).count(), 0);
  await end();
});

test('a definition is tried before it is saved', async () => {
  const { page, complaints, end } = await stack.open({ role: 'admin', path: '/admin/collections' });
  await button(page, 'New collection').click();
  await page.getByRole('textbox', { name: 'Name' }).fill('spectra');
  await button(page, 'Continue').click();
  await page.getByText('can be saved').waitFor();
  await button(page, 'Save').click();
  await page.getByText('The definition is the same as the one in use').waitFor();

  const admin = await stack.as('admin');
  await admin.insert('spectra', [{ title: 'one' }, { title: 'two', value: 1.5 }]);
  const editor = page.getByRole('textbox', { name: 'Definition of spectra' });
  const text = JSON.stringify({
    name: 'spectra',
    schema: { type: 'object', required: ['title', 'value'], properties: { title: { type: 'string' }, value: { type: 'number' } } },
    versioned: true,
  });
  await paste(page, editor, text);
  await page.getByText('1 of 2 stored documents would be invalid').waitFor();
  assert.ok(await button(page, 'Save').isDisabled(), 'it needs force');
  await page.getByRole('checkbox', { name: /force/ }).check();
  await button(page, 'Save').click();
  await page.getByText('The definition is the same as the one in use').waitFor();
  await paste(page, editor, '{"name":');
  await page.getByText(/not JSON/).waitFor();
  assert.deepEqual(serious(complaints), []);
  await end();
});

test('the access page says why somebody cannot change a document', async () => {
  const scientist = await stack.as('scientist');
  const [id] = await scientist.insert('calculations', [{ name: 'mine', code: { name: 'x' }, status: 'planned' }]);
  const { page, end } = await stack.open({ role: 'admin', path: `/admin/access?user=viewer@tessera.example&id=${id}` });
  await page.getByText('they lack the scope calculations:write').waitFor();
  await end();
});

test('a viewer is offered nothing that they may not do', async () => {
  const { page, end } = await stack.open({ role: 'viewer', path: '/' });
  await heading(page, 'My day').waitFor();
  const areas = page.getByRole('navigation', { name: 'Areas' });
  assert.equal(await areas.getByText('Administration').count(), 0);
  for (const path of ['/admin/users', '/admin/roles', '/admin/collections']) {
    await page.goto(stack.origin + path);
    await page.getByText('You may not do this').waitFor();
    assert.ok(!page.url().includes('/login'), 'no log-out on a lack of scope');
  }
  const scientist = await stack.as('scientist');
  const [id] = await scientist.insert('calculations', [{ name: 'others', code: { name: 'x' }, status: 'finished' }]);
  for (const path of [`/calculations/${id}`, '/calculations', '/c/calculations', '/review']) {
    await page.goto(stack.origin + path);
    await heading(page, /./).waitFor();
    await page.waitForTimeout(500);
    const offered = await page.getByRole('main').getByRole('button').allInnerTexts();
    const forbidden = offered.filter((name) => /delete|remove|approve|reject|rerun|new |create|edit|restore/i.test(name));
    assert.deepEqual(forbidden, [], path);
  }
  await end();
});

test('one search box takes the ids of logs', async () => {
  const admin = await stack.as('admin');
  const { items } = await admin.get('/auth/audit?limit=1');
  const { page, end } = await stack.open({ role: 'admin', path: `/admin/users?q=${items[0].request_id}` });
  await page.getByText('audit entry').first().waitFor();
  await page.getByRole('searchbox').fill('scientist@');
  await page.getByRole('listitem').getByRole('link', { name: /scientist@tessera.example/ }).waitFor();
  await end();
});

test('where registration is closed, the page says so and the login offers no link to it', async () => {
  const { page, complaints, end } = await stack.open({ role: null, path: '/register' });
  await page.getByText('Registration is closed here. An administrator can make an account for you').waitFor();
  assert.equal(await page.getByRole('textbox').count(), 0);
  await page.getByRole('link', { name: 'Log in' }).click();
  await page.getByLabel('Password').waitFor();
  assert.equal(await page.getByText('No account?').count(), 0);
  // The answer may come later than the form.
  await Promise.all([page.waitForResponse((response) => response.url().endsWith('/auth/openapi.json')), page.reload()]);
  await page.getByLabel('Password').waitFor();
  await page.waitForTimeout(200);
  assert.equal(await page.getByText('No account?').count(), 0);
  assert.deepEqual(serious(complaints), []);
  await end();
});
