// Streams an answer into a file: straight to disk where the browser can, else through memory.
import { ProblemError, problemOf } from '@/api/problem';
import type { Session } from '@/session';

export interface Progress {
  bytes: number;
  /** Whole rows so far, where they can be told apart. */
  lines: number;
}

interface Sink {
  write(chunk: Uint8Array<ArrayBuffer>): Promise<void>;
  done(): Promise<void>;
  abandon(): Promise<void>;
}

interface SavePicker {
  showSaveFilePicker?(options: { suggestedName: string }): Promise<FileSystemFileHandle>;
}

/** Asks where to save, if the browser lets a page ask; undefined means through memory. Call it while a click is handled. */
export async function chooseFile(name: string): Promise<FileSystemFileHandle | undefined> {
  const { showSaveFilePicker } = window as SavePicker;
  return showSaveFilePicker?.call(window, { suggestedName: name });
}

async function fileSink(file: FileSystemFileHandle): Promise<Sink> {
  const stream = await file.createWritable();
  return { write: (chunk) => stream.write(chunk), done: () => stream.close(), abandon: () => stream.abort() };
}

function memorySink(name: string, type: string): Sink {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  return {
    write: async (chunk) => void parts.push(chunk),
    done: async () => saveBlob(new Blob(parts, { type }), name),
    abandon: async () => void parts.splice(0),
  };
}

/** Gives a blob to the browser's downloads. */
export function saveBlob(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The download has taken hold of it by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

interface Download {
  address: string;
  accept: string;
  name: string;
  file: FileSystemFileHandle | undefined;
  signal: AbortSignal;
  onProgress(progress: Progress): void;
}

export async function download(session: Pick<Session, 'fetch'>, asked: Download): Promise<Progress> {
  const { address, accept, name, file, signal, onProgress } = asked;
  const response = await session.fetch(address, { headers: { accept }, signal });
  if (!response.ok) throw await problemOf(response);
  if (!response.body) throw new ProblemError(0, 'unreadable', 'The answer has no content.');
  const sink = file ? await fileSink(file) : memorySink(name, accept);
  const progress = { bytes: 0, lines: 0 };
  try {
    for (let reader = response.body.getReader(), part = await reader.read(); !part.done; part = await reader.read()) {
      await sink.write(part.value);
      progress.bytes += part.value.length;
      progress.lines += countLines(part.value);
      onProgress({ ...progress });
    }
    await sink.done();
  } catch (error) {
    await sink.abandon();
    throw error;
  }
  return progress;
}

const NEWLINE = 10;

export function countLines(bytes: Uint8Array): number {
  let lines = 0;
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) lines += 1;
  return lines;
}
