import { describe, expect, test } from 'vitest';

import { editedOf, mergePatch, patchOf, readLabels, withoutMine, writeLabels } from './edits';

const BASE = { name: 'a', status: 'running', tags: ['x', 'y'], labels: { team: 'one', site: 'b' }, note: 'n' };
const edit = (change: object) => patchOf(editedOf(BASE), { ...editedOf(BASE), ...change });

describe('a patch', () => {
  test('has what differs and nothing else', () => {
    expect(edit({})).toEqual({});
    expect(edit({ name: 'b', note: '' })).toEqual({ name: 'b', note: null });
    expect(edit({ labels: { team: 'two', new: 'c' } })).toEqual({ labels: { team: 'two', site: null, new: 'c' } });
  });
});

describe('a patch on top of what others changed', () => {
  test('goes together where they changed something else', () => {
    expect(mergePatch(edit({ name: 'b' }), BASE, { ...BASE, note: 'other' })).toEqual({
      patch: { name: 'b' },
      clashes: [],
    });
  });

  test('clashes where both changed the same in another way', () => {
    const { patch, clashes } = mergePatch(edit({ name: 'b', labels: { team: 'two', site: 'b' } }), BASE, {
      ...BASE,
      name: 'c',
      labels: { team: 'three' },
    });
    expect(clashes).toEqual([
      { path: ['name'], theirs: 'c', mine: 'b' },
      { path: ['labels', 'team'], theirs: 'three', mine: 'two' },
    ]);
    expect(withoutMine(patch, clashes)).toEqual({});
    expect(withoutMine(patch, clashes.slice(0, 1))).toEqual({ labels: { team: 'two' } });
  });

  test('sends nothing where both changed the same in the same way', () => {
    expect(mergePatch(edit({ name: 'b' }), BASE, { ...BASE, name: 'b' })).toEqual({ patch: {}, clashes: [] });
  });

  test('keeps the tags that either added, without those that either removed', () => {
    const { patch, clashes } = mergePatch(edit({ tags: ['y', 'mine'] }), BASE, { ...BASE, tags: ['x', 'theirs'] });
    expect(patch.tags).toEqual(['theirs', 'mine']);
    expect(clashes).toEqual([]);
  });
});

describe('labels as lines', () => {
  test('are read and written', () => {
    const labels = { team: 'one: two', site: '' };
    expect(readLabels(writeLabels(labels))).toEqual({ labels });
  });

  test('give back what was written, whatever the names and values are', () => {
    const odd = [
      'a: b',
      ':',
      '',
      ' outer ',
      'two\nlines',
      'cr\r\nlf',
      '"quoted"',
      '"half',
      'back\\slash',
      '\u2028',
      '\u00a0x',
      '\t',
      'ü"',
    ];
    const labels = Object.fromEntries(
      odd.flatMap((name, at) => odd.map((value, to) => [`${name}${at}${to}${name}`, value])),
    );
    for (const name of odd) labels[name] = name;
    Object.defineProperty(labels, '__proto__', { value: 'x', enumerable: true, writable: true, configurable: true });
    const text = writeLabels(labels);
    // A text field changes line breaks.
    expect(text).not.toMatch(/[\r\u2028\u2029]/);
    const read = readLabels(text);
    expect(read.fault).toBeUndefined();
    expect(Object.entries(read.labels)).toEqual(Object.entries(labels));
  });

  test('are patched only where they differ', () => {
    const before = editedOf({ labels: { 'a: b': ' x\ny ' } });
    expect(patchOf(before, { ...before, labels: readLabels(writeLabels(before.labels)).labels })).toEqual({});
  });

  test('name a label that is given more than once', () => {
    expect(readLabels('a: 1\nb: 2\n"a": 1')).toEqual({ labels: {}, fault: '“a” is given more than once' });
    expect(readLabels('__proto__: 1\nconstructor: 2').fault).toBeUndefined();
  });

  test('name the line that is none', () => {
    expect(readLabels('team: one\nnonsense').fault).toBe('“nonsense” is not name: value');
    expect(readLabels(': x').fault).toBe('“: x” is not name: value');
  });
});
