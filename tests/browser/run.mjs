// Runs the browser tests, two files at a time. A file with failures is run once more, alone: a stalled machine can miss a deadline.
// Whatever passes only then is named, and more than `RETRIED` of them fail the run, as with the Rust tests.
//
//   node tests/browser/run.mjs [file…]
import { readdirSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

/** How many tests may pass only when they are run again. */
const RETRIED = Number(process.env.RETRIED ?? 2);

const folder = import.meta.dirname;
const named = process.argv.slice(2).map((file) => resolve(file));
const every = readdirSync(folder).filter((name) => name.endsWith('.test.mjs'));

/** Runs files and prints what the tests say. For each file its tests: whether each passed, and else the type of its failure. */
async function round(files, concurrency) {
  const outcomes = new Map(files.map((file) => [file, new Map()]));
  const stream = run({ files, concurrency });
  const note = (isGood, { name, file = name, line, details }) => {
    const why = details.error?.failureType;
    // A test that failed only because of its subtests is not counted beside them.
    if (details.type !== 'suite' && why !== 'subtestsFailed')
      outcomes.get(file)?.set(`${name} (line ${line})`, { isGood, why });
  };
  stream.on('test:pass', (event) => note(true, event));
  stream.on('test:fail', (event) => note(false, event));
  for await (const text of stream.compose(spec)) process.stdout.write(text);
  return outcomes;
}

/** What failed in a file: its tests, or its hook where that failed and no test was run. */
function failures(tests) {
  const failed = [...tests].filter(([, { isGood }]) => !isGood);
  return new Set(failed.map(([test, { why }]) => (why === 'hookFailed' ? 'its hook' : test)));
}

const outcomes = await round(named.length > 0 ? named : every.map((name) => join(folder, name)), 2);
const files = [...outcomes.keys()].filter((file) => failures(outcomes.get(file)).size > 0);
if (files.length > 0) {
  const titleOf = (file) => relative(folder, file);
  console.log(`\nRun again: ${files.map(titleOf).join(', ')}\n`);
  const again = await round(files, 1);
  const retried = files.flatMap((file) => {
    const still = failures(again.get(file));
    return [...failures(outcomes.get(file))].filter((one) => !still.has(one)).map((one) => `${titleOf(file)}: ${one}`);
  });
  if (retried.length > 0) console.log(`${retried.length} passed only when run again:\n  ${retried.join('\n  ')}`);
  if (retried.length > RETRIED) console.log(`At most ${RETRIED} may.`);
  else for (const [file, tests] of again) outcomes.set(file, tests);
}
const all = [...outcomes.values()].flatMap((tests) => [...tests.values()]);
const bad = all.filter(({ isGood }) => !isGood).length;
console.log(`\n${all.length - bad} passed, ${bad} failed`);
process.exitCode = bad > 0 ? 1 : 0;
