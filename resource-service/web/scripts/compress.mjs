// Writes a brotli and a gzip copy beside each text file of a build, so that no server compresses it again.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const TEXT = /\.(js|css|svg|json|webmanifest|txt|map)$/;
/** Below this a copy saves less than its header costs (bytes). */
const WORTH_IT = 512;

const [folder] = process.argv.slice(2);
const sums = { files: 0, raw: 0, gzip: 0, brotli: 0 };
for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
  const path = join(entry.parentPath ?? entry.path, entry.name);
  if (!entry.isFile() || !TEXT.test(entry.name)) continue;
  const raw = readFileSync(path);
  if (raw.length < WORTH_IT) continue;
  const gzip = gzipSync(raw, { level: 9 });
  const brotli = brotliCompressSync(raw, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
  writeFileSync(`${path}.gz`, gzip);
  writeFileSync(`${path}.br`, brotli);
  sums.files += 1;
  sums.raw += raw.length;
  sums.gzip += gzip.length;
  sums.brotli += brotli.length;
}
const kib = (bytes) => `${(bytes / 1024).toFixed(0)} KiB`;
console.log(`${sums.files} files: ${kib(sums.raw)}, gzip ${kib(sums.gzip)}, brotli ${kib(sums.brotli)}`);
