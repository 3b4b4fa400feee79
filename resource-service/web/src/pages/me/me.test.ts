import { execFileSync } from 'node:child_process';

import { describe, expect, it } from 'vitest';

import { deviceName } from '@/people/device';
import { curlLines, pythonLines, readable } from './lines';

describe('the name of a device', () => {
  it('is browser and system', () => {
    const chrome =
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';
    expect(deviceName(chrome)).toBe('Chrome on Linux');
    expect(deviceName(`${chrome} Edg/140.0`)).toBe('Edge on Linux');
    expect(deviceName('Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0')).toBe(
      'Firefox on Windows',
    );
    expect(
      deviceName(
        'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605 Version/17.5 Mobile Safari/604',
      ),
    ).toBe('Safari on iOS');
  });

  it('is what other programs call themselves', () => {
    expect(deviceName('curl/7.88.1')).toBe('curl');
    expect(deviceName(null)).toBe('unknown device');
  });
});

describe('lines that use a key', () => {
  const key = { client_id: 'k-1', client_secret: 's_-x', scopes: ['calculations:read'] };

  it('read what the key may read', () => {
    expect(readable(['*'])).toBe('/api/calculations?limit=5');
    expect(readable(['series:read', 'users:read'])).toBe('/api/series?limit=5');
    expect(readable(['users:read'])).toBe('/api/collections');
  });

  it('are valid for a shell and for Python', () => {
    execFileSync('sh', ['-n'], { input: curlLines(key, 'http://127.0.0.1:8080') });
    expect(curlLines(key, 'http://h')).toContain('user = "k-1:s_-x"');
    // The lines for a calculation read it from the environment.
    expect(curlLines(key, 'http://h')).toMatch(/^export TOKEN=/);
    const python = pythonLines(key, 'http://127.0.0.1:8080');
    execFileSync('python3', ['-c', 'import ast, sys; ast.parse(sys.stdin.read())'], { input: python });
    expect(python).toContain('b"k-1:s_-x"');
  });
});
