import { expect, test } from 'vitest';

import { axisName } from './axisName';

test('names what all curves share', () => {
  const energy = { metric: 'energy', unit: 'eV' };
  expect(axisName([energy, energy])).toBe('energy (eV)');
  expect(axisName([{ metric: 'residual', unit: '1' }])).toBe('residual');
  expect(axisName([energy, { metric: 'gap', unit: 'eV' }])).toBe('eV');
  expect(axisName([energy, { metric: 'energy', unit: 'Ha' }])).toBe('energy');
  expect(axisName([energy, { metric: 'force', unit: 'N' }])).toBeUndefined();
});
