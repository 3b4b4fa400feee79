import { expect, test } from 'vitest';

import { parseJson } from '@/api/json';

import type { PatchOperation } from './changes';
import { summaryOf } from './summary';

const words = (text: string) => summaryOf(parseJson(text) as unknown as PatchOperation[]);

test('a patch is said in words', () => {
  expect(
    words(
      '[{"op":"replace","path":"/status","value":"finished"},{"op":"add","path":"/results","value":{"a":{"value":1},"b":{"value":2}}}]',
    ),
  ).toBe('status set to finished; results added (2)');
  expect(
    words('[{"op":"replace","path":"/parameters/n","value":9007199254740993},{"op":"remove","path":"/host"}]'),
  ).toBe('parameters.n set to 9007199254740993; host removed');
});

test('a result is said with its unit, and a name with a slash as it is', () => {
  expect(words('[{"op":"add","path":"/results/a~1b","value":{"value":-1.5,"unit":"eV"}}]')).toBe(
    'results.a/b set to −1.5 eV',
  );
});

test('an entry of a list is said by the list', () => {
  expect(words('[{"op":"add","path":"/tags/-","value":"x"},{"op":"remove","path":"/tags/0"}]')).toBe(
    'tags: added x; tags: an entry removed',
  );
});

test('of many changes some are named', () => {
  const many = Array.from({ length: 9 }, (_, at) => `{"op":"remove","path":"/m${at}"}`);
  expect(words(`[${many.join()}]`)).toBe('m0 removed; m1 removed; m2 removed; m3 removed; 5 more changes');
  expect(words(`[${many.slice(0, 5).join()}]`)).toContain('m4 removed');
});

test('what the service keeps by itself is left out, and long texts are cut', () => {
  expect(words('[{"op":"replace","path":"/_revision","value":2}]')).toBe('nothing');
  expect(words(`[{"op":"add","path":"/note","value":"${'x'.repeat(999)}"}]`).length).toBeLessThan(60);
  expect(summaryOf([], true)).toBe('created');
});
