// Reads files of a calculation: a part of one, or the whole to the reader's disk.
import type { Api } from '@/api/client';

/** The path of a file; each part of its name is encoded, slashes stay. */
export function fileUrl(calculation: string, name: string): string {
  const encoded = name.split('/').map(encodeURIComponent).join('/');
  return `/api/calculations/${encodeURIComponent(calculation)}/artifacts/${encoded}`;
}

/** Bytes `from` to before `to`. */
export async function readPart(
  api: Api,
  calculation: string,
  name: string,
  [from, to]: readonly [number, number],
  signal?: AbortSignal,
): Promise<ArrayBuffer> {
  const response = await api.send('get', fileUrl(calculation, name), {
    headers: { range: `bytes=${from}-${to - 1}` },
    signal,
  });
  const body = await response.arrayBuffer();
  // A server that ignores the range sends all.
  return response.status === 206 ? body : body.slice(from, to);
}

export interface Progress {
  (received: number): void;
}

/** Fetches a whole file, saying how much has arrived. */
export async function readWhole(
  api: Api,
  calculation: string,
  name: string,
  onProgress: Progress,
  signal: AbortSignal,
): Promise<Blob> {
  const response = await api.send('get', fileUrl(calculation, name), { signal });
  if (!response.body) return response.blob();
  const reader = response.body.getReader();
  const parts: BlobPart[] = [];
  let received = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value as Uint8Array<ArrayBuffer>);
    received += value.length;
    onProgress(received);
  }
  // Without a type of its own nothing in it is run when it is opened.
  return new Blob(parts, { type: 'application/octet-stream' });
}

/** Hands a blob to the browser's downloads. */
export function saveBlob(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name.split('/').at(-1) ?? name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), REVOKE);
}

/** Milliseconds after which the browser has surely begun to save. */
const REVOKE = 60_000;
