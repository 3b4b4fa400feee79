// Documents, names and addresses that careless pages choke on: they are shown, harmless and explained, and the page stays usable.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { serious, startConsole, withSlowness } from './console.mjs';
import { HOSTILE } from './data.mjs';
import './report.mjs';

const MANY = 10_000;
const LABELS = 5_000;
const MIB = 1024 * 1024;
/** Seconds that the thread of a page may work for one act of the reader. */
const PATIENCE = 1;

let stack;
let scientist;
let admin;

const calculation = (name, more = {}) => ({ name, code: { name: 'qc', version: '1' }, status: 'finished', ...more });

before(async () => {
  stack = await startConsole();
  [scientist, admin] = await Promise.all([stack.as('scientist'), stack.as('admin')]);
});
after(() => stack?.stop());

/** A page that is looked at, and how it is found to be harmless at the end. */
async function look(path, options) {
  const view = await stack.open({ path, ...options });
  const end = async () => {
    assert.notEqual(await view.page.title(), '1', 'no script of a document has run');
    assert.deepEqual(serious(view.complaints), []);
    await view.end();
  };
  return { ...view, end };
}

/** Seconds that the thread of the page works for an act. Other programs on the machine do not count. */
async function work(page, act) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
  const spent = async () => {
    const { metrics } = await devtools.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'ThreadTime').value;
  };
  const start = await spent();
  await act();
  const seconds = (await spent()) - start;
  await devtools.detach();
  return seconds;
}

async function quick(page, what, act) {
  const { value: seconds, slowness } = await withSlowness(page, () => work(page, act));
  const allowed = PATIENCE * slowness;
  assert.ok(seconds <= allowed, `${what} takes ${seconds.toFixed(2)} s, ${allowed.toFixed(2)} s are allowed`);
}

test('ten thousand parameters are ten thousand columns', async () => {
  const parameters = (shift) =>
    Object.fromEntries(Array.from({ length: MANY }, (_, index) => [`p${index}`, index === 77 ? shift : index]));
  const ids = await scientist.insert('calculations', [
    calculation('very wide A', { parameters: parameters(1), method: 'wide' }),
    calculation('very wide B', { parameters: parameters(2), method: 'wide' }),
  ]);
  const { page, end } = await look('/calculations?method=wide&cols=name,status,parameters.*');
  const grid = page.getByRole('grid');
  await page.getByRole('link', { name: 'very wide A' }).waitFor();
  assert.equal(await grid.getAttribute('aria-colcount'), String(MANY + 3));
  const dialog = page.getByRole('dialog');
  await quick(page, 'the last column', async () => {
    await page.locator('[data-cell="0:0"]').focus();
    await page.keyboard.press('End');
    await page.getByRole('columnheader', { name: 'p9999' }).waitFor();
  });
  await quick(page, 'the list of columns', async () => {
    await page.keyboard.press('o');
    await dialog.getByText(`${MANY} found`).waitFor();
  });
  await quick(page, 'finding a column', async () => {
    await dialog.getByLabel('Find a field, or type any path').fill('p9998');
    await dialog.getByRole('button', { name: '+ parameters.p9998' }).waitFor();
  });
  await page.keyboard.press('Escape');
  await quick(page, 'only what differs', async () => {
    await page.keyboard.press('d');
    await page.getByText('Same in all 2 loaded rows:').waitFor();
  });
  await page.getByRole('columnheader', { name: 'p77', exact: true }).waitFor();

  await page.goto(`${stack.origin}/calculations/${ids[0]}`);
  await quick(page, 'more parameters', async () => {
    await page.getByRole('button', { name: `Show 1,000 more of ${MANY.toLocaleString('en')}` }).click();
    await page.getByRole('row', { name: /^p1039 / }).waitFor();
  });
  await page.goto(`${stack.origin}/compare?ids=${ids}`);
  await page.getByRole('table', { name: 'Inputs' }).getByRole('row', { name: /^p77 1\b.* 2/ }).waitFor();
  await end();
});

test('answers that come late move nothing that the reader is about to click', async () => {
  const parameters = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`p${index}`, index]));
  const [id] = await scientist.insert('calculations', [calculation('asked slowly', { parameters, note: 'slow' })]);
  const { page, end } = await look('/calculations');
  const late = [];
  await page.route(/\/series\/metrics|\/verdicts/, (route) => late.push(route));
  await page.goto(`${stack.origin}/calculations/${id}`);
  const more = page.getByRole('button', { name: 'Show all 100' });
  await more.waitFor();
  const metrics = page.getByRole('region', { name: 'Metrics' });
  await metrics.getByRole('status', { name: 'Loading' }).waitFor();
  await page.getByText('Review …').waitFor();
  await metrics.scrollIntoViewIfNeeded();
  const before = await more.boundingBox();
  for (const route of late) await route.continue();
  await metrics.getByText('No metrics yet').waitFor();
  await page.getByText('Review no verdict yet').waitFor();
  assert.deepEqual(await more.boundingBox(), before);
  await end();
});

test('five thousand labels and a text of a mebibyte leave their document usable', async () => {
  await admin.put('/api/collections/wild', {
    name: 'wild',
    schema: { type: 'object', properties: { title: { type: 'string' }, labels: { type: 'array', items: { type: 'string' } } } },
    versioned: true,
  });
  const labels = Array.from({ length: LABELS }, (_, index) => `label ${index}`);
  const deep = Array.from({ length: 20 }).reduce((inner) => ({ inner }), 'bottom');
  // As much as the service takes.
  const blob = 'W'.repeat(MIB - 150_000);
  await await admin.insert('wild', [{ title: HOSTILE[0], labels, blob, deep }]);
  await scientist.insert('calculations', [
    calculation('a long text', { parameters: { blob }, tags: labels.slice(0, 100), method: 'long', results: {} }),
  ]);
  const { page, end } = await look('/c/wild', { role: 'admin' });
  await page.getByRole('link', { name: HOSTILE[0] }).click();
  await quick(page, 'the list of labels', async () => {
    await page.getByText(`list of ${LABELS}`).click();
    await page.getByText('label 99', { exact: true }).waitFor();
    await page.getByRole('button', { name: `${LABELS - 100} more` }).click();
    await page.getByText('label 599', { exact: true }).waitFor();
  });
  await quick(page, 'the edit form', async () => {
    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByLabel('title').waitFor();
  });
  await quick(page, 'typing', async () => {
    await page.getByLabel('title').pressSequentially('abcde');
  });
  await page.goto(`${stack.origin}/calculations?method=long&cols=name,tags,parameters.blob`);
  await page.getByRole('link', { name: 'a long text' }).waitFor();
  await page.getByRole('gridcell', { name: /^W{300}…$/ }).waitFor();
  await page.getByRole('link', { name: 'a long text' }).click();
  await page.getByText('No results yet').waitFor();
  await page.getByText('and 70 more tags').waitFor();
  await quick(page, 'the edit form of a calculation', async () => {
    await page.getByRole('button', { name: 'Edit', exact: true }).click();
    await page.getByRole('dialog').getByLabel('Name').fill('still a long text');
  });
  await end();
});

test('names and notes are text: nothing in them is executed, turns the page around, or is lost', async () => {
  const note = [
    '<script>document.title = 1</script> <img src=x onerror="document.title=1">',
    '[script](javascript:document.title=1) [data](data:text/html,<script>1</script>) [good](https://example.org/)',
    '![picture](https://example.org/a.png)',
  ].join('\n\n');
  const names = HOSTILE.map((name) => calculation(name, { method: 'names', tags: [name.slice(0, 90)], note }));
  const ids = await scientist.insert('calculations', names);
  const { page, end } = await look('/calculations?method=names&cols=name,tags');
  for (const name of HOSTILE) await page.getByRole('link', { name: name.trim(), exact: true }).waitFor();
  // What is written from right to left stays in its cell.
  const links = page.getByRole('row').getByRole('link');
  assert.deepEqual(await links.evaluateAll((all) => all.map((link) => link.dir)), HOSTILE.map(() => 'auto'));
  for (const [at, id] of ids.entries()) {
    await page.goto(`${stack.origin}/calculations/${id}`);
    await page.getByRole('heading', { level: 1, name: HOSTILE[at], exact: true }).waitFor();
  }
  const main = page.getByRole('main');
  await main.getByText('<script>document.title = 1</script>').waitFor();
  assert.equal(await main.locator('img, script').count(), 0);
  assert.equal(await main.getByRole('link', { name: /^(script|data)$/ }).count(), 0);
  assert.equal(await main.getByRole('link', { name: 'good' }).getAttribute('href'), 'https://example.org/');
  await end();
});

test('series of NaN alone, of one point, with a gap and of a hostile name are plotted', async () => {
  const [id] = await scientist.insert('calculations', [calculation('odd series')]);
  const series = {
    'all NaN': [1, 2, 3].map((step) => ({ step, value: 'NaN' })),
    single: [{ step: 7, value: 1 }],
    gap: [1, 2, 900_000, 900_001].map((step) => ({ step, value: step })),
    [HOSTILE[0]]: [{ step: 0, value: '-Infinity' }],
  };
  for (const [metric, points] of Object.entries(series)) {
    await scientist.post('/api/series/points', { calculation: id, metric, points });
  }
  const { page, end } = await look(`/calculations/${id}?tab=plots`);
  for (const metric of Object.keys(series)) {
    await page.goto(`${stack.origin}/calculations/${id}?tab=plots&metrics=${encodeURIComponent(metric)}`);
    await page.locator('figure').getByText(metric).first().waitFor();
    await page.locator('canvas').waitFor();
    await quick(page, `a key on ${metric}`, async () => {
      await page.getByRole('application').first().focus();
      await page.keyboard.press('End');
      await page.locator('figure [aria-live]').getByText(/^Step \d+/).waitFor({ state: 'attached' });
      await page.keyboard.press('+');
    });
  }
  await end();
});

test('links to what a reader may not see say so, and offer a way on', async () => {
  const [secret] = await admin.insert('views', [{ name: 'of an admin', page: 'calculations', state: 'sort=name' }]);
  const [mine] = await scientist.insert('calculations', [calculation('to be seen')]);
  const { page, end } = await look('/me');
  const alert = page.getByRole('alert');
  for (const [path, said] of [
    ['/calculations/nothing', /There is no|not found/i],
    [`/calculations/${secret}`, /There is no|not found/i],
    ['/calculations/%3Cimg%20src=x%3E', /There is no|not found/i],
    ['/calculations/..%2f..%2fauth%2fusers', /There is no|not found|must/i],
    [`/c/views/${secret}`, /There is no|not found/i],
    ['/c/nothing', /There is no|not found/i],
    [`/review/${secret}`, /There is no|not found/i],
    [`/compare?ids=${mine},${secret}`, new RegExp(`${secret}|There is no|not found`)],
    [`/calculations?view=${secret}`, /There is no such saved view/],
  ]) {
    await page.goto(stack.origin + path);
    await alert.or(page.getByRole('main')).getByText(said).first().waitFor();
    assert.ok(!page.url().includes('/login'), path);
    assert.equal(await page.getByText('of an admin').count(), 0, path);
    await page.getByRole('link', { name: 'Calculations', exact: true }).waitFor();
  }
  await end();
});

test('a saved view that is broken is explained, and the table is there', async () => {
  await scientist.insert('calculations', [calculation('in the table', { method: 'view' })]);
  const view = (state, page = 'calculations') => ({ name: `view ${state.slice(0, 20)}`, page, state });
  const ids = await scientist.insert('views', [
    view('%%%&&&===;;;\u0000\u202e<script>document.title=1</script>'),
    view('sort=&cols=&w=name:-5,x:1e9&d=maybe&silent=for%20ever&method=view'),
    view('method=view&no..such[[field=1'),
    view('{"filter":"json"}', 'review'),
    view(`method=view&cols=${'name,'.repeat(3_000)}`),
  ]);
  const { page, end } = await look('/me');
  for (const [at, said] of [
    [1, null],
    [4, null],
    [3, 'This saved view belongs to the page review'],
  ]) {
    await page.goto(`${stack.origin}/calculations?view=${ids[at]}`);
    await page.getByRole('link', { name: 'in the table' }).waitFor();
    if (said) await page.getByText(said).waitFor();
  }
  // A condition that the service refuses is shown with its sentence, and can be taken away.
  for (const at of [0, 2]) {
    await page.goto(`${stack.origin}/calculations?view=${ids[at]}`);
    await page.getByRole('list', { name: 'Conditions' }).waitFor();
    await page.getByRole('main').getByRole('alert').first().waitFor();
    await page.getByRole('list', { name: 'Conditions' }).getByRole('button', { name: /^Remove/ }).last().click();
  }
  await page.getByRole('link', { name: 'in the table' }).waitFor();
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
  const { page, complaints, end } = await stack.open({ path: `/compare?ids=${ids.join()}&all=1` });
  const cells = page.getByRole('table', { name: 'Inputs' }).getByRole('row', { name: /^n / }).getByRole('cell');
  await cells.first().waitFor();
  assert.deepEqual(await cells.allTextContents(), ['−9223372036854775808', '9223372036854775807']);
  for (const cell of await cells.all()) assert.ok((await cell.boundingBox()).height < 40, 'a number is on one line');
  const likes = page.getByRole('table', { name: 'Inputs' }).getByRole('row', { name: /^x / }).getByRole('cell');
  assert.deepEqual(await likes.allTextContents(), ['1.0', '1\u2008\u2007']);

  await page.goto(`${stack.origin}/calculations/${ids[0]}`);
  await page.getByText('WWWW').waitFor();
  const beyond = await page.getByRole('main').evaluate((main) => main.scrollWidth - main.clientWidth);
  assert.equal(beyond, 0);
  await page.goto(`${stack.origin}/calculations/${ids[0]}?tab=plots&smooth=-1`);
  await page.getByText('Enter a whole number above 0').waitFor();
  await page.getByText('last 1.7e308').waitFor();
  assert.equal(await page.getByRole('group', { name: '1 metric' }).locator('bdi').textContent(), '\u202eVe');
  assert.deepEqual(serious(complaints), []);
  await end();
});
