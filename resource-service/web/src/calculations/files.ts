// The files of a calculation as folders, and what of a file can be shown. Pure.
export interface FileEntry {
  name: string;
  size: number;
  content_type?: string;
  created_at?: string;
  sha256?: string;
}

export interface Folder {
  /** With a slash at its end; empty for the uppermost. */
  path: string;
  name: string;
  folders: Folder[];
  files: FileEntry[];
  /** Of all files below. */
  count: number;
  bytes: number;
}

/** Folders first, each list by name. */
export function treeOf(files: readonly FileEntry[]): Folder {
  const root: Folder = { path: '', name: '', folders: [], files: [], count: 0, bytes: 0 };
  for (const file of [...files].sort((a, b) => compare(a.name, b.name))) {
    let here = root;
    const names = file.name.split('/');
    for (const [depth, name] of names.entries()) {
      here.count += 1;
      here.bytes += file.size;
      if (depth === names.length - 1) here.files.push(file);
      else here = folderIn(here, name);
    }
  }
  return root;
}

function folderIn(parent: Folder, name: string): Folder {
  const last = parent.folders.at(-1);
  if (last?.name === name) return last;
  const known = parent.folders.find((folder) => folder.name === name);
  if (known) return known;
  const made: Folder = { path: `${parent.path}${name}/`, name, folders: [], files: [], count: 0, bytes: 0 };
  parent.folders.push(made);
  return made;
}

const compare = (a: string, b: string) => a.localeCompare(b, 'en', { numeric: true });

export type Preview = 'image' | 'csv' | 'json' | 'parquet' | 'markdown' | 'text' | 'none';

const BY_ENDING: Record<string, Preview> = {
  csv: 'csv',
  tsv: 'csv',
  json: 'json',
  geojson: 'json',
  parquet: 'parquet',
  md: 'markdown',
  markdown: 'markdown',
};
const IMAGES: Record<string, string> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  avif: 'image/avif',
  svg: 'image/svg+xml',
};
/** Endings of files that are no text. */
const BINARY = new Set(
  'zip gz bz2 xz zst tar 7z h5 hdf5 nc npy npz pdf exe so o a bin dat pkl pt onnx mp4 db sqlite'.split(' '),
);

const endingOf = (name: string) => /\.([^./]+)$/.exec(name)?.[1]?.toLowerCase() ?? '';

/** The kind of picture that a file's name says; a browser decides by it how to read the bytes. */
export const imageType = (name: string): string | undefined => IMAGES[endingOf(name)];

export function previewOf({ name, content_type: type = '' }: Pick<FileEntry, 'name' | 'content_type'>): Preview {
  const ending = endingOf(name);
  if (imageType(name) !== undefined) return 'image';
  const known = BY_ENDING[ending];
  if (known) return known;
  if (BINARY.has(ending)) return 'none';
  if (/^(image|audio|video|font)\//.test(type)) return 'none';
  return 'text';
}

/** Whether bytes look like text: no zero byte, few that are no UTF-8. */
export function isText(bytes: Uint8Array): boolean {
  if (bytes.includes(0)) return false;
  const text = new TextDecoder().decode(bytes);
  const broken = text.split('\uFFFD').length - 1;
  return broken <= 1 + text.length / 100;
}
