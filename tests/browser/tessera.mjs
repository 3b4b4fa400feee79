// The system as a person meets it: the `tessera` binary on a free port, and Chromium in front of it.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { chromium } from 'playwright-core';

const root = new URL('../..', import.meta.url).pathname;
const binaries = process.env.TESSERA_BIN_DIR ?? join(root, 'target/debug');

/** Starts tessera and reads where it listens and who its admin is. */
export async function startTessera() {
  const data = mkdtempSync(join(tmpdir(), 'tessera-browser-'));
  const child = spawn(join(binaries, 'tessera'), ['--data-dir', data, '--listen', '127.0.0.1:0', '--no-sample']);
  const said = [];
  child.stderr.on('data', (text) => said.push(`${text}`));
  const found = {};
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(`${line}\n`);
    found.origin ??= line.match(/(http:\/\/127\.0\.0\.1:\d+)\/api\/docs/)?.[1];
    found.email ??= line.match(/admin\s+(\S+@\S+)/)?.[1];
    found.password ??= line.match(/password\s+(\S+)/)?.[1];
    if (found.origin && found.email && found.password) break;
  }
  if (!found.password) throw new Error(`tessera did not start:\n${said.join('')}`);
  const stop = async () => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGINT');
    await ended;
    rmSync(data, { recursive: true, force: true });
  };
  return { ...found, stop };
}

/** Opens Chromium; `complaints` collects console errors, failed pages and requests that leave `origin`. */
export async function openBrowser(origin) {
  const browser = await chromium.launch({
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
  const page = await browser.newPage();
  const complaints = [];
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(`${error}`));
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(origin) && !url.startsWith('data:') && !url.startsWith('blob:')) {
      complaints.push(`request leaves the origin: ${url}`);
    }
  });
  return { browser, page, complaints };
}

/** Keeps a picture of a failed page where the log is kept. */
export async function picture(page, name) {
  const folder = join(root, 'tests/.cache/pictures');
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}
