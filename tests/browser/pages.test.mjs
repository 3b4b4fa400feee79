// Every page in both themes: nothing that axe calls serious, no complaint of the browser, no sideways scrolling at 360 px
// and at 400 % zoom. Pictures are kept in tests/.cache/pictures/pages, to be looked at.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';

import { serious, startConsole } from './console.mjs';
import { fill } from './data.mjs';

const axe = readFileSync(new URL('node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');

let stack;
let filled;

before(async () => {
  stack = await startConsole();
  filled = await fill(await stack.as('scientist'), await stack.as('admin'));
});
after(() => stack?.stop());

/** Name, address, and who looks. */
const PAGES = [
  ['login', () => '/login', null],
  ['register', () => '/register', null],
  ['day', () => '/', 'scientist'],
  ['calculations', () => '/calculations', 'scientist'],
  ['calculation', ({ first }) => `/calculations/${first}`, 'scientist'],
  ['calculation-plots', ({ first }) => `/calculations/${first}?tab=plots`, 'scientist'],
  ['calculation-files', ({ first }) => `/calculations/${first}?tab=files`, 'scientist'],
  ['calculation-history', ({ first }) => `/calculations/${first}?tab=history`, 'scientist'],
  ['calculation-reviews', ({ first }) => `/calculations/${first}?tab=reviews`, 'scientist'],
  ['compare', ({ first, second }) => `/compare?ids=${first},${second}`, 'scientist'],
  ['review', () => '/review', 'scientist'],
  ['explore', () => '/explore', 'scientist'],
  ['collections', () => '/c', 'scientist'],
  ['collection', () => '/c/series', 'scientist'],
  ['me', () => '/me', 'scientist'],
  ['admin-users', () => '/admin/users', 'admin'],
  ['admin-roles', () => '/admin/roles', 'admin'],
  ['admin-clients', () => '/admin/clients', 'admin'],
  ['admin-sessions', () => '/admin/sessions', 'admin'],
  ['admin-audit', () => '/admin/audit', 'admin'],
  ['admin-collections', () => '/admin/collections', 'admin'],
  ['admin-collection', () => '/admin/collections/reviews', 'admin'],
  ['admin-health', () => '/admin/health', 'admin'],
  ['admin-access', () => '/admin/access', 'admin'],
];

/** Waits until nothing is loading and the page has a heading. */
async function settled(page) {
  await page.locator('h1').first().waitFor();
  // Not "networkidle": a stream of changes never is.
  const isLoading = () => document.querySelector('[role="status"][aria-label^="Loading"]') !== null;
  for (let quiet = 0; quiet < 3; quiet += 1) {
    if (await page.evaluate(isLoading)) quiet = -1;
    await page.waitForTimeout(100);
  }
}

/** What axe finds that keeps people out. */
async function violations(page) {
  await page.evaluate(axe);
  const { violations: found } = await page.evaluate(() =>
    globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }),
  );
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(' | ')}`);
}

/** How far the page scrolls sideways, in pixels. */
const overflow = (page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

for (const theme of ['light', 'dark']) {
  test(`every page can be used by everybody, ${theme}`, async (context) => {
    for (const role of [null, 'scientist', 'admin']) {
      const view = await stack.open({ role, theme, path: '/login' });
      for (const [name, path, who] of PAGES.filter((page) => page[2] === role)) {
        await context.test(name, async () => {
          await view.page.goto(stack.origin + path(filled));
          await settled(view.page);
          await view.picture(`pages/${name}-${theme}`);
          assert.deepEqual(await violations(view.page), [], `${who ?? 'anonymous'} at ${name}`);
          assert.deepEqual(serious(view.complaints), []);
        });
      }
      await view.end();
    }
  });
}

for (const [how, width, height] of [
  ['360 px', 360, 740],
  ['400 % zoom', 320, 256],
]) {
  test(`no page scrolls sideways at ${how}`, async (context) => {
    for (const role of [null, 'scientist', 'admin']) {
      const view = await stack.open({ role, width, height, path: '/login' });
      for (const [name, path] of PAGES.filter((page) => page[2] === role)) {
        await context.test(name, async () => {
          await view.page.goto(stack.origin + path(filled));
          await settled(view.page);
          await view.picture(`pages/${name}-${width}`);
          assert.equal(await overflow(view.page), 0);
        });
      }
      await view.end();
    }
  });
}

test('no name is executed or turns the page around', async () => {
  const view = await stack.open({ path: '/calculations' });
  await settled(view.page);
  assert.match(await view.page.title(), /Calculations/);
  await view.page.getByText('<img src=x', { exact: false }).first().waitFor();
  assert.deepEqual(serious(view.complaints), []);
  await view.end();
});
