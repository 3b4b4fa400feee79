import { describe, expect, test } from 'vitest';

import { formulaOf, markFormulas } from './formulas';

const inline = (source: string) => `\`\uE000${source} \``;

describe('formulas in Markdown', () => {
  test('are marked as code, so that underscores and backslashes stay', () => {
    expect(markFormulas('so $a_1 + \\frac{b_2}{c}$ holds')).toBe(`so ${inline('a_1 + \\frac{b_2}{c}')} holds`);
    expect(formulaOf('\uE000a_1 ')).toEqual({ source: 'a_1', isBlock: false });
  });

  test('may stand by themselves over several lines', () => {
    const marked = markFormulas('$$\nE = mc^2\n$$');
    expect(formulaOf(marked.slice(1, -1))).toEqual({ source: 'E = mc^2', isBlock: true });
  });

  test('are not found in amounts, escaped signs and code', () => {
    for (const text of [
      '$5 and $10',
      'costs \\$5 or 6\\$',
      '`$x$` stays',
      '```\n$x$\n```\n',
      '``a ` $x$``',
      'a$x$',
      'https://x.example/?a=$b$',
    ]) {
      expect(markFormulas(text)).toBe(text);
    }
  });

  test('are found after code and after a fence that is closed', () => {
    expect(markFormulas('`a` $x$')).toBe(`\`a\` ${inline('x')}`);
    expect(markFormulas('```\n$x$\n```\n$y$')).toBe(`\`\`\`\n$x$\n\`\`\`\n${inline('y')}`);
  });

  test('cannot be forged with the marks', () => {
    expect(markFormulas('`\uE000x`')).toBe('`x`');
  });

  test('are found in linear time', () => {
    const started = performance.now();
    for (const unit of ['$x', '`', '$$ ', '```\n', '\\', '$a\\']) markFormulas(unit.repeat(100_000 / unit.length));
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
