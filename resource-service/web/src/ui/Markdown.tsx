// Markdown that people wrote, as harmless elements. The reader of Markdown is loaded when the first text is shown.
import Box from '@mui/material/Box';
import { lazy, Suspense } from 'react';

const MarkdownText = lazy(() => import('./MarkdownText'));

/**
 * Shows Markdown (GitHub's, with formulas between dollar signs). HTML in it is shown as text. Links of a preview open in a
 * new tab, so that nothing typed is lost.
 */
export function Markdown({ text, isPreview = false }: { text: string; isPreview?: boolean }) {
  return (
    <Box dir="auto" sx={{ overflowWrap: 'anywhere', minWidth: 0 }}>
      <Suspense fallback={<Box sx={{ whiteSpace: 'pre-wrap' }}>{text}</Box>}>
        <MarkdownText text={text} isPreview={isPreview} />
      </Suspense>
    </Box>
  );
}
