// The beginning of a file as text, table, JSON, Markdown or picture.
import Box from '@mui/material/Box';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';

import { useApi } from '@/app/services';
import { imageType, isText, type FileEntry, type Preview } from '@/calculations/files';
import { bytes } from '@/ui/bytes';
import { DenseTable } from '@/ui/dense';
import { Markdown } from '@/ui/Markdown';
import { Answer } from '@/ui/states';

import { readPart } from './download';
import { readTable, UnreadableFile, type Table } from './tables';

/** Bytes that are read for a look into a file. */
const LOOK = 256 * 1024;
/** A picture is shown whole or not at all. */
const LARGEST_PICTURE = 10 * 1024 * 1024;
/** JSON is laid out whole or shown as text. */
const LARGEST_JSON = 1024 * 1024;
/** Characters of one text that are put on the page. */
const LONGEST_TEXT = 100_000;

interface PreviewProps {
  calculation: string;
  file: FileEntry;
  kind: Preview;
}

type Shown =
  | { kind: 'nothing'; why: string }
  | { kind: 'text'; text: string; isCut: boolean }
  | { kind: 'markdown'; text: string; isCut: boolean }
  | { kind: 'table'; table: Table }
  | { kind: 'picture'; blob: Blob };

export function PreviewBody({ calculation, file, kind }: PreviewProps) {
  const api = useApi();
  const query = useQuery({
    queryKey: ['calculations', calculation, 'file', file.name, file.sha256 ?? file.created_at],
    queryFn: ({ signal }): Promise<Shown> => {
      const read = (from: number, to: number) => readPart(api, calculation, file.name, [from, to], signal);
      return look(file, kind, read).catch((error: unknown): Shown => {
        if (error instanceof UnreadableFile)
          return { kind: 'nothing', why: `${error.message} Download it to open it.` };
        throw error;
      });
    },
    staleTime: Infinity,
    gcTime: 60_000,
  });
  return <Answer query={query}>{(shown) => <View shown={shown} file={file} />}</Answer>;
}

type Read = (from: number, to: number) => Promise<ArrayBuffer>;

async function look(file: FileEntry, kind: Preview, read: Read): Promise<Shown> {
  const { size, name } = file;
  if (size === 0) return { kind: 'nothing', why: 'The file is empty.' };
  if (kind === 'none') return { kind: 'nothing', why: 'Files of this kind are not shown. Download it to open it.' };
  if (kind === 'image') {
    if (size > LARGEST_PICTURE)
      return { kind: 'nothing', why: `Pictures over ${bytes(LARGEST_PICTURE)} are not shown.` };
    return { kind: 'picture', blob: new Blob([await read(0, size)], { type: imageType(name) ?? 'image/png' }) };
  }
  if (kind === 'parquet') return { kind: 'table', table: await readTable(kind, file, read, LOOK) };
  const part = await read(0, Math.min(size, kind === 'json' && size <= LARGEST_JSON ? size : LOOK));
  if (!isText(new Uint8Array(part))) {
    return { kind: 'nothing', why: 'The content is not text. Download it to open it.' };
  }
  const isPart = part.byteLength < size;
  const text = new TextDecoder().decode(part);
  if (kind === 'csv') return { kind: 'table', table: await readTable(kind, file, () => Promise.resolve(part), LOOK) };
  if (kind === 'json' && !isPart) return cut(laidOut(text), false, 'text');
  return cut(text, isPart, kind === 'markdown' ? 'markdown' : 'text');
}

/** JSON with one member a line; numbers keep their text. What is no JSON stays as it is. */
function laidOut(text: string): string {
  try {
    JSON.parse(text);
  } catch {
    return text;
  }
  // Only white space outside of strings is changed, so that no number is written anew.
  let depth = 0;
  const line = () => `\n${'  '.repeat(depth)}`;
  return text.replaceAll(
    /("(?:[^"\\]|\\.)*")|\s+|([[{])\s*([\]}])?|([\]}])|,|:/g,
    (part, string?: string, open?: string, shut?: string, close?: string) => {
      if (string !== undefined) return string;
      if (open !== undefined) {
        if (shut !== undefined) return open + shut;
        depth += 1;
        return open + line();
      }
      if (close !== undefined) {
        depth -= 1;
        return line() + close;
      }
      if (part === ',') return `,${line()}`;
      return part === ':' ? ': ' : '';
    },
  );
}

function cut(text: string, isPart: boolean, kind: 'text' | 'markdown'): Shown {
  return { kind, text: text.slice(0, LONGEST_TEXT), isCut: isPart || text.length > LONGEST_TEXT };
}

function View({ shown, file }: { shown: Shown; file: FileEntry }) {
  if (shown.kind === 'nothing') return <Box sx={{ color: 'text.secondary' }}>{shown.why}</Box>;
  if (shown.kind === 'picture') return <Picture blob={shown.blob} name={file.name} />;
  if (shown.kind === 'table') return <TableView table={shown.table} />;
  const note = shown.isCut && (
    <Box sx={{ color: 'text.secondary', mb: 1 }}>The beginning of the file ({bytes(file.size)}) is shown.</Box>
  );
  return (
    <>
      {note}
      {shown.kind === 'markdown' ? (
        <Markdown text={shown.text} />
      ) : (
        <Box
          component="pre"
          tabIndex={0}
          role="region"
          aria-label="Content of the file"
          dir="auto"
          sx={{ m: 0, p: 2, bgcolor: 'raised', borderRadius: 1, overflow: 'auto', maxHeight: '60vh' }}
        >
          {shown.text}
        </Box>
      )}
    </>
  );
}

function Picture({ blob, name }: { blob: Blob; name: string }) {
  const image = useRef<HTMLImageElement>(null);
  const [isBroken, setBroken] = useState(false);
  useEffect(() => {
    const made = URL.createObjectURL(blob);
    if (image.current) image.current.src = made;
    return () => URL.revokeObjectURL(made);
  }, [blob]);
  if (isBroken) return <Box sx={{ color: 'text.secondary' }}>The picture cannot be read. Download it to open it.</Box>;
  return (
    <Box
      component="img"
      ref={image}
      alt={name}
      onError={() => setBroken(true)}
      sx={{ maxWidth: '100%', maxHeight: '70vh', bgcolor: '#fff' }}
    />
  );
}

function TableView({ table }: { table: Table }) {
  return (
    <>
      <Box sx={{ color: 'text.secondary', mb: 1 }}>{table.note}</Box>
      <Box sx={{ maxHeight: '60vh', overflow: 'auto' }}>
        <DenseTable
          label="Content of the file"
          columns={table.columns.map((title, at) => ({ title: title === '' ? `column ${at + 1}` : title }))}
          rows={table.rows.map((cells, at) => ({
            key: String(at),
            cells: cells.map((cell, column) => <bdi key={column}>{cell}</bdi>),
          }))}
        />
      </Box>
    </>
  );
}
