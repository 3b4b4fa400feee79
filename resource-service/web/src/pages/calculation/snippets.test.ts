// @vitest-environment node
import { execFile, execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { curlLine, pythonLines } from './snippets';

const server = createServer((request, response) => {
  response.statusCode = request.headers.authorization === 'Bearer secret' ? 200 : 401;
  response.end('{"name": "a run"}');
});
let url = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/calculations/a`;
});
afterAll(() => void server.close());

test('the line for a shell is valid', () => {
  execFileSync('sh', ['-n'], { input: curlLine('http://h/a') });
  expect(curlLine('http://h/a')).toContain('Bearer $TOKEN');
});

test('the lines for Python are valid and need no other library', async () => {
  const printed = await new Promise<string>((resolve, reject) => {
    execFile(
      'python3',
      ['-c', `${pythonLines(url)}\nprint(calculation["name"])`],
      { env: { PATH: process.env.PATH, TOKEN: 'secret' } },
      (error, out) => (error ? reject(error) : resolve(out)),
    );
  });
  expect(printed.trim()).toBe('a run');
});
