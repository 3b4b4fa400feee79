// Every page, loaded once: nothing that axe calls serious in either theme, no complaint of the browser, no sideways scrolling
// at 360 px and at 400 % zoom. Pictures are kept in tests/.cache/pictures/pages, to be looked at.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';

import { serious, startConsole } from './console.mjs';
import { fill } from './data.mjs';
import './report.mjs';

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

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
/** What another theme can break. */
const COLOURS = ['color-contrast', 'link-in-text-block'];

/** What axe finds by these rules that keeps people out. */
async function violations(page, rules) {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe);
  const { violations: found } = await page.evaluate(
    (runOnly) => globalThis.axe.run(document, { runOnly, resultTypes: ['violations'] }),
    rules,
  );
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(' | ')}`);
}

/** A window as on a desk, and those in which nothing may be wider than the window: the second is the first at 400 %. */
const DESK = { width: 1280, height: 800 };
const NARROW = [
  { width: 360, height: 740 },
  { width: 320, height: 256 },
];

/** Pixels by which the page is wider than its window, after what is drawn by scripts has followed. */
async function overflow(page) {
  const beyond = () =>
    page.evaluate(
      () =>
        new Promise((resolve) => {
          const { documentElement: root } = document;
          requestAnimationFrame(() => requestAnimationFrame(() => resolve(root.scrollWidth - root.clientWidth)));
        }),
    );
  for (let attempt = 0; attempt < 10 && (await beyond()) !== 0; attempt += 1) await page.waitForTimeout(50);
  return beyond();
}

for (const role of [null, 'scientist', 'admin']) {
  test(`every page can be used by everybody, in both themes and however wide: ${role ?? 'nobody'}`, async (context) => {
    const view = await stack.open({ role, path: '/login' });
    const { page } = view;
    for (const [name, path] of PAGES.filter(([, , who]) => who === role)) {
      await context.test(name, async () => {
        await page.setViewportSize(DESK);
        await page.emulateMedia({ colorScheme: 'light' });
        await page.goto(stack.origin + path(filled));
        await settled(page);
        for (const theme of ['light', 'dark']) {
          await page.emulateMedia({ colorScheme: theme });
          await view.picture(`pages/${name}-${theme}`);
          assert.deepEqual(await violations(page, theme === 'light' ? RULES : COLOURS), [], theme);
        }
        for (const size of NARROW) {
          await page.setViewportSize(size);
          assert.equal(await overflow(page), 0, `${size.width} px wide`);
          await view.picture(`pages/${name}-${size.width}`);
        }
        assert.deepEqual(serious(view.complaints), []);
      });
    }
    await view.end();
  });
}
