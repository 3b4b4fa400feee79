// The table of calculations and the pages of collections, as a scientist uses them: filter, columns, order and Back; saved views;
// export; a form that meets another user's change; ten thousand rows.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';

import { serious, startConsole, withSlowness } from './console.mjs';
import './report.mjs';

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

/** Writes what is shown into a file of a format, and reads it. */
async function exported(page, format) {
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('radio', { name: new RegExp(`^${format}`) }).check();
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    dialog.getByRole('button', { name: 'Export', exact: true }).click(),
  ]);
  await dialog.getByText(/^Done: /).waitFor();
  return readFileSync(await file.path(), 'utf8');
}

test('an export holds the rows of the filter with their stored digits', async () => {
  const { page, complaints, end } = await console_.open({ path: '/calculations?method=SOR&sort=name' });
  // A headless browser has nobody to ask for a place.
  await page.evaluate(() => delete window.showSaveFilePicker);
  await page.getByRole('link', { name: 'alpha' }).waitFor();
  await page.keyboard.press('e');
  await page.getByRole('dialog').getByText('2 rows in all.').waitFor();
  const [head, ...lines] = (await exported(page, 'CSV')).trim().split('\n');
  assert.match(head, /results\.energy\.value/);
  assert.equal(lines.length, 2);
  assert.match(lines[0], /alpha.*-10\.000000001/);
  assert.match(lines[1], /beta.*-10\.000000002/);
  assert.deepEqual(serious(complaints), []);
  await end();
});

test('an export that is stored again holds the same numbers: beyond 2^53, of 17 digits, NaN and infinity', async () => {
  const numbers = '"max":9223372036854775807,"min":-9223372036854775808,"odd":9007199254740993,"third":0.30000000000000004';
  const text = JSON.stringify(
    calculation('exact', { method: 'exact', results: { gap: { value: 'NaN' }, bound: { value: '-Infinity' } } }),
  );
  await scientist.post('/api/calculations', text.replace(/}$/, `,"parameters":{${numbers}}}`));
  const path = '/calculations?method=exact&cols=name,code,status,method,parameters,results.*';
  const { page, complaints, end } = await console_.open({ path });
  await page.evaluate(() => delete window.showSaveFilePicker);
  await page.getByRole('link', { name: 'exact' }).waitFor();
  await page.keyboard.press('e');
  await page.getByRole('dialog').getByText('1 row in all.').waitFor();
  const [head, line] = (await exported(page, 'CSV')).trim().split('\n');
  const cells = Object.fromEntries(head.split(',').map((name, at) => [name, line.split(',')[at]]));
  assert.deepEqual(
    ['max', 'min', 'odd', 'third'].map((name) => cells[`parameters.${name}`]),
    ['9223372036854775807', '-9223372036854775808', '9007199254740993', '0.30000000000000004'],
  );
  assert.equal(cells['results.gap.value'], 'NaN');
  assert.equal(cells['results.bound.value'], '-Infinity');

  // JavaScript would round the numbers: the line is stored again as text, but for what the service sets.
  const lines = (await exported(page, 'NDJSON')).trim();
  for (const one of numbers.split(',')) assert.ok(lines.includes(one), `${one} is not in ${lines}`);
  const { _id } = await scientist.post('/api/calculations', lines.replaceAll(/"_\w+":("[^"]*"|\d+),?/g, '').replace(',}', '}'));
  await page.goto(`${console_.origin}/calculations/${_id}`);
  for (const shown of ['9223372036854775807', '−9223372036854775808', '9007199254740993', 'NaN', '−∞']) {
    await page.getByRole('cell', { name: shown, exact: true }).waitFor();
  }
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

test('the edit form of a calculation merges too, and asks about what both changed', async () => {
  const [id] = await scientist.insert('calculations', [calculation('both edit it', { tags: ['old'], note: 'before' })]);
  const { page, complaints, end } = await console_.open({ path: `/calculations/${id}` });
  const dialog = page.getByRole('dialog');
  const edit = async (note, label) => {
    await page.getByRole('button', { name: 'Edit', exact: true }).click();
    await dialog.getByRole('textbox', { name: 'Note' }).fill(note);
    await dialog.getByRole('textbox', { name: 'Labels' }).fill(`mine: ${label}`);
  };
  // Other parts go together without a question.
  await edit('mine', 'first');
  await scientist.patch(`/api/calculations/${id}`, { tags: ['theirs'] });
  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved together with changes that another person made meanwhile').waitFor();
  const merged = await scientist.get(`/api/calculations/${id}`);
  assert.deepEqual([merged.note, merged.tags, merged.labels], ['mine', ['theirs'], { mine: 'first' }]);

  await edit('mine again', 'second');
  await scientist.patch(`/api/calculations/${id}`, { note: 'theirs', labels: { theirs: 'x' } });
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.getByText('Another person changed the same').waitFor();
  assert.equal(await dialog.getByRole('group').count(), 1);
  await dialog.getByRole('button', { name: 'Back to my changes' }).click();
  assert.equal(await dialog.getByRole('textbox', { name: 'Note' }).inputValue(), 'mine again');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.getByLabel('Theirs: theirs').check();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached' });
  const { note, labels, _revision: revision } = await scientist.get(`/api/calculations/${id}`);
  assert.deepEqual([note, labels, revision], ['theirs', { mine: 'second', theirs: 'x' }, 5]);
  assert.deepEqual(serious(complaints), []);
  await end();
});

test('what others do moves nothing: new rows are counted, changed ones renewed, removed ones marked', async () => {
  const rows = Array.from({ length: 40 }, (_, index) =>
    calculation(`live ${String(index).padStart(2, '0')}`, { method: 'live', results: { energy: { value: index } } }),
  );
  const ids = await scientist.insert('calculations', rows);
  const { page, complaints, end } = await console_.open({ role: 'viewer', path: '/me' });
  const stream = page.waitForResponse((response) => response.url().includes('/api/changes'));
  await page.goto(`${console_.origin}/calculations?method=live&sort=-name&cols=name,results.energy.value,tags`);
  await page.getByText('40 rows').waitFor();
  await stream;
  const grid = page.getByRole('grid');
  const row = (name) => page.getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) });
  await grid.evaluate((element) => element.scrollTo(0, 320));
  // Rows that are out of sight are taken out with the next picture.
  await row('live 39').waitFor({ state: 'detached' });
  const first = page.getByRole('row').nth(1);
  const seen = { names: await rowNames(page), top: await first.evaluate((row) => row.getBoundingClientRect().top) };
  const stays = async () => {
    assert.deepEqual(await rowNames(page), seen.names);
    assert.equal(await first.evaluate((row) => row.getBoundingClientRect().top), seen.top);
    assert.equal(await grid.evaluate((element) => element.scrollTop), 320);
  };
  await scientist.insert('calculations', [calculation('elsewhere', { method: 'other' })]);
  await scientist.insert('calculations', ['live 90', 'live 91', 'live 92'].map((name) => calculation(name, { method: 'live' })));
  const pill = page.getByRole('button', { name: '3 new' });
  await pill.waitFor();
  await stays();

  await scientist.patch(`/api/calculations/${ids[20]}`, { results: { energy: { value: -77.5 } }, tags: ['renewed'] });
  await row('live 20').getByText('−77.5').waitFor();
  await row('live 20').getByText('renewed').waitFor();
  await scientist.delete(`/api/calculations/${ids[21]}`);
  await row('live 21').getByText('removed').waitFor();
  await stays();
  await scientist.post(`/api/calculations/${ids[21]}/restore`);
  await row('live 21').getByText('removed').waitFor({ state: 'detached' });
  await scientist.delete(`/api/calculations/${ids[22]}`);
  await row('live 22').getByText('removed').waitFor();

  await pill.click();
  await page.getByText('42 rows').waitFor();
  await pill.waitFor({ state: 'detached' });
  await grid.evaluate((element) => element.scrollTo(0, 0));
  await row('live 92').waitFor();
  assert.equal(await row('live 22').count(), 0);
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
  const all = page.getByText(`${MANY.toLocaleString('en')} rows, newest first`, { exact: true });
  for (const began = Date.now(); (await all.count()) === 0; ) {
    assert.ok(Date.now() - began < 60_000, 'the rows are not all loaded');
    await grid.evaluate((element) => element.scrollTo(0, element.scrollHeight));
    await page.waitForTimeout(50);
  }
  // What was loaded is measured while the browser is idle.
  await page.waitForTimeout(1500);
  const scrolled = () =>
    grid.evaluate(async (element) => {
      for (let step = 0; step < 120; step++) {
        element.scrollTo(0, (element.scrollHeight / 120) * step);
        await new Promise((resolve) => requestAnimationFrame(resolve));
      }
    });
  const { value: trace, slowness } = await withSlowness(page, async () => {
    await console_.browser.startTracing(page, {
      categories: ['devtools.timeline', 'disabled-by-default-devtools.timeline'],
    });
    await scrolled();
    return console_.browser.stopTracing();
  });
  const [longest, allowed] = [longestTask(JSON.parse(trace).traceEvents), FRAME * slowness];
  assert.ok(longest <= allowed, `a task took ${longest} ms, ${allowed} ms are allowed`);
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

test('j and k move through the rows from anywhere on the page, and Enter opens one', async () => {
  const { page, complaints, end } = await console_.open({ path: '/calculations?name[in]=alpha,beta,gamma&sort=name' });
  await page.locator('[data-cell="2:0"]').waitFor();
  const at = () => page.evaluate(() => document.activeElement.textContent);
  const press = async (key) => {
    await page.keyboard.press(key);
    return at();
  };
  assert.deepEqual([await press('j'), await press('j'), await press('j'), await press('j')], ['alpha', 'beta', 'gamma', 'gamma']);
  assert.equal(await press('k'), 'beta');
  await page.keyboard.press('?');
  await page.getByRole('dialog').getByText('Next row').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  assert.equal(await press('j'), 'gamma');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'gamma' }).waitFor();
  assert.deepEqual(serious(complaints), []);
  await end();
});

test('only a change by others is reported as one, and a label that is given twice is refused', async () => {
  const [id] = await scientist.insert('calculations', [calculation('to be saved')]);
  const { page, complaints, end } = await console_.open({ path: `/calculations/${id}` });
  const dialog = page.getByRole('dialog');
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  await dialog.getByRole('textbox', { name: 'Name' }).fill('');
  await dialog.getByRole('textbox', { name: 'Labels' }).fill('a: 1\na: 2');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.getByText('“a” is given more than once').waitFor();
  await dialog.getByText('Enter a name').waitFor();
  await dialog.getByRole('textbox', { name: 'Name' }).fill('saved');
  await dialog.getByRole('textbox', { name: 'Labels' }).fill('a: 1');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { level: 1, name: 'saved' }).waitFor();
  await scientist.patch(`/api/calculations/${id}`, { note: 'by a program' });
  await page.getByText('It changed while you read: revision 2 became revision 3').waitFor();
  assert.deepEqual(serious(complaints), []);
  await end();
});

test('the line of what is the same names the owner', async () => {
  const { page, complaints, end } = await console_.open({ path: '/calculations?name[in]=alpha,beta&d=1' });
  await page.getByRole('note').getByText('owner Demo scientist').waitFor();
  assert.deepEqual(serious(complaints), []);
  await end();
});
