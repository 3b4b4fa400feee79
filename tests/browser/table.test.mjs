// The table of calculations and the pages of collections, as a scientist uses them: filter, columns, order and Back; saved views;
// export; a form that meets another user's change; ten thousand rows.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';

import { serious, startConsole } from './console.mjs';

/** Milliseconds that a task, and so a frame, may take while ten thousand rows scroll. */
const FRAME = 50;
const MANY = 10_000;

let console_;
let scientist;

const calculation = (name, more = {}) => ({ name, code: { name: 'qc', version: '1' }, status: 'finished', ...more });

before(async () => {
  console_ = await startConsole();
  scientist = await console_.as('scientist');
  await scientist.insert('calculations', [
    calculation('alpha', { method: 'SOR', results: { energy: { value: -10.000000001, unit: 'eV' } } }),
    calculation('beta', { method: 'SOR', results: { energy: { value: -10.000000002, unit: 'eV' } } }),
    calculation('gamma', { method: 'Jacobi', results: { energy: { value: 'NaN', unit: 'eV' } } }),
    calculation('delta', { status: 'failed', method: 'Jacobi' }),
  ]);
});
after(() => console_?.stop());

/** The longest task of the page in milliseconds of its own thread, so that other programs on the machine do not count. */
function longestTask(events) {
  const main = events.find((event) => event.name === 'FunctionCall');
  const tasks = events.filter(({ name, tid, pid }) => name === 'RunTask' && tid === main?.tid && pid === main?.pid);
  assert.ok(tasks.length > 100, `${tasks.length} tasks were traced`);
  // The last one is cut off by the end of the trace.
  return Math.max(...tasks.map((task) => task.tdur ?? 0)) / 1000;
}

const rowNames = (page) => page.getByRole('row').getByRole('link').allTextContents();

test('filter, columns and order stand in the address, and Back restores them', async () => {
  const { page, complaints, end } = await console_.open({ path: '/calculations' });
  await page.getByRole('link', { name: 'delta' }).waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('method is SOR');
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: 'delta' }).waitFor({ state: 'detached' });
  assert.deepEqual((await rowNames(page)).toSorted(), ['alpha', 'beta']);
  // Digits tell the rows apart.
  await page.getByText('−10.000000002', { exact: true }).waitFor();

  await page.getByRole('columnheader', { name: 'energy' }).getByRole('button').click();
  await page.waitForFunction(() => document.querySelector('[data-cell="0:0"]')?.textContent === 'beta');
  await page.keyboard.press('o');
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Find a field, or type any path').fill('code.version');
  await page.keyboard.press('Enter');
  await dialog.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('columnheader', { name: 'version' }).waitFor();

  const shown = new URL(page.url()).searchParams;
  assert.equal(shown.get('method'), 'SOR');
  assert.equal(shown.get('sort'), 'results.energy.value');
  assert.match(shown.get('cols'), /code\.version/);

  const address = page.url();
  await page.getByRole('link', { name: 'beta' }).click();
  await page.waitForURL(/\/calculations\/[^?]+/);
  await page.goBack();
  await page.getByRole('columnheader', { name: 'version' }).waitFor();
  assert.equal(page.url(), address);
  assert.deepEqual(await rowNames(page), ['beta', 'alpha']);

  // Only what differs folds the rest into one line.
  await page.keyboard.press('d');
  await page.getByText('Same in all 2 loaded rows:').waitFor();
  assert.equal(await page.getByRole('columnheader', { name: 'method' }).count(), 0);
  assert.deepEqual(serious(complaints), []);
  await end();
});

test('a shared view opens by its link for another user', async () => {
  const mine = await console_.open({ path: '/calculations?status=failed&sort=-name&cols=name,status,method' });
  await mine.page.getByRole('link', { name: 'delta' }).waitFor();
  await mine.page.keyboard.press('v');
  const dialog = mine.page.getByRole('dialog');
  await dialog.getByLabel('Save what is shown as').fill('Failed ones');
  await dialog.getByLabel('Share with all').check();
  await dialog.getByRole('button', { name: 'Save', exact: true }).click();
  await mine.page.getByRole('heading', { name: 'Calculations: Failed ones' }).waitFor();
  const id = new URL(mine.page.url()).searchParams.get('view');
  assert.ok(id);
  await mine.end();

  const theirs = await console_.open({ role: 'viewer', path: `/calculations?view=${id}` });
  await theirs.page.getByRole('link', { name: 'delta' }).waitFor();
  assert.deepEqual(await rowNames(theirs.page), ['delta']);
  assert.equal(new URL(theirs.page.url()).searchParams.get('sort'), '-name');
  await theirs.page.goto(`${console_.origin}/calculations?view=gone`);
  await theirs.page.getByText('There is no such saved view').waitFor();
  await theirs.page.getByRole('link', { name: 'alpha' }).waitFor();
  assert.deepEqual(serious(theirs.complaints), []);
  await theirs.end();
});

test('an export holds the rows of the filter with their stored digits', async () => {
  const { page, complaints, end } = await console_.open({ path: '/calculations?method=SOR&sort=name' });
  // A headless browser has nobody to ask for a place.
  await page.evaluate(() => delete window.showSaveFilePicker);
  await page.getByRole('link', { name: 'alpha' }).waitFor();
  await page.keyboard.press('e');
  const dialog = page.getByRole('dialog');
  await dialog.getByText('2 rows in all.').waitFor();
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    dialog.getByRole('button', { name: 'Export', exact: true }).click(),
  ]);
  const [head, ...lines] = readFileSync(await file.path(), 'utf8')
    .trim()
    .split('\n');
  assert.match(head, /results\.energy\.value/);
  assert.equal(lines.length, 2);
  assert.match(lines[0], /alpha.*-10\.000000001/);
  assert.match(lines[1], /beta.*-10\.000000002/);
  assert.deepEqual(serious(complaints), []);
  await end();
});

test('a form that meets the change of another user merges, and asks about what both changed', async () => {
  const [id] = await scientist.insert('calculations', [calculation('to merge', { method: 'first', host: 'a' })]);
  const { page, complaints, end } = await console_.open({ path: `/c/calculations/${id}` });
  await page.getByRole('button', { name: 'Edit' }).click();
  await page.getByLabel('method').fill('mine');
  await page.getByLabel('host').fill('b');
  await scientist.patch(`/api/calculations/${id}`, { method: 'theirs', tags: ['added'] });
  await page.getByRole('button', { name: 'Save' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Before: first').waitFor();
  assert.equal(await dialog.getByRole('group').count(), 1);
  await dialog.getByLabel('Yours: mine').check();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.getByText('revision 3').waitFor();
  const { method, host, tags } = await scientist.get(`/api/calculations/${id}`);
  assert.deepEqual({ method, host, tags }, { method: 'mine', host: 'b', tags: ['added'] });
  assert.deepEqual(serious(complaints), []);
  await end();
});

test('ten thousand rows are scrolled without a long frame', async () => {
  for (let at = 0; at < MANY; at += 1000) {
    const rows = Array.from({ length: 1000 }, (_, index) =>
      calculation(`row ${at + index}`, {
        method: 'many',
        parameters: { n: at + index },
        results: { energy: { value: Math.sin(at + index), unit: 'eV' } },
      }),
    );
    await scientist.insert('calculations', rows);
  }
  const { page, complaints, end } = await console_.open({ path: '/calculations?method=many' });
  await page.getByText(`of ${MANY.toLocaleString('en')}`).waitFor();
  const grid = page.getByRole('grid');
  while ((await page.getByText(`${MANY.toLocaleString('en')} rows`, { exact: true }).count()) === 0) {
    await grid.evaluate((element) => element.scrollTo(0, element.scrollHeight));
    await page.waitForTimeout(50);
  }
  // What was loaded is measured while the browser is idle.
  await page.waitForTimeout(1500);
  await console_.browser.startTracing(page, {
    categories: ['devtools.timeline', 'disabled-by-default-devtools.timeline'],
  });
  await grid.evaluate(async (element) => {
    for (let step = 0; step < 120; step++) {
      element.scrollTo(0, (element.scrollHeight / 120) * step);
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
  });
  const longest = longestTask(JSON.parse(await console_.browser.stopTracing()).traceEvents);
  assert.ok(longest <= FRAME, `a task took ${longest} ms`);
  assert.deepEqual(serious(complaints), []);
  await end();
});

/** What the focused element looks like: its name, and whether it, or what holds it, shows the focus by an outline. */
const focused = (page) =>
  page.evaluate(() => {
    const element = document.activeElement;
    if (!element || element === document.body) return null;
    const shows = (one) => {
      const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(one);
      return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2 && !/, 0\)|transparent/.test(outlineColor);
    };
    // A box is drawn by its frame; a line of text has the cursor and its own border.
    const frame = element.closest('.MuiCheckbox-root, .MuiRadio-root, .MuiSwitch-switchBase') ?? element;
    const isText = element.matches('input:not([type=checkbox], [type=radio]), textarea');
    return {
      name: `${element.tagName} ${element.getAttribute('aria-label') ?? element.textContent}`.slice(0, 60),
      isSeen: isText || shows(element) || shows(frame),
    };
  });

for (const theme of ['light', 'dark']) {
  test(`the keyboard shows where it is, ${theme}`, async () => {
    const { page, complaints, end } = await console_.open({ path: '/calculations?status=failed', theme });
    await page.getByRole('link', { name: 'delta' }).waitFor();
    const seen = [];
    for (let count = 0; count < 60; count += 1) {
      await page.keyboard.press('Tab');
      const one = await focused(page);
      // From the last element the focus leaves the page, and comes back to its beginning.
      if (one) seen.push(one);
    }
    assert.ok(seen.length > 15, `${seen.length} elements are reached`);
    assert.ok(seen.some(({ name }) => name.startsWith('BUTTON')), 'a button is reached');
    assert.deepEqual(seen.filter(({ isSeen }) => !isSeen), []);
    assert.deepEqual(serious(complaints), []);
    await end();
  });
}

test('many conditions leave the table its room', async () => {
  const conditions = Array.from({ length: 200 }, (_, index) => `name[ne]=other${index}`).join('&');
  const { page, complaints, end } = await console_.open({ path: `/calculations?${conditions}` });
  const bar = page.getByRole('list', { name: 'Conditions' });
  await bar.waitFor();
  const { height } = await bar.boundingBox();
  assert.ok(height <= 240, `the conditions are ${height} px high`);
  assert.ok((await page.getByRole('grid').boundingBox()).height > 150);
  assert.deepEqual(serious(complaints), []);
  await end();
});

test('what the palette finds is not denied', async () => {
  // Words are looked for in the latest documents.
  await (await console_.as('scientist')).insert('calculations', [calculation('palette', {})]);
  const { page, complaints, end } = await console_.open({ path: '/calculations?status=failed' });
  await page.getByRole('link', { name: 'delta' }).waitFor();
  await page.keyboard.press('Control+k');
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('combobox').fill('palette');
  await dialog.getByRole('option', { name: 'palette' }).waitFor();
  assert.equal(await dialog.getByText('Nothing found').count(), 0);
  await dialog.getByRole('combobox').fill('qzqzqz');
  await dialog.getByText('Nothing found').waitFor();
  assert.deepEqual(serious(complaints), []);
  await end();
});

test('the order of statistics stands in the address', async () => {
  const { page, complaints, end } = await console_.open({ path: '/explore?by=name&method=SOR' });
  const head = page.getByRole('columnheader', { name: 'name' });
  await head.getByRole('button').click();
  await page.waitForURL(/sort=name/);
  await head.getByRole('button').click();
  await page.waitForURL(/sort=-name/);
  await page.reload();
  await page.waitForFunction(() => document.querySelector('[data-cell="0:0"]')?.textContent === 'beta');
  assert.deepEqual(serious(complaints), []);
  await end();
});

test('long words and numbers stay in their places', async () => {
  const ids = [];
  for (const [name, n, x] of [
    ['long A', '-9223372036854775808', '1.0'],
    ['long B', '9223372036854775807', '1'],
  ]) {
    // Numbers as they are written: JavaScript would round them.
    const text = JSON.stringify(calculation(name, { note: 'W'.repeat(400), parameters: { n: 'N', x: 'X' } }));
    const { _id } = await scientist.post('/api/calculations', text.replace('"N"', n).replace('"X"', x));
    ids.push(_id);
  }
  const points = [{ step: 1, value: 1.7e308 }];
  await scientist.post('/api/series/points', { calculation: ids[0], metric: 'loss', unit: '\u202eVe', points });
  const { page, complaints, end } = await console_.open({ path: `/compare?ids=${ids.join()}&all=1` });
  const cells = page.getByRole('table', { name: 'Inputs' }).getByRole('row', { name: /^n / }).getByRole('cell');
  await cells.first().waitFor();
  assert.deepEqual(await cells.allTextContents(), ['−9223372036854775808', '9223372036854775807']);
  for (const cell of await cells.all()) assert.ok((await cell.boundingBox()).height < 40, 'a number is on one line');
  const likes = page.getByRole('table', { name: 'Inputs' }).getByRole('row', { name: /^x / }).getByRole('cell');
  assert.deepEqual(await likes.allTextContents(), ['1.00', '1.00']);

  await page.goto(`${console_.origin}/calculations/${ids[0]}`);
  await page.getByText('WWWW').waitFor();
  const beyond = await page.getByRole('main').evaluate((main) => main.scrollWidth - main.clientWidth);
  assert.equal(beyond, 0);
  await page.goto(`${console_.origin}/calculations/${ids[0]}?tab=plots&smooth=-1`);
  await page.getByText('Enter a whole number above 0').waitFor();
  await page.getByText('last 1.7e308').waitFor();
  assert.equal(await page.getByRole('group', { name: '1 metric' }).locator('bdi').textContent(), '\u202eVe');
  assert.deepEqual(serious(complaints), []);
  await end();
});
