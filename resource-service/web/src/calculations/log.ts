// The last line of a calculation's log. Pure.

/** Bytes of the end of a log that are read to find its last line. */
export const TAIL = 4096;
/** Characters of a line that are shown. */
const LONGEST = 300;
/** Control sequences of terminals (ECMA-48), and other characters that are not text. */
// oxlint-disable-next-line no-control-regex
const NOT_TEXT = /\u001b\[[0-?]*[ -/]*[@-~]|[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

interface Named {
  name: string;
}

/** The file that is the log: `log`, else the first `*.log`. Those in folders come after those beside. */
export function logAmong<F extends Named>(files: readonly F[]): F | undefined {
  const isLog = ({ name }: F) => name === 'log' || name.endsWith('/log') || name.endsWith('.log');
  const rank = ({ name }: F) => name.split('/').length * 2 - (name === 'log' || name.endsWith('/log') ? 1 : 0);
  return files.filter(isLog).toSorted((a, b) => rank(a) - rank(b))[0];
}

/** The last line with text in it, without the colours of terminals. What overwrote a line counts as the line. */
export function lastLine(text: string): string {
  const lines = text
    .split(/\r\n|\n|\r/)
    .map((line) => line.replaceAll(NOT_TEXT, '').trim())
    .filter((line) => line !== '');
  const last = lines.at(-1) ?? '';
  return last.length > LONGEST ? `${last.slice(0, LONGEST)}…` : last;
}
