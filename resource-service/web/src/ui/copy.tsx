// Copies text to the clipboard and says that it did.
import CheckIcon from '@mui/icons-material/Check';
import ContentCopyIcon from '@mui/icons-material/ContentCopy';
import IconButton from '@mui/material/IconButton';
import Tooltip from '@mui/material/Tooltip';
import { useEffect, useState } from 'react';

/** Milliseconds for which the mark of success stays. */
const SHOWN = 1500;

export function CopyButton({ text, label = 'Copy' }: { text: string; label?: string }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), SHOWN);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = () => {
    navigator.clipboard.writeText(text).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  };
  return (
    <Tooltip title={copied ? 'Copied' : label}>
      <IconButton aria-label={copied ? 'Copied' : label} onClick={copy} sx={{ p: 1 }}>
        {copied ? <CheckIcon sx={{ fontSize: 14 }} /> : <ContentCopyIcon sx={{ fontSize: 14 }} />}
      </IconButton>
    </Tooltip>
  );
}

/** A short form of an id with the whole one to copy. An id that is shown whole breaks where there is no room. */
export function Id({ id, length = 8 }: { id: string; length?: number }) {
  const isShort = id.length > length;
  return (
    <span style={isShort ? { whiteSpace: 'nowrap' } : undefined}>
      <code title={id}>{isShort ? `…${id.slice(-length)}` : id}</code>
      <CopyButton text={id} label={`Copy ${id}`} />
    </span>
  );
}
