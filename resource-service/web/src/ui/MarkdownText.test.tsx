import { cleanup, render, screen } from '@testing-library/react';
import { MemoryRouter } from 'react-router';
import { afterEach, expect, it } from 'vitest';

import MarkdownText from './MarkdownText';

afterEach(cleanup);

const show = (text: string, isPreview = false) =>
  render(
    <MemoryRouter>
      <MarkdownText text={text} isPreview={isPreview} />
    </MemoryRouter>,
  );

it('leaves no link of one that was made harmless', () => {
  show('[danger](javascript:alert(1)) ![x](data:text/html,hi) [empty]()');
  expect(screen.queryAllByRole('link')).toEqual([]);
  expect(document.querySelector('a')).toBeNull();
  expect(screen.getByText('danger').tagName).toBe('SPAN');
});

it('stays on the page of a preview', () => {
  show('[inside](/calculations)', true);
  expect(screen.getByText('inside').getAttribute('target')).toBe('_blank');
  cleanup();
  show('[inside](/calculations)');
  expect(screen.getByText('inside').getAttribute('target')).toBeNull();
});
