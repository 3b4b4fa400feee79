// The console as people meet it: tessera on MongoDB in front of Chromium, callers with each role, and requests for what a test needs.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { launchChromium, picture, startTessera, watch } from './tessera.mjs';

/** An address of the test server's, with a database of its own. */
function databaseUrl(name) {
  const server = process.env.TESSERA_TEST_MONGO;
  if (!server) throw new Error('TESSERA_TEST_MONGO is not set: run tests/run browser');
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

/** Starts both services on MongoDB with an admin, a scientist and a viewer. `env` adds settings. */
export async function startConsole({ env = {} } = {}) {
  const data = mkdtempSync(join(tmpdir(), 'tessera-console-'));
  const tag = randomBytes(6).toString('hex');
  const settings = {
    AUTH__STORE__URL: databaseUrl(`console_auth_${tag}`),
    RESOURCE__STORE__URL: databaseUrl(`console_resource_${tag}`),
    ...env,
  };
  let tessera = await startTessera({ env: settings, data });
  const { origin, email, password } = tessera;
  const demo = (role) => JSON.parse(readFileSync(join(data, 'demo', `${role}.json`), 'utf8'));
  const logins = { admin: { username: email, password }, scientist: demo('scientist'), viewer: demo('viewer') };
  const browser = await launchChromium();
  return {
    origin,
    browser,
    logins,
    /** Ends the services and keeps their address and data for `start`. */
    stopServices: () => tessera.stop(),
    async startServices() {
      tessera = await startTessera({ env: settings, data, listen: new URL(origin).host });
    },
    as: (who) => caller(origin, typeof who === 'string' ? logins[who] : who),
    open: (options) => openPage({ origin, browser, logins }, options),
    async stop() {
      await browser.close();
      await tessera.stop();
      rmSync(data, { recursive: true, force: true });
    },
  };
}

/** Requests with the token of one login; each failure is thrown with its answer. */
async function caller(origin, login) {
  const send = async (method, path, body, headers = {}) => {
    const response = await fetch(origin + path, {
      method,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === '' ? null : JSON.parse(text);
  };
  const { access_token: token } = await send('POST', '/auth/login', login);
  const authorized = { authorization: `Bearer ${token}` };
  const call = (method, path, body, headers) => send(method, path, body, { ...authorized, ...headers });
  return {
    token,
    get: (path) => call('GET', path),
    post: (path, body, headers) => call('POST', path, body, headers),
    put: (path, body, headers) => call('PUT', path, body, headers),
    patch: (path, body, headers) =>
      call('PATCH', path, body, { 'content-type': 'application/merge-patch+json', ...headers }),
    delete: (path, headers) => call('DELETE', path, undefined, headers),
    /** Stores documents of a collection; returns their ids. */
    async insert(collection, documents) {
      const lines = documents.map((document) => JSON.stringify(document)).join('\n');
      const response = await fetch(`${origin}/api/${collection}`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-ndjson', ...authorized },
        body: lines,
      });
      const outcomes = (await response.text()).trim().split('\n').map((line) => JSON.parse(line));
      const refused = outcomes.find((outcome) => outcome.status !== 201);
      if (refused) throw new Error(`${collection}: ${JSON.stringify(refused)}`);
      return outcomes.map((outcome) => outcome._id);
    },
  };
}

/**
 * A browser of its own (cookies, storage) with one page; logged in as `role` unless that is null.
 * `complaints` must be empty at the end, policy violations included: `end` checks it.
 */
async function openPage({ origin, browser, logins }, options = {}) {
  const { role = 'scientist', path = '/', theme = 'light', width = 1280, height = 800, ...more } = options;
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme, ...more });
  context.setDefaultTimeout(30_000);
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin });
  if (role) {
    const login = typeof role === 'string' ? logins[role] : role;
    const response = await context.request.post(`${origin}/auth/login`, { data: login, headers: { origin } });
    if (!response.ok()) throw new Error(`login: ${response.status()} ${await response.text()}`);
  }
  const page = await context.newPage();
  const complaints = watch(page, origin);
  await page.goto(origin + path);
  return {
    context,
    page,
    complaints,
    /** Another tab of the same browser. */
    async tab(where = path) {
      const other = await context.newPage();
      other.complaints = watch(other, origin);
      await other.goto(origin + where);
      return other;
    },
    end: () => context.close(),
    picture: (name) => picture(page, name),
  };
}

/** Complaints that say more than that a request was refused, which a test may have wanted. */
export const serious = (complaints) => complaints.filter((text) => !/status of (4\d\d|503)|ERR_CONNECTION/.test(text));

/** What `paragraphs` takes on the machine for which the budgets of the tests were set, in milliseconds. */
const REFERENCE = 14;

/** Milliseconds that the page needs to make and lay out 1,500 paragraphs: the median of nine times. */
function paragraphs() {
  const times = Array.from({ length: 9 }, () => {
    const started = performance.now();
    const box = document.createElement('div');
    box.style.position = 'absolute';
    box.append(
      ...Array.from({ length: 1500 }, (_, index) => Object.assign(document.createElement('p'), { textContent: `row ${index}` })),
    );
    document.body.append(box);
    void box.offsetHeight;
    box.remove();
    return performance.now() - started;
  });
  return times.toSorted((a, b) => a - b)[4];
}

/**
 * Does something whose time is measured. `slowness` says how many times slower than the one for which budgets were set this machine
 * was just before or after: at least 1. A virtual machine may have half of its speed for minutes.
 */
export async function withSlowness(page, act) {
  const before = await page.evaluate(paragraphs);
  const value = await act();
  return { value, slowness: Math.max(REFERENCE, before, await page.evaluate(paragraphs)) / REFERENCE };
}
