import { expect, test } from 'vitest';

import { suggest } from './suggest';

const none = () => [];

test('a field is offered with its unit, and with its type where the unit is 1', () => {
  const fields = [
    { path: 'results.energy.value', types: ['number'], unit: 'eV' },
    { path: 'results.residual.value', types: ['number'], unit: '1' },
  ];
  const details = suggest('results', fields, none).map(({ label, detail }) => [label, detail]);
  expect(details).toEqual([
    ['results.energy.value', 'eV'],
    ['results.residual.value', 'number'],
  ]);
});
