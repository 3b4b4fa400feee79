import { describe, expect, it } from 'vitest';

import { lastLine, logAmong } from './log';

describe('the last line of a log', () => {
  it('is the last one with text, without colours', () => {
    expect(lastLine('step 1\n\u001b[31mERROR: no convergence\u001b[0m\n\n  \n')).toBe('ERROR: no convergence');
  });

  it('is what overwrote a line of progress', () => {
    expect(lastLine('10 %\r50 %\r99 %')).toBe('99 %');
    expect(lastLine('a\r\nb\r\n')).toBe('b');
  });

  it('is empty for a log without text, and cut where it is long', () => {
    expect(lastLine('\n\u0000\n')).toBe('');
    expect(lastLine('x'.repeat(1000))).toHaveLength(301);
  });
});

describe('the log among files', () => {
  const among = (...names: string[]) => logAmong(names.map((name) => ({ name })))?.name;

  it('is `log`, else the first *.log, those beside before those in folders', () => {
    expect(among('a.txt', 'run.log', 'log')).toBe('log');
    expect(among('old/log', 'run.log')).toBe('run.log');
    expect(among('a/b/x.log', 'a/log')).toBe('a/log');
    expect(among('catalog', 'logs/a.txt')).toBeUndefined();
  });
});
