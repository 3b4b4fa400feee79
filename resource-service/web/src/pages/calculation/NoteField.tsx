// A note in Markdown: typed, or as it will look.
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import { useState } from 'react';

import { Markdown } from '@/ui/Markdown';

interface NoteProps {
  value: string;
  onChange(value: string): void;
  fault?: string | undefined;
}

export function NoteField({ value, onChange, fault }: NoteProps) {
  const [isPreview, setPreview] = useState(false);
  return (
    <Box sx={{ minWidth: 0 }}>
      {isPreview ? (
        <Box
          aria-label="Preview of the note"
          role="region"
          sx={{ border: 1, borderColor: 'divider', borderRadius: 1, p: 3, minHeight: 120 }}
        >
          <Markdown text={value} isPreview />
        </Box>
      ) : (
        <TextField
          label="Note"
          multiline
          minRows={5}
          maxRows={16}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          error={fault !== undefined}
          helperText={fault ?? 'Markdown, with formulas such as $E = mc^2$'}
        />
      )}
      <Button aria-pressed={isPreview} onClick={() => setPreview(!isPreview)}>
        {isPreview ? 'Edit' : 'Preview'}
      </Button>
    </Box>
  );
}
