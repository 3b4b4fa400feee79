// A comment in Markdown, with a preview. Escape leaves the field, so that keys are verdicts again.
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import { useState, type Ref } from 'react';

import { Markdown } from '@/ui/Markdown';

/** The longest comment that the API accepts. */
const LONGEST = 10_000;

interface CommentFieldProps {
  value: string;
  onChange(text: string): void;
  fault?: string | undefined;
  inputRef: Ref<HTMLTextAreaElement>;
  onLeave(): void;
}

export function CommentField({ value, onChange, fault, inputRef, onLeave }: CommentFieldProps) {
  const [preview, setPreview] = useState(false);
  const over = value.length - LONGEST;
  const help = over > 0 ? `${over} characters too many` : 'Markdown. Escape leaves the field.';
  return (
    <Box sx={{ display: 'grid', gap: 1 }}>
      <TextField
        label="Comment (c)"
        multiline
        minRows={3}
        maxRows={14}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          event.stopPropagation();
          onLeave();
        }}
        error={fault !== undefined || over > 0}
        helperText={fault ?? help}
        slotProps={{ htmlInput: { dir: 'auto', ref: inputRef } }}
      />
      {value.trim() !== '' && (
        <Box>
          <Button aria-expanded={preview} onClick={() => setPreview(!preview)}>
            {preview ? 'Hide the preview' : 'Preview'}
          </Button>
          {preview && (
            <Box
              role="region"
              aria-label="Preview of the comment"
              sx={{ borderLeft: 2, borderColor: 'divider', pl: 3, maxHeight: 320, overflow: 'auto' }}
            >
              <Markdown text={value} isPreview />
            </Box>
          )}
        </Box>
      )}
    </Box>
  );
}
