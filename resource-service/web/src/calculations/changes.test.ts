import { describe, expect, it } from 'vitest';

import { parseJson, type JsonObject } from '@/api/json';

import { changesOf, differenceOf, pointerParts, wordsOf, type PatchOperation } from './changes';

const document = (text: string) => parseJson(text) as JsonObject;
const words = (diff: PatchOperation[], before: JsonObject, after: JsonObject) =>
  changesOf(diff, before, after).map((change) => wordsOf(change));

describe('changes in words', () => {
  it('names a result, both values, the unit and the difference', () => {
    const before = document('{"results":{"energy":{"value":-1.5,"unit":"Ha"}}}');
    const after = document('{"results":{"energy":{"value":-1.75,"unit":"Ha"}}}');
    expect(words([{ op: 'replace', path: '/results/energy/value', value: -1.75 }], before, after)).toEqual([
      'energy changed from −1.5 to −1.75 Ha (−0.25)',
    ]);
  });

  it('keeps 64-bit integers exact', () => {
    const before = document('{"parameters":{"seed":9007199254740993}}');
    const after = document('{"parameters":{"seed":9007199254740995}}');
    expect(words([{ op: 'replace', path: '/parameters/seed' }], before, after)[0]).toContain(
      'from 9007199254740993 to 9007199254740995',
    );
  });

  it('says no difference where a value became NaN', () => {
    const before = document('{"results":{"p":{"value":1}}}');
    const after = document('{"results":{"p":{"value":"NaN"}}}');
    const [change] = changesOf([{ op: 'replace', path: '/results/p/value' }], before, after);
    expect(change && wordsOf(change)).toBe('p changed from 1 to NaN');
    expect(change && differenceOf(change)).toBeNaN();
  });

  it('shows both units where the unit changed', () => {
    const before = document('{"results":{"e":{"value":1,"unit":"Ha"}}}');
    const after = document('{"results":{"e":{"value":27.2,"unit":"eV"}}}');
    const diff: PatchOperation[] = [
      { op: 'replace', path: '/results/e/value' },
      { op: 'replace', path: '/results/e/unit' },
    ];
    expect(words(diff, before, after)).toEqual(['e changed from 1 Ha to 27.2 eV']);
  });

  it('lists the results one by one where all were added at once', () => {
    const after = document('{"results":{"a":{"value":1},"b":{"value":2}}}');
    expect(words([{ op: 'add', path: '/results' }], {}, after)).toEqual(['a added: 1', 'b added: 2']);
  });

  it('takes a list as one thing', () => {
    const before = document('{"tags":["x","y","z"]}');
    const after = document('{"tags":["y","z","w"]}');
    const diff: PatchOperation[] = [
      { op: 'remove', path: '/tags/0' },
      { op: 'add', path: '/tags/-', value: 'w' },
    ];
    expect(words(diff, before, after)).toEqual(['tags: added w; removed x']);
    expect(
      words([{ op: 'move', from: '/tags/0', path: '/tags/1' }], before, document('{"tags":["y","x","z"]}')),
    ).toEqual(['tags reordered']);
  });

  it('leaves out what the service keeps, and what came to nothing', () => {
    const before = document('{"_revision":1,"name":"a"}');
    const after = document('{"_revision":2,"name":"a"}');
    const diff: PatchOperation[] = [
      { op: 'replace', path: '/_revision' },
      { op: 'replace', path: '/name' },
      { op: 'test', path: '/name' },
    ];
    expect(words(diff, before, after)).toEqual([]);
  });

  it('puts the status before results, and inputs before the rest', () => {
    const before = document('{"tags":["x"],"method":"a","status":"running"}');
    const after = document('{"tags":[],"method":"b","status":"failed","results":{"e":{"value":1}}}');
    const areas = changesOf([{ op: 'replace', path: '' }], before, after).map(({ area }) => area);
    expect(areas).toEqual(['status', 'results', 'inputs', 'other']);
  });

  it('names members of the object prototype like any other', () => {
    const before = document('{"labels":{}}');
    const after = document('{"labels":{"constructor":"x"}}');
    expect(words([{ op: 'add', path: '/labels/constructor' }], before, after)).toEqual(['constructor added: x']);
  });

  it('reads escaped pointers', () => {
    expect(pointerParts('/a~1b/~0c/')).toEqual(['a/b', '~c', '']);
  });
});
