import { describe, expect, test } from 'vitest';

import { isObject, parseJson, stringifyJson, type JsonObject } from '@/api/json';

import { documentOf, formFields, leaves, placeFaults, readText, REST, textsOf } from './model';

const SCHEMA = parseJson(`{
  "type": "object", "required": ["name", "status", "n"], "additionalProperties": false,
  "properties": {
    "name": {"type": "string", "maxLength": 200, "description": "What people call it."},
    "note": {"type": "string"},
    "status": {"type": "string", "enum": ["planned", "running"]},
    "n": {"type": "integer"},
    "energy": {"type": ["number", "string"], "format": "ieee754"},
    "done": {"type": "boolean"},
    "at": {"type": "string", "format": "date-time"},
    "tags": {"type": "array", "items": {"type": "string"}},
    "levels": {"type": "array", "items": {"type": "number"}},
    "points": {"type": "array", "items": {"type": "object"}},
    "code": {"type": "object", "additionalProperties": false, "required": ["name"],
             "properties": {"name": {"type": "string", "maxLength": 100}, "version": {"type": "string", "maxLength": 100}}},
    "parameters": {"type": "object"},
    "heartbeat": {"type": "string", "readOnly": true}
  }}`);
const FIELDS = formFields(SCHEMA);
const field = (key: string) => {
  const found = leaves(FIELDS).find((one) => one.key === key);
  if (!found) throw new Error(`no field ${key}`);
  return found;
};
const read = (text: string) => {
  const value = parseJson(text);
  if (!isObject(value)) throw new Error('no object');
  return value;
};

describe('a form', () => {
  test('has a field of the right kind for each member, but none for what the service sets', () => {
    expect(leaves(FIELDS).map(({ key, kind }) => `${key} ${kind}`)).toEqual([
      'name string',
      'note text',
      'status enum',
      'n integer',
      'energy number',
      'done boolean',
      'at date-time',
      'tags list',
      'levels list',
      'points json',
      'code/name string',
      'code/version string',
      'parameters json',
    ]);
    expect(field('name').required).toBe(true);
    expect(field('name').description).toBe('What people call it.');
  });

  const STORED = `{"_id":"1","_revision":3,"name":"a","status":"running","n":9007199254740993,"energy":1.50,"tags":["x","y"],"levels":[1.0,2e400],"code":{"name":"vasp"},"parameters":{"k":[1.0,2]},"heartbeat":"h"}`;

  test('that nobody touches stores exactly what was read', () => {
    const base = read(STORED);
    const { document, faults } = documentOf(FIELDS, textsOf(FIELDS, base), base);
    expect(faults).toEqual({});
    expect(stringifyJson(document)).toBe(STORED);
  });

  test('keeps the digits that are typed', () => {
    const base = read(STORED);
    const texts = { ...textsOf(FIELDS, base), energy: '-0.10', n: '12345678901234567890', levels: '3.00\n1e-400' };
    const { document } = documentOf(FIELDS, texts, base);
    expect(stringifyJson(document.energy)).toBe('-0.10');
    expect(stringifyJson(document.n)).toBe('12345678901234567890');
    expect(stringifyJson(document.levels)).toBe('[3.00,1e-400]');
    expect(document.heartbeat).toBe('h');
  });

  test('takes out what is emptied, and an object of which nothing is left', () => {
    const base = read(STORED);
    const texts = { ...textsOf(FIELDS, base), tags: ' ', parameters: '', energy: '' };
    const { document } = documentOf(FIELDS, texts, base);
    expect(Object.keys(document)).toEqual(['_id', '_revision', 'name', 'status', 'n', 'levels', 'code', 'heartbeat']);
    const without = documentOf(
      FIELDS,
      { ...texts, 'code/version': '', 'code/name': '' },
      read('{"code":{"version":"1"}}'),
    );
    expect(without.document).not.toHaveProperty('code.version');
  });

  test('says which required value is missing, before anything is sent', () => {
    const { faults } = documentOf(FIELDS, textsOf(FIELDS, {}), {});
    expect(Object.keys(faults)).toEqual(['status', 'n']);
  });
});

describe('a text', () => {
  test.each([
    ['energy', 'NaN', '"NaN"'],
    ['energy', '-Infinity', '"-Infinity"'],
    ['energy', '1e5', '1e5'],
    ['done', 'false', 'false'],
    ['points', '[{"a":1.0}]', '[{"a":1.0}]'],
    ['name', ' a ', '" a "'],
  ])('of %s: %s is %s', (key, text, json) => {
    const result = readText(field(key), text);
    expect('value' in result && stringifyJson(result.value)).toBe(json);
  });

  test.each([
    ['energy', '1,5'],
    ['energy', 'nan'],
    ['energy', '0x10'],
    ['n', '1.5'],
    ['n', 'NaN'],
    ['levels', '1\ntwo'],
    ['parameters', '{"a":}'],
  ])('of %s: %s is refused', (key, text) => {
    expect(readText(field(key), text).fault).toMatch(/\S/);
  });
});

test('faults of the service stand beside their fields', () => {
  expect(
    placeFaults(FIELDS, [
      { pointer: '/code/name', message: 'is too long' },
      { pointer: '/tags/1', message: 'is given twice' },
      { pointer: '', message: 'too large' },
      { pointer: '/other', message: 'unknown' },
    ]),
  ).toEqual({
    placed: { 'code/name': 'is too long', tags: '/1: is given twice' },
    others: ['too large', '/other: unknown'],
  });
});

describe('members that the schema does not declare', () => {
  const open = formFields(parseJson('{"type":"object","properties":{"a":{"type":"integer"}}}'));
  const base = read('{"_id":"1","a":1,"b":{"c":1.0}}');

  test('are edited as one JSON object', () => {
    const texts = textsOf(open, base);
    expect(texts[REST]).toBe('{"b":{"c":1.0}}');
    const { document } = documentOf(open, { ...texts, [REST]: '{"d":2}' }, base);
    expect(document).toEqual({ _id: '1', a: 1, d: 2 } as unknown as JsonObject);
  });

  test('cannot hide a declared one', () => {
    expect(Object.keys(documentOf(open, { a: '1', [REST]: '{"a":2}' }, base).faults)).toEqual([REST]);
  });
});
