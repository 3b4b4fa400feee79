import { cleanup, render, screen } from '@testing-library/react';
import { MemoryRouter } from 'react-router';
import { afterEach, expect, test } from 'vitest';

import MarkdownText from './MarkdownText';

afterEach(cleanup);

function shown(text: string): HTMLElement {
  return render(
    <MemoryRouter>
      <MarkdownText text={text} />
    </MemoryRouter>,
  ).container;
}

test('HTML in a text is shown as text and makes no element', () => {
  const container = shown(
    '<img src=x onerror=alert(1)> <script>alert(1)</script>\n\n<iframe src="https://x.example"></iframe>',
  );
  expect(container.querySelector('img, script, iframe')).toBeNull();
  expect(container.textContent).toContain('<img src=x onerror=alert(1)>');
});

test('a link tells its target nothing, and a script in one is dropped', () => {
  shown('[out](https://x.example/) [bad](javascript:alert(1)) [in](/calculations)');
  expect(screen.getByText('out').getAttribute('rel')).toContain('noopener');
  expect(screen.getByText('bad').closest('a')).toBeNull();
  expect(screen.getByText('in').getAttribute('target')).toBeNull();
});

test('a picture is a link: it is not fetched', () => {
  const container = shown('![plot](https://x.example/a.png)');
  expect(container.querySelector('img')).toBeNull();
  expect(screen.getByText('plot').getAttribute('href')).toBe('https://x.example/a.png');
});

test('a table scrolls by itself and can be reached with the keyboard', () => {
  shown('| a | b |\n|---|---|\n| 1 | 2 |');
  expect(screen.getByRole('group', { name: 'Table' }).tabIndex).toBe(0);
});

test('a formula is MathML', async () => {
  const container = shown('so $x^2$ is');
  await expect.poll(() => container.querySelector('math msup')).not.toBeNull();
});

test('a formula cannot ask for a space that covers the page', async () => {
  const container = shown('wide $a\\kern{40em}b$ end');
  await expect.poll(() => container.querySelector('math mspace')).not.toBeNull();
  expect(parseFloat(container.querySelector('math mspace')?.getAttribute('width') ?? '')).toBeLessThanOrEqual(4);
});

test('a formula within HTML is shown as it was written', () => {
  expect(shown('<script>x</script> $x^2$ and $$y$$').textContent).toContain('<script>x</script> $x^2$ and $$y$$');
});
