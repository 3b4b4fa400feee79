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

/** Runs files and prints what the tests say. Each test by its file and name: whether it passed. */
async function round(files, concurrency) {
  const outcomes = new Map();
  const stream = run({ files, concurrency });
  const note = (isGood, { name, file = name, details }) => {
    // What only holds other tests is none.
    if (details.type !== 'suite' && details.error?.failureType !== 'subtestsFailed') {
      outcomes.set(JSON.stringify([file, name]), isGood);
    }
  };
  stream.on('test:pass', (event) => note(true, event));
  stream.on('test:fail', (event) => note(false, event));
  for await (const text of stream.compose(spec)) process.stdout.write(text);
  return outcomes;
}

const failures = (outcomes) => [...outcomes.keys()].filter((key) => !outcomes.get(key)).map((key) => JSON.parse(key));

const outcomes = await round(named.length > 0 ? named : every.map((name) => join(folder, name)), 2);
const failed = failures(outcomes);
if (failed.length > 0) {
  const files = [...new Set(failed.map(([file]) => file))];
  console.log(`\nAgain: ${files.join(', ')}\n`);
  const again = await round(files, 1);
  const retried = failed.filter((key) => again.get(JSON.stringify(key)));
  if (retried.length > 0) {
    console.log(`${retried.length} passed only when they were run again:`);
    for (const [file, name] of retried) console.log(`  ${relative(folder, file)}: ${name}`);
  }
  if (retried.length > RETRIED) console.log(`At most ${RETRIED} may.`);
  else for (const [key, isGood] of again) outcomes.set(key, isGood);
}
const bad = failures(outcomes).length;
console.log(`\n${outcomes.size - bad} passed, ${bad} failed`);
process.exitCode = bad > 0 ? 1 : 0;
