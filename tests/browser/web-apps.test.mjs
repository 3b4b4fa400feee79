// The files of resource-service/for-web-apps.md, served by Vite and tried in Chromium, and what that page says of origins and
// cookies. Addresses of the page are replaced by those of this run. A block that nothing here uses is a failure.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { chromium } from 'playwright-core';

import './report.mjs';
import { launchChromium, startTessera, watch } from './tessera.mjs';

const root = new URL('../..', import.meta.url).pathname;
const text = readFileSync(join(root, 'resource-service/for-web-apps.md'), 'utf8');
const blocks = [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language, body]) => ({ language, body, name: nameOf(language, body) }));

function nameOf(language, body) {
  if (language === 'html') return 'index.html';
  return body.match(/^\/\/ ([\w.]+)\n/)?.[1];
}

/** What vite prints when it listens. */
const LISTENS = /Local:\s+(http:\/\/127\.0\.0\.1:\d+)/;
const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

let folder, tessera, vite, browser, page;

/** Writes the files and serves them as the page says, on a free port. */
async function serveFiles(services) {
  folder = mkdtempSync(join(tmpdir(), 'tessera-web-apps-'));
  symlinkSync(join(root, 'resource-service/web/node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  for (const { name, body } of blocks) {
    if (name) writeFileSync(join(folder, name), body.replaceAll('http://127.0.0.1:8080', services));
  }
  vite = spawn(process.execPath, ['node_modules/vite/bin/vite.js', '--port', '0'], { cwd: folder, env: { ...process.env, NO_COLOR: '1' } });
  let said = '';
  for await (const part of vite.stdout) {
    said += part;
    if (LISTENS.test(said)) break;
  }
  vite.stdout.resume();
  return said.match(LISTENS)[1];
}

before(async () => {
  tessera = await startTessera({ pages: false, env: { AUTH__TOKENS__ACCESS_TTL: '2' } });
  page = await serveFiles(tessera.origin);
  browser = await launchChromium();
});
after(async () => {
  await browser?.close();
  vite?.kill();
  await tessera?.stop();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

const login = () => JSON.parse(readFileSync(join(tessera.data, 'demo/scientist.json'), 'utf8'));

/** Opens the page in a new browser profile, logged in. */
async function open() {
  const context = await browser.newContext();
  const refreshes = [];
  context.on('response', (response) => response.url().endsWith('/auth/token-refresh') && refreshes.push(response.status()));
  const tab = await context.newPage();
  const complaints = watch(tab, page);
  await tab.goto(page);
  await tab.getByLabel('E-mail').fill(login().username);
  await tab.getByLabel('Password').fill(login().password);
  await tab.getByRole('button', { name: 'Log in' }).click();
  await tab.locator('form').waitFor({ state: 'hidden' });
  return { context, tab, refreshes, complaints };
}

const store = (tab, name) =>
  tab.evaluate(async (name) => {
    const { call } = await import('/session.js');
    const body = JSON.stringify({ name, code: { name: 'qc' }, status: 'finished' });
    const answer = await call('/api/calculations', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body });
    return answer.status;
  }, name);

test('every block is a file of the page, or starts the services', () => {
  const names = blocks.map(({ name, body }) => name ?? body.split('\n')[0].split('=')[0]);
  assert.deepEqual(names, ['vite.config.js', 'session.js', 'stream.js', 'source.js', 'index.html', 'main.js', 'export AUTH__HTTP__ALLOWED_ORIGINS']);
});

test('a person logs in, sees changes, and is still logged in after a reload', async () => {
  const { context, tab, complaints } = await open();
  assert.equal(await store(tab, 'as it happens'), 201);
  await tab.getByText('as it happens').waitFor();
  await tab.reload();
  await tab.getByText('as it happens').waitFor();
  // The one before the login, when there was no cookie yet.
  assert.deepEqual(complaints.filter((complaint) => !/401/.test(complaint)), []);
  await context.close();
});

test('a wrong password is said, and nobody is logged in', async () => {
  const context = await browser.newContext();
  const tab = await context.newPage();
  await tab.goto(page);
  await tab.getByLabel('E-mail').fill(login().username);
  await tab.getByLabel('Password').fill('not the password');
  await tab.getByRole('button', { name: 'Log in' }).click();
  await tab.locator('output').getByText(/\w/).waitFor();
  await context.close();
});

test('twenty requests with an expired token make one refresh, in two tabs one each, and both stay logged in', async () => {
  const { context, tab, refreshes } = await open();
  const other = await context.newPage();
  await other.goto(page);
  await other.locator('form').waitFor({ state: 'hidden' });
  for (const one of [tab, other]) {
    // The stream of the page asks for tokens too.
    await one.route('**/changes?*', (route) => route.abort());
  }
  const twenty = (one) =>
    one.evaluate(async () => {
      const { call } = await import('/session.js');
      const answers = await Promise.all(Array.from({ length: 20 }, () => call('/api/calculations?limit=1')));
      return answers.map(({ status }) => status);
    });
  await wait(2_300);
  const before = refreshes.length;
  const statuses = (await Promise.all([twenty(tab), twenty(other)])).flat();
  assert.deepEqual([...new Set(statuses)], [200]);
  assert.ok(refreshes.slice(before).length <= 2, `refreshes: ${refreshes}`);
  assert.deepEqual([...new Set(refreshes.slice(before))], [200]);
  await context.close();
});

test('a token that is refused is replaced once, and the request repeated', async () => {
  const { context, tab } = await open();
  let refused = 0;
  await tab.route('**/api/calculations?limit=7', (route) =>
    refused++ === 0 ? route.fulfill({ status: 401, body: '{}' }) : route.continue(),
  );
  const status = await tab.evaluate(async () => (await (await import('/session.js')).call('/api/calculations?limit=7')).status);
  assert.deepEqual([status, refused], [200, 2]);
  await context.close();
});

test('a stream outlives its token and misses nothing', async () => {
  const { context, tab } = await open();
  await tab.evaluate(async () => {
    const { follow } = await import('/stream.js');
    window.seen = [];
    void follow('/api/changes?collections=calculations,reviews', (kind, change) => window.seen.push(change?.document?.name ?? kind));
  });
  await wait(500);
  const names = [];
  for (let round = 0; round < 4; round += 1) {
    names.push(`round ${round}`);
    assert.equal(await store(tab, names.at(-1)), 201);
    await wait(1_100);
  }
  await tab.waitForFunction((count) => window.seen.length > count, names.length);
  assert.deepEqual(await tab.evaluate(() => window.seen), ['reset', ...names]);
  await context.close();
});

test('an EventSource reads with a ticket, and continues with another one', async () => {
  const { context, tab } = await open();
  await tab.evaluate(async () => {
    const { source } = await import('/source.js');
    window.events = [];
    window.read = async (last) => {
      window.source = await source('calculations', last);
      window.source.addEventListener('insert', (event) => window.events.push([event.lastEventId, JSON.parse(event.data).document.name]));
      await new Promise((opened) => window.source.addEventListener('open', opened));
    };
    await window.read();
  });
  await store(tab, 'first');
  await tab.waitForFunction(() => window.events.length === 1);
  await tab.evaluate(() => window.source.close());
  await store(tab, 'second');
  await tab.evaluate(() => window.read(window.events[0][0]));
  await tab.waitForFunction(() => window.events.length === 2);
  assert.deepEqual(await tab.evaluate(() => window.events.map(([, name]) => name)), ['first', 'second']);
  await context.close();
});

test('who logs out is logged out after a reload too', async () => {
  const { context, tab } = await open();
  await tab.evaluate(async () => (await import('/session.js')).logout());
  await tab.reload();
  await tab.getByRole('button', { name: 'Log in' }).waitFor();
  const status = await tab.evaluate(() => import('/session.js').then(({ call }) => call('/api/calculations')).catch((error) => error.status));
  assert.equal(status, 401);
  await context.close();
});

/** An empty page at a host, on a port of its own. */
async function emptyPage(host) {
  const server = createServer((request, response) => response.setHeader('content-type', 'text/html').end('<!doctype html><title>p</title>'));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, origin: `http://${host}:${server.address().port}` };
}

/** What a page that is open gets from services at `address`: statuses, or `null` where the browser blocks. */
const asked = (tab, address, body) =>
  tab.evaluate(
    async ({ address, body }) => {
      const post = async (path, init) => {
        const answer = await fetch(address + path, { method: 'POST', credentials: 'include', ...init }).catch(() => null);
        return answer && { status: answer.status, body: await answer.json() };
      };
      const login = await post('/auth/login', { headers: { 'Content-Type': 'application/json' }, body });
      const refresh = await post('/auth/token-refresh');
      if (!login) return { login, refresh };
      const written = await fetch(`${address}/api/calculations`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${login.body.access_token}`, 'Content-Type': 'application/json', 'Idempotency-Key': crypto.getRandomValues(new Uint8Array(8)).join('-') },
        body: '{"name":"n","code":{"name":"c"},"status":"planned"}',
      });
      const read = ['ETag', 'Location', 'X-Request-Id'].filter((name) => written.headers.get(name));
      return { login: login.status, refresh: refresh && refresh.status, write: written.status, read };
    },
    { address, body },
  );

test('what the table says of two origins', async () => {
  const row = /^\| `http:\/\/([\w.]+)[^`]*` \| `http:\/\/([\w.]+)[^`]*` \| (yes|no) \| (\S+)[^|]* \| (\d+|blocked)/gm;
  const rows = [];
  for (const [line, host, services, allowed, ...statuses] of text.matchAll(row)) {
    rows.push({ line, services, isAllowed: allowed === 'yes', statuses, ...(await emptyPage(host)) });
  }
  assert.equal(rows.length, 5);
  const allowed = rows.filter(({ isAllowed }) => isAllowed).map(({ origin }) => origin).join(',');
  const services = await startTessera({ pages: false, env: { AUTH__HTTP__ALLOWED_ORIGINS: allowed, RESOURCE__HTTP__ALLOWED_ORIGINS: allowed } });
  const named = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--host-resolver-rules=MAP *.example.org 127.0.0.1, MAP *.example.com 127.0.0.1'],
  });
  try {
    const body = readFileSync(join(services.data, 'demo/scientist.json'), 'utf8');
    const said = (status) => (status === null ? 'blocked' : String(status));
    for (const { line, origin, services: host, isAllowed, statuses } of rows) {
      const tab = await (await named.newContext()).newPage();
      await tab.goto(origin);
      const found = await asked(tab, `http://${host}:${new URL(services.origin).port}`, body);
      assert.deepEqual([said(found.login), said(found.refresh)], statuses, line);
      if (isAllowed) assert.deepEqual([found.write, found.read], [201, ['ETag', 'Location', 'X-Request-Id']], line);
    }
  } finally {
    await named.close();
    await services.stop();
    for (const { server } of rows) server.close();
  }
});
