// Data that every page has something to show with: ordinary calculations, and what breaks careless pages.

/** Names that careless pages execute, reverse, or lose. */
export const HOSTILE = [
  '<img src=x onerror="document.title=1">',
  '\u202eright to left\u202c and back',
  'zero\u200bwidth\u200djoined',
  'שלום עולם',
  `${'long '.repeat(39)}name`,
];

/** Points of a damped wave with a spike, NaN, an infinity and a gap. */
export function wave(count) {
  return Array.from({ length: count }, (_, step) => ({ step: step < count / 2 ? step : step + 50, value: valueOf(step, count) }));
}

function valueOf(step, count) {
  if (step === Math.floor(count / 3)) return 'NaN';
  if (step === Math.floor(count / 4)) return 'Infinity';
  if (step === Math.floor(count / 5)) return 25;
  return Math.exp((-3 * step) / count) * Math.cos(step / 10);
}

/** Fills a console; `scientist` and `admin` are callers (`as`). Returns ids by name. */
export async function fill(scientist, admin) {
  const base = { code: { name: 'espresso', version: '7.3' }, host: 'node-17' };
  const documents = Array.from({ length: 12 }, (_, index) => ({
    ...base,
    name: `H2O cutoff ${30 + index * 5} Ry`,
    status: ['finished', 'finished', 'running', 'failed'][index % 4],
    method: index % 2 === 0 ? 'PBE' : 'PBE0',
    parameters: { ecut: 30 + index * 5, k: [2, 2, 2], smearing: 'mv' },
    results: index % 4 < 2 ? { energy: { value: -34.5 - 1 / (index + 1), unit: 'Ry' }, force: { value: 1e-5 * (index + 1), unit: 'Ry/a0' } } : {},
    started_at: '2026-11-01T08:00:00Z',
    tags: ['water', index % 2 === 0 ? 'convergence' : 'hybrid'],
  }));
  documents[0].quantities = { energy: { reference: -35.4, tolerance: 0.2, better: 'closer' } };
  documents[0].note = '# Note\n\nConverged with $E = mc^2$. <script>document.title = 1</script>\n\n| a | b |\n|---|---|\n| 1 | 2 |';
  documents[0].quorum = 2;
  const hostile = HOSTILE.map((name) => ({ ...base, name, status: 'finished', tags: [name.slice(0, 90)] }));
  const ids = await scientist.insert('calculations', [...documents, ...hostile]);
  const [first, second] = ids;
  for (const id of [first, second]) {
    await scientist.post('/api/series/points', { calculation: id, metric: 'energy', unit: 'Ry', points: wave(400) });
    await scientist.post('/api/series/points', { calculation: id, metric: 'single', points: [{ step: 1, value: 1 }] });
  }
  await scientist.put(`/api/calculations/${first}/artifacts/run.log`, 'started\nfinished\n', { 'content-type': 'text/plain' });
  await scientist.put(`/api/calculations/${first}/artifacts/table.csv`, 'a,b\n1,2\n', { 'content-type': 'text/csv' });
  await admin.post('/api/reviews', { calculation: first, revision: 1, verdict: 'approve', comment: 'Looks **converged**.' });
  await admin.post('/api/reviews', { calculation: second, state: 'requested' });
  await scientist.patch(`/api/calculations/${first}`, { tags: ['water', 'checked'] });
  return { ids, first, second };
}
