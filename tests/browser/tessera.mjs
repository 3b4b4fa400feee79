// The system as a person meets it: the `tessera` binary on a free port, and Chromium in front of it.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';

import { chromium } from 'playwright-core';

const root = new URL('../..', import.meta.url).pathname;
const binaries = process.env.TESSERA_BIN_DIR ?? join(root, 'target/debug');

/** The built console. `tests/run` builds it. */
export const consoleDir = join(root, 'resource-service/web/dist');

/**
 * Starts tessera and reads where it listens and who its admin is. `listen` may name the address of one that was stopped,
 * `data` its folder; `stop` leaves a folder that was handed in. Without `pages` it serves no console.
 */
export async function startTessera({
  env = {},
  listen = '127.0.0.1:0',
  data: kept,
  sample = false,
  pages = true,
} = {}) {
  const data = kept ?? mkdtempSync(join(tmpdir(), 'tessera-browser-'));
  const options = ['--data-dir', data, '--listen', listen, '--management-listen', '127.0.0.1:0'];
  if (!sample) options.push('--no-sample');
  if (!pages) options.push('--no-console');
  const child = spawn(join(binaries, 'tessera'), options, {
    env: { ...process.env, ...(pages && { RESOURCE__CONSOLE__DIR: consoleDir }), ...env },
  });
  const said = [];
  child.stderr.on('data', (text) => said.push(`${text}`));
  const found = {};
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(`${line}\n`);
    found.origin ??= line.match(/(http:\/\/127\.0\.0\.1:\d+)\/api\/docs/)?.[1];
    found.email ??= line.match(/admin\s+(\S+@\S+)/)?.[1];
    found.password ??= line.match(/^ {2}password\s+(\S+)/)?.[1];
    // The sample is done by then.
    if (line.includes('Paste into a shell')) break;
  }
  child.stdout.resume();
  if (!found.origin) throw new Error(`tessera did not start:\n${said.join('')}`);
  const stop = async () => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGINT');
    await ended;
    if (!kept) rmSync(data, { recursive: true, force: true });
  };
  return { ...found, data, stop };
}

/** Starts Chromium without a window. */
export async function launchChromium() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** Opens Chromium with one page; `complaints` as in `watch`. */
export async function openBrowser(origin) {
  const browser = await launchChromium();
  const page = await (await browser.newContext()).newPage();
  return { browser, page, complaints: watch(page, origin) };
}

/** Pages that are open. */
export const watched = new Set();

/** Collects console errors, failed pages and requests that leave `origin`. */
export function watch(page, origin) {
  const complaints = [];
  const view = { page, complaints };
  watched.add(view);
  page.on('close', () => watched.delete(view));
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(`${error}`));
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(origin) && !url.startsWith('data:') && !url.startsWith('blob:')) {
      complaints.push(`request leaves the origin: ${url}`);
    }
  });
  return complaints;
}

/** Keeps a picture of a page where the logs are kept. */
export async function picture(page, name) {
  const folder = join(root, 'tests/.cache/pictures');
  const path = join(folder, `${name}.png`);
  mkdirSync(dirname(path), { recursive: true });
  await page.screenshot({ path, fullPage: true });
}
