// Turns Markdown into elements: no raw HTML, no pictures from elsewhere, links that reveal nothing to their target.
import Box from '@mui/material/Box';
import { createContext, lazy, Suspense, use, type ComponentProps, type ReactNode } from 'react';
import ReactMarkdown, { type Components } from 'react-markdown';
import { Link } from 'react-router';
import remarkGfm from 'remark-gfm';

import { formulaOf, markFormulas, unmark } from './formulas';

const Formula = lazy(() => import('./Formula'));

/** Where a text is longer, its start is shown. Notes and comments are shorter by their schema. */
const LONGEST = 200_000;

/** Whether the text is being written: then no link leaves the page. */
const PreviewContext = createContext(false);

export default function MarkdownText({ text, isPreview = false }: { text: string; isPreview?: boolean }) {
  const shown = text.slice(0, LONGEST);
  return (
    <Box sx={LOOK}>
      <PreviewContext value={isPreview}>
        <ReactMarkdown remarkPlugins={[remarkGfm, unmarkHtml]} components={COMPONENTS}>
          {markFormulas(shown)}
        </ReactMarkdown>
      </PreviewContext>
      {text.length > shown.length && (
        <p>
          The first {LONGEST.toLocaleString('en')} of {text.length.toLocaleString('en')} characters are shown.
        </p>
      )}
    </Box>
  );
}

interface Node {
  type: string;
  value?: string;
  children?: Node[];
}

/** HTML is shown as it was written, formulas too. */
function unmarkHtml() {
  return (tree: Node) => {
    const rest = [tree];
    for (let node = rest.pop(); node; node = rest.pop()) {
      if (node.type === 'html' && node.value !== undefined) node.value = unmark(node.value);
      if (node.children) rest.push(...node.children);
    }
  };
}

const LOOK = {
  overflowWrap: 'anywhere',
  '& > :first-of-type': { mt: 0 },
  '& > :last-child': { mb: 0 },
  '& p, & ul, & ol, & blockquote, & pre': { my: 2 },
  '& ul, & ol': { pl: 6 },
  '& h3, & h4, & h5, & h6': { fontSize: '0.875rem', fontWeight: 600, mt: 4, mb: 1 },
  '& h3': { fontSize: '1rem' },
  '& blockquote': { mx: 0, pl: 3, borderLeft: 2, borderColor: 'divider', color: 'text.secondary' },
  '& code': { bgcolor: 'raised', px: 1, borderRadius: 0.5 },
  '& pre': { bgcolor: 'raised', p: 2, borderRadius: 1, overflow: 'auto' },
  '& pre code': { p: 0 },
  '& table': { borderCollapse: 'collapse' },
  '& th, & td': { borderBottom: 1, borderColor: 'divider', px: 2, py: 1, textAlign: 'left' },
  '& hr': { border: 0, borderTop: 1, borderColor: 'divider' },
} as const;

/** A wide block scrolls by itself, with the keyboard too. */
function Scrolled({ label, children }: { label: string; children: ReactNode }) {
  return (
    <Box role="group" tabIndex={0} aria-label={label} sx={{ overflow: 'auto', my: 2 }}>
      {children}
    </Box>
  );
}

function Code({ children }: ComponentProps<'code'>) {
  const text = typeof children === 'string' ? children : '';
  const formula = formulaOf(text);
  if (!formula) return <code>{children}</code>;
  return (
    <Suspense fallback={<code>{formula.source}</code>}>
      <Formula source={formula.source} isBlock={formula.isBlock} />
    </Suspense>
  );
}

function Anchor({ href, children }: ComponentProps<'a'>) {
  const isPreview = use(PreviewContext);
  // A link that was made harmless would lead to this page.
  if (!href) return <span>{children}</span>;
  // Footnotes point into the text.
  if (href.startsWith('#')) return <a href={href}>{children}</a>;
  if (href.startsWith('/') && !href.startsWith('//') && !isPreview) return <Link to={href}>{children}</Link>;
  return (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </a>
  );
}

/** Headings begin below those of the page. */
const COMPONENTS: Components = {
  h1: ({ children }) => <h3>{children}</h3>,
  h2: ({ children }) => <h4>{children}</h4>,
  h3: ({ children }) => <h5>{children}</h5>,
  h4: ({ children }) => <h6>{children}</h6>,
  h5: ({ children }) => <h6>{children}</h6>,
  a: ({ href, children }) => <Anchor href={href}>{children}</Anchor>,
  code: ({ children }) => <Code>{children}</Code>,
  pre: ({ children }) => (
    <Scrolled label="Code">
      <pre>{children}</pre>
    </Scrolled>
  ),
  table: ({ children }) => (
    <Scrolled label="Table">
      <table>{children}</table>
    </Scrolled>
  ),
  // A picture from elsewhere would tell its server who reads.
  img: ({ src, alt }) => <Anchor href={typeof src === 'string' ? src : undefined}>{alt || src || 'picture'}</Anchor>,
  // The boxes of task lists.
  input: ({ checked }) => (
    <span aria-label={checked ? 'done' : 'not done'} role="img">
      {checked ? '☑' : '☐'}
    </span>
  ),
};
