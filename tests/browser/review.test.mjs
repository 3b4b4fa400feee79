// Reviewing as scientists do it: by keys alone, undone in time, on the revision that was read, with as many as were asked for.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';

import { serious, startConsole } from './console.mjs';
import './report.mjs';

let stack;
let people = 0;

before(async () => {
  stack = await startConsole();
});
after(() => stack?.stop());

/** A scientist of the test's own, so that its queue is what the test put there. */
async function scientist() {
  people += 1;
  const login = { username: `reviewer${people}@example.org`, password: 'weaves algebraic patterns' };
  const response = await fetch(`${stack.origin}/auth/users`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: login.username, password: login.password, full_name: `Reviewer ${people}` }),
  });
  if (!response.ok) throw new Error(await response.text());
  const { id } = await response.json();
  return { login, id, name: `Reviewer ${people}`, api: await stack.as(login) };
}

const calculation = (name, more = {}) => ({
  name,
  code: { name: 'review-test', version: '1' },
  status: 'finished',
  parameters: { cutoff: 40 },
  results: { energy: { value: -1.5, unit: 'Ha' } },
  ...more,
});

/** Calculations of `author`, with a request to `reviewer` for each. */
async function requested(author, reviewer, names) {
  const ids = await author.api.insert('calculations', names.map((name) => calculation(name)));
  for (const id of ids) await author.api.post('/api/reviews', { calculation: id, assignee: reviewer.id });
  return ids;
}

const heading = (page, name) => page.getByRole('heading', { level: 2, name });
const entry = (page, name) => page.getByRole('navigation', { name: 'Queue' }).getByRole('link', { name });
const reviewsOf = async (who, id) => (await who.api.get(`/api/reviews?calculation=${id}`)).items;

test('a queue is reviewed by keys alone', async () => {
  const [author, reviewer] = [await scientist(), await scientist()];
  const [first, second, third] = await requested(author, reviewer, ['keys one', 'keys two', 'keys three']);
  const { page, complaints, end } = await stack.open({ role: reviewer.login, path: '/' });
  await page.getByRole('heading', { name: 'Waiting for my verdict (3)' }).waitFor();
  await page.keyboard.press('g');
  await page.keyboard.press('r');
  await heading(page, 'keys one').waitFor();
  await page.keyboard.press('j');
  await heading(page, 'keys two').waitFor();
  await page.keyboard.press('k');
  await heading(page, 'keys one').waitFor();

  await page.keyboard.press('c');
  await page.keyboard.type('energy is **right**, a r u z');
  await page.keyboard.press('Escape');
  await page.keyboard.press('a');
  await heading(page, 'keys two').waitFor();
  await page.keyboard.press('r');
  await heading(page, 'keys three').waitFor();
  await page.keyboard.press('u');
  await page.getByText('Nothing waits for your verdict').waitFor();
  await page.getByText('Your last verdict:').waitFor();

  const [approved] = await reviewsOf(reviewer, first);
  assert.equal(approved.verdict, 'approve');
  assert.equal(approved.revision, 1);
  assert.equal(approved.given_by, reviewer.id);
  assert.equal(approved.requested_by, author.id);
  assert.equal(approved.comment, 'energy is **right**, a r u z');
  assert.equal((await reviewsOf(reviewer, second))[0].verdict, 'reject');
  assert.equal((await reviewsOf(reviewer, third))[0].verdict, 'rerun');
  assert.deepEqual(serious(complaints), []);
  await end();
});

test('a verdict is undone by a key or from its message, and what was typed is there again', async () => {
  const [author, reviewer] = [await scientist(), await scientist()];
  const [first] = await requested(author, reviewer, ['undo one', 'undo two']);
  const { page, complaints, end } = await stack.open({ role: reviewer.login, path: '/review' });
  await heading(page, 'undo one').waitFor();
  await page.keyboard.press('c');
  await page.keyboard.type('too early');
  await page.keyboard.press('Escape');
  await page.keyboard.press('a');
  await heading(page, 'undo two').waitFor();
  await page.keyboard.press('z');
  await heading(page, 'undo one').waitFor();
  assert.equal(await page.getByLabel('Comment (c)').inputValue(), 'too early');
  const [review] = await reviewsOf(reviewer, first);
  assert.equal(review.state, 'requested');
  assert.equal(review.verdict, undefined);
  assert.equal(review.comment, undefined);

  await page.keyboard.press('r');
  await heading(page, 'undo two').waitFor();
  await page.getByRole('button', { name: 'Undo (z)' }).last().click();
  await heading(page, 'undo one').waitFor();
  assert.equal((await reviewsOf(reviewer, first))[0].state, 'requested');
  await entry(page, 'undo two').waitFor();
  assert.deepEqual(serious(complaints), []);
  await end();
});

test('a calculation that changed after the verdict comes back first, with what changed', async () => {
  const [author, reviewer] = [await scientist(), await scientist()];
  const [changed] = await requested(author, reviewer, ['stale one', 'stale two']);
  const [request] = await reviewsOf(reviewer, changed);
  await reviewer.api.patch(`/api/reviews/${request._id}`, { verdict: 'approve', revision: 1 });
  await author.api.patch(`/api/calculations/${changed}`, {
    results: { energy: { value: -1.75 } },
    parameters: { cutoff: 60 },
  });
  const { page, complaints, end } = await stack.open({ role: reviewer.login, path: '/' });
  await page.getByRole('heading', { name: 'Changed since my verdict (1)' }).waitFor();
  await page.getByText('revision 1 → 2').waitFor();
  await page.getByRole('link', { name: 'stale one' }).first().click();
  await heading(page, 'Changed since your verdict').waitFor();
  const differences = page.getByRole('table', { name: 'What changed' });
  await differences.getByRole('row', { name: /energy\s*−1.5 Ha\s*−1.75 Ha\s*−0.25/ }).waitFor();
  await differences.getByRole('row', { name: /cutoff\s*40\s*60\s*\+20/ }).waitFor();
  await page.getByText('stale: on revision 1').waitFor();
  await page.keyboard.press('a');
  await page.getByText('Nothing waits in this part of the queue').waitFor();
  await page.getByRole('link', { name: 'The whole queue' }).click();
  await heading(page, 'stale two').waitFor();
  const { items, current } = await reviewer.api.get(`/api/calculations/${changed}/verdicts`);
  assert.deepEqual(items.map(({ revision, stale }) => [revision, stale]), [[2, false]]);
  assert.equal(current.approve, 1);
  assert.deepEqual(serious(complaints), []);
  await end();
});

test('a newer revision is told before a verdict is sent', async () => {
  const [author, reviewer] = [await scientist(), await scientist()];
  const [id] = await requested(author, reviewer, ['newer']);
  const { page, complaints, end } = await stack.open({ role: reviewer.login, path: `/review/${id}` });
  await page.getByText('revision 1, the current one').waitFor();
  await author.api.patch(`/api/calculations/${id}`, { results: { energy: { value: -2 } } });
  await page.keyboard.press('a');
  await page.getByText(/was not sent: revision 2 was stored/).waitFor();
  assert.equal((await reviewsOf(reviewer, id))[0].state, 'requested');
  await page.getByRole('button', { name: 'Show revision 2' }).first().click();
  await page.getByText('revision 2, the current one').waitFor();
  await page.getByText(/was not sent/).waitFor({ state: 'detached' });
  await page.keyboard.press('a');
  await page.getByText('Nothing waits for your verdict').waitFor();
  assert.equal((await reviewsOf(reviewer, id))[0].revision, 2);
  assert.deepEqual(serious(complaints), []);
  await end();
});

test('a calculation asks for as many verdicts as its quorum', async () => {
  const [author, one, other] = [await scientist(), await scientist(), await scientist()];
  const [id] = await author.api.insert('calculations', [calculation('quorum of two', { quorum: 2 })]);
  const look = async (who, said) => {
    const view = await stack.open({ role: who.login, path: `/review/${id}` });
    await view.page.getByText(said).first().waitFor();
    await view.page.getByRole('group', { name: 'Your verdict' }).waitFor();
    await view.page.keyboard.press('a');
    await view.page.getByText(/^Approved: quorum of two/).waitFor();
    assert.deepEqual(serious(view.complaints), []);
    await view.end();
  };
  await look(one, '0 of 2 verdicts');
  assert.equal((await one.api.get(`/api/calculations/${id}/verdicts`)).reached, false);
  // The author's own verdict is shown and not counted, in the head as in the list.
  await author.api.post('/api/reviews', { calculation: id, revision: 1, verdict: 'approve' });
  const { page, end } = await stack.open({ role: author.login, path: `/calculations/${id}?tab=reviews` });
  await page.getByText('1 of 2 verdicts: 2 approve; the owner’s own does not count').waitFor();
  await page.getByText('1 of 2 verdicts on the current revision: 2 approve; the owner’s own does not count').waitFor();
  await end();
  await look(other, '1 of 2 verdicts');
  assert.equal((await one.api.get(`/api/calculations/${id}/verdicts`)).reached, true);
});

test('an administrator requests a review of one person, found by name', async () => {
  const [author, reviewer] = [await scientist(), await scientist()];
  const [id] = await author.api.insert('calculations', [calculation('asked for by name')]);
  const { page, complaints, end } = await stack.open({ role: 'admin', path: `/review/${id}` });
  await heading(page, 'asked for by name').waitFor();
  await page.getByRole('button', { name: 'Request a review' }).click();
  await page.getByRole('combobox', { name: 'Reviewer' }).fill(reviewer.login.username);
  await page.getByRole('option', { name: new RegExp(reviewer.name) }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Request', exact: true }).click();
  await page.getByText(`Asked ${reviewer.name} for a verdict`).waitFor();
  const { items } = await reviewer.api.get('/api/reviews/queue');
  const mine = items.find((item) => item.calculation._id === id);
  assert.equal(mine?.review.assignee, reviewer.id);
  assert.deepEqual(serious(complaints), []);
  await end();
});

test('a scientist requests a review of one person, by name or by id', async () => {
  const [author, reviewer, unknown] = [await scientist(), await scientist(), await scientist()];
  const [id] = await author.api.insert('calculations', [calculation('asked by a scientist')]);
  await reviewer.api.insert('calculations', [calculation('what makes the reviewer known')]);
  const { page, complaints, end } = await stack.open({ role: author.login, path: `/calculations/${id}?tab=reviews` });
  const ask = async (text, said) => {
    await page.getByRole('button', { name: 'Request a review' }).click();
    await page.getByRole('combobox', { name: 'Reviewer' }).fill(text);
    await page.getByRole('option', { name: text, exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Request', exact: true }).click();
    await page.getByText(`Asked ${said} for a verdict`).waitFor();
  };
  await ask(reviewer.name, reviewer.name);
  await ask(unknown.id, unknown.id);
  const assignees = (await reviewsOf(author, id)).map(({ assignee }) => assignee);
  assert.deepEqual(assignees.toSorted(), [reviewer.id, unknown.id].toSorted());
  assert.deepEqual(serious(complaints), []);
  await end();
});

test('an open request is taken, given back and withdrawn where it is shown', async () => {
  const [author, reviewer] = [await scientist(), await scientist()];
  const [id] = await author.api.insert('calculations', [calculation('open to anybody')]);
  await author.api.post('/api/reviews', { calculation: id, comment: 'look at the **energy**' });
  const assignee = async () => (await reviewsOf(reviewer, id))[0].assignee;
  const open = (view) => view.page.getByRole('region', { name: 'Open requests' });
  const path = `/calculations/${id}?tab=reviews`;
  const taking = await stack.open({ role: reviewer.login, path });
  await open(taking).getByText('from anybody').waitFor();
  await open(taking).getByText(`by ${author.name}`).waitFor();
  await open(taking).getByText('energy').waitFor();
  assert.equal(await open(taking).getByRole('button', { name: 'Withdraw' }).count(), 0);
  await open(taking).getByRole('button', { name: 'Take it' }).click();
  await open(taking).getByText('from you').waitFor();
  assert.equal(await assignee(), reviewer.id);
  await open(taking).getByRole('button', { name: 'Give it back' }).click();
  await open(taking).getByText('from anybody').waitFor();
  assert.equal(await assignee(), undefined);
  const withdrawing = await stack.open({ role: author.login, path });
  await open(withdrawing).getByRole('button', { name: 'Withdraw' }).click();
  await withdrawing.page.getByRole('dialog').getByRole('button', { name: 'Withdraw' }).click();
  await open(withdrawing).waitFor({ state: 'detached' });
  // It is hidden at once, and removed a moment later.
  let left = await reviewsOf(author, id);
  for (const end = Date.now() + 10_000; left.length > 0 && Date.now() < end; ) {
    await delay(50);
    left = await reviewsOf(author, id);
  }
  assert.deepEqual(left, []);
  for (const view of [taking, withdrawing]) {
    assert.deepEqual(serious(view.complaints), []);
    await view.end();
  }
});

test('a past revision shows the verdicts on it', async () => {
  const [author, reviewer] = [await scientist(), await scientist()];
  const [id] = await author.api.insert('calculations', [calculation('judged twice', { quorum: 1 })]);
  await reviewer.api.post('/api/reviews', { calculation: id, revision: 1, verdict: 'approve' });
  await author.api.patch(`/api/calculations/${id}`, { results: { energy: { value: -2 } } });
  await reviewer.api.post('/api/reviews', { calculation: id, revision: 2, verdict: 'reject' });
  const path = `/calculations/${id}?tab=reviews&revision=1`;
  const { page, complaints, end } = await stack.open({ role: author.login, path });
  await page.getByText('1 of 1 verdict on revision 1: 1 approves').waitFor();
  await page.getByText('1 of 1 verdict: 1 approves').waitFor();
  assert.equal(await page.getByText(/stale|rejected/).count(), 0);
  await page.getByRole('button', { name: 'Show revision 2' }).first().click();
  await page.getByText('1 of 1 verdict on the current revision: 1 rejects').waitFor();
  assert.deepEqual(serious(complaints), []);
  await end();
});

test('what decides on a result is in sight beside the verdict', async () => {
  const [author, reviewer] = [await scientist(), await scientist()];
  const [id] = await author.api.insert('calculations', [
    calculation('with a reference', {
      results: { energy: { value: -34.512345678901234, unit: 'Ry' } },
      quantities: { energy: { reference: -34.4, tolerance: 0.01 } },
    }),
  ]);
  const { page, complaints, end } = await stack.open({ role: reviewer.login, path: `/review/${id}` });
  const table = page.getByRole('group', { name: 'Results' });
  const box = await table.boundingBox();
  for (const text of ['beyond', '−0.1123']) {
    const cell = await table.getByText(text).boundingBox();
    assert.ok(cell.x + cell.width <= box.x + box.width, `${text} ends at ${cell.x + cell.width}`);
  }
  assert.deepEqual(serious(complaints), []);
  await end();
});

test('a narrow window shows one part at a time, and keys bring up the one that they need', async () => {
  const [author, reviewer] = [await scientist(), await scientist()];
  await requested(author, reviewer, ['narrow one', '\u202Enarrow <img src=x onerror=alert(1)>']);
  const { page, complaints, end } = await stack.open({ role: reviewer.login, path: '/review', width: 360, height: 740 });
  await entry(page, 'narrow one').click();
  await heading(page, 'narrow one').waitFor();
  assert.equal(await page.getByLabel('Comment (c)').isVisible(), false);
  await page.keyboard.press('c');
  await page.keyboard.type('small');
  assert.equal(await page.getByLabel('Comment (c)').inputValue(), 'small');
  await page.keyboard.press('Escape');
  await page.keyboard.press('a');
  await heading(page, /onerror/).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360);
  assert.deepEqual(serious(complaints), []);
  await end();
});

test('a viewer is offered nothing that they may not do', async () => {
  const [author, reviewer] = [await scientist(), await scientist()];
  await requested(author, reviewer, ['not for viewers']);
  const { page, complaints, end } = await stack.open({ role: 'viewer', path: '/review' });
  const main = page.getByRole('main');
  await main.getByText('reviews:write').waitFor();
  assert.equal(await main.getByRole('button').count(), 0);
  await page.keyboard.press('a');
  await page.goto(stack.origin);
  await main.getByRole('heading', { name: /^Finished since yesterday/ }).waitFor();
  assert.equal(await main.getByRole('heading', { name: /my verdict/ }).count(), 0);
  assert.deepEqual(serious(complaints), []);
  await end();
});
