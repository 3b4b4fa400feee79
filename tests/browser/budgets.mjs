// Measures the console against its budgets in Chromium and prints a table. Run by tests/bench/console.
import { createReadStream, existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';

import { startConsole } from './console.mjs';
import { consoleDir } from './tessera.mjs';

const ROWS = Number(process.env.ROWS ?? 10_000);
const POINTS = Number(process.env.POINTS ?? 1_000_000);
/** Changes that stand for an hour with one a second. */
const CHANGES = Number(process.env.CHANGES ?? 3600);

const results = [];
function report(what, value, unit, budget) {
  results.push({ what, measured: `${value.toFixed(value < 10 ? 2 : 0)} ${unit}`, budget: `${budget} ${unit}`, kept: value <= budget ? 'yes' : 'NO' });
}

/** Bytes of a file as gzip sends it. */
async function gzipped(path) {
  if (existsSync(`${path}.gz`)) return statSync(`${path}.gz`).size;
  let size = 0;
  for await (const part of Readable.from(createReadStream(path).pipe(createGzip({ level: 9 })))) size += part.length;
  return size;
}

/** Time in the page's own clock until a selector is there. */
const until = (page, selector) =>
  page.evaluate(
    (wanted) =>
      new Promise((resolve) => {
        const look = () => (document.querySelector(wanted) ? requestAnimationFrame(() => resolve(performance.now())) : requestAnimationFrame(look));
        look();
      }),
    selector,
  );

async function fill(scientist) {
  const one = (index) => ({
    name: `run ${String(index).padStart(6, '0')}`,
    code: { name: 'espresso', version: '7.3' },
    status: 'finished',
    method: ['PBE', 'PBE0', 'HSE'][index % 3],
    parameters: { ecut: 30 + (index % 70) },
    results: { energy: { value: -34.5 - 1 / (index + 1), unit: 'Ry' }, force: { value: 1e-5 * (index + 1), unit: 'Ry/a0' } },
  });
  let ids = [];
  for (let from = 0; from < ROWS; from += 1000) {
    ids = await scientist.insert('calculations', Array.from({ length: Math.min(1000, ROWS - from) }, (_, index) => one(from + index)));
  }
  const [id] = ids;
  for (let from = 0; from < POINTS; from += 10_000) {
    const points = Array.from({ length: Math.min(10_000, POINTS - from) }, (_, index) => ({ step: from + index, value: Math.sin((from + index) / 5e4) + Math.random() / 10 }));
    await scientist.post('/api/series/points', { calculation: id, metric: 'energy', points });
  }
  return id;
}

async function firstLoad(stack) {
  const view = await stack.open({ path: '/login' });
  const scripts = new Set();
  const foreign = new Set();
  view.page.on('response', (response) => {
    const url = new URL(response.url());
    if (url.origin !== stack.origin) foreign.add(url.origin);
    if (response.request().resourceType() === 'script') scripts.add(url.pathname);
  });
  await view.page.goto(`${stack.origin}/calculations`);
  await until(view.page, '[data-cell]');
  await view.page.waitForLoadState('networkidle').catch(() => {});
  let bytes = 0;
  for (const path of scripts) bytes += await gzipped(join(consoleDir, path));
  report('first load of /calculations, JavaScript (gzip)', bytes / 1024, 'KiB', 300);
  report('files from elsewhere', foreign.size, 'files', 0);
  await view.end();
}

async function interactive(stack) {
  const view = await stack.open({ path: '/calculations' });
  await until(view.page, '[data-cell]');
  const session = await view.context.newCDPSession(view.page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: 4 });
  const times = [];
  for (let round = 0; round < 5; round += 1) {
    await view.page.reload({ waitUntil: 'commit' });
    times.push(await until(view.page, '[data-cell]'));
  }
  times.sort((a, b) => a - b);
  report('/calculations shows rows, 4x CPU throttling, warm', times[2], 'ms', 1000);
  await session.send('Emulation.setCPUThrottlingRate', { rate: 1 });
  await view.end();
}

async function scrolling(stack) {
  const view = await stack.open({ path: '/calculations' });
  const { page } = view;
  await until(page, '[data-cell]');
  const loaded = await page.evaluate(async (rows) => {
    const grid = document.querySelector('[role="grid"]');
    const body = grid.querySelectorAll('[role="rowgroup"]')[1];
    const began = performance.now();
    while (body.offsetHeight / 32 < rows - 1 && performance.now() - began < 60_000) {
      grid.scrollTop = grid.scrollHeight;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return Math.round(body.offsetHeight / 32);
  }, ROWS);
  const longest = await page.evaluate(async () => {
    const grid = document.querySelector('[role="grid"]');
    grid.scrollTop = 0;
    await new Promise((resolve) => setTimeout(resolve, 500));
    let worst = 0;
    let before = performance.now();
    for (let frame = 0; frame < 300; frame += 1) {
      grid.scrollTop += 900;
      const now = await new Promise((resolve) => requestAnimationFrame(resolve));
      if (frame > 0) worst = Math.max(worst, now - before);
      before = now;
    }
    return worst;
  });
  report(`scrolling ${loaded} loaded rows, longest frame`, longest, 'ms', 50);
  const keystroke = await page.evaluate(async () => {
    const seen = [];
    new PerformanceObserver((list) => seen.push(...list.getEntries().map((entry) => entry.duration))).observe({ type: 'event', durationThreshold: 16 });
    globalThis.keystrokes = seen;
    return true;
  });
  if (keystroke) {
    await page.getByRole('main').locator('input[type="text"], input:not([type]), [role="combobox"]').first().click();
    await page.keyboard.type('results.energy.value < -34.6', { delay: 60 });
    await page.waitForTimeout(500);
    report('a keystroke paints', Math.max(16, ...(await page.evaluate(() => globalThis.keystrokes))), 'ms', 100);
  }
  await view.end();
}

async function plots(stack, id) {
  const view = await stack.open({ path: '/login' });
  const { page } = view;
  let answered = 0;
  page.on('response', (response) => {
    if (response.url().includes('/api/series/points')) answered = Date.now();
  });
  await page.goto(`${stack.origin}/calculations/${id}?tab=plots`);
  await page.locator('canvas').first().waitFor();
  await until(page, 'canvas');
  report(`a series of ${POINTS} points on screen after the answer`, Math.max(0, Date.now() - answered), 'ms', 1000);
  const canvas = page.locator('canvas').first();
  await canvas.scrollIntoViewIfNeeded();
  const box = await canvas.boundingBox();
  await page.evaluate(() => {
    globalThis.tasks = [];
    new PerformanceObserver((list) => globalThis.tasks.push(...list.getEntries().map((entry) => entry.duration))).observe({ type: 'longtask' });
  });
  for (const [from, to] of [
    [0.3, 0.7],
    [0.2, 0.8],
  ]) {
    await page.mouse.move(box.x + box.width * from, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * to, box.y + box.height / 2, { steps: 8 });
    await page.mouse.up();
    await page.waitForTimeout(1000);
  }
  report('a zoom, longest task of the page', Math.max(0, ...(await page.evaluate(() => globalThis.tasks))), 'ms', 100);
  await view.end();
}

async function memory(stack, id) {
  const scientist = await stack.as('scientist');
  const view = await stack.open({ path: '/calculations' });
  await until(view.page, '[data-cell]');
  const session = await view.context.newCDPSession(view.page);
  const used = async () => {
    await session.send('HeapProfiler.collectGarbage');
    return (await session.send('Runtime.getHeapUsage')).usedSize;
  };
  const change = (index) => scientist.patch(`/api/calculations/${id}`, { tags: [`t${index % 7}`] });
  // The first changes fill what is kept once.
  for (let index = 0; index < 200; index += 1) await change(index);
  await view.page.waitForTimeout(2000);
  const before = await used();
  for (let index = 0; index < CHANGES; index += 1) await change(index);
  await view.page.waitForTimeout(2000);
  report(`memory after ${CHANGES} live updates, growth`, Math.max(0, ((await used()) / before - 1) * 100), '%', 20);
  await view.end();
}

const stack = await startConsole({ env: { AUTH__TOKENS__ACCESS_TTL: '1800' } });
try {
  const id = await fill(await stack.as('scientist'));
  await firstLoad(stack);
  await interactive(stack);
  await scrolling(stack);
  await plots(stack, id);
  await memory(stack, id);
} finally {
  await stack.stop();
}
console.table(results);
process.exit(results.every((result) => result.kept === 'yes') ? 0 : 1);
