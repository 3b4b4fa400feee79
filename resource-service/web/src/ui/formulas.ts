// Finds formulas between dollar signs in Markdown and hands them through its reader untouched, as marked code.

/** Marks code that is a formula: characters of the private use area, which a text has no use for. */
const INLINE = '\uE000';
const BLOCK = '\uE001';

export interface FormulaText {
  source: string;
  isBlock: boolean;
}

/** The formula that a piece of code holds, if it was marked as one. */
export function formulaOf(code: string): FormulaText | undefined {
  const mark = code[0];
  if (mark !== INLINE && mark !== BLOCK) return undefined;
  return { source: code.slice(1).trim(), isBlock: mark === BLOCK };
}

/** Longest formula in characters: what has no closing sign is not looked for to the end of the text. */
const LONGEST = 2000;
const FENCE = /^ {0,3}(`{3,}|~{3,})/;

/**
 * Code stays as it is; `$$…$$` is a formula of its own; `$…$` is one within a line if no space follows the first sign or
 * precedes the last one and no digit follows (as Pandoc has it), so that "$5 and $10" stays an amount.
 */
export function markFormulas(text: string): string {
  const out: string[] = [];
  let prose: string[] = [];
  let fence = '';
  const flush = () => {
    if (prose.length > 0) out.push(markProse(prose.join('\n')));
    prose = [];
  };
  for (const line of text.replaceAll(/[\uE000\uE001]/g, '').split('\n')) {
    const found = FENCE.exec(line)?.[1] ?? '';
    if (fence === '' && found === '') {
      prose.push(line);
      continue;
    }
    flush();
    out.push(line);
    if (fence === '') fence = found;
    else if (found.startsWith(fence)) fence = '';
  }
  flush();
  return out.join('\n');
}

/** Marks the formulas of text without blocks of code. */
function markProse(text: string): string {
  const out: string[] = [];
  const unclosed = new Set<number>();
  const pattern = /[\\`$]/g;
  let at = 0;
  while (at < text.length) {
    pattern.lastIndex = at;
    const next = pattern.exec(text)?.index ?? -1;
    if (next < 0) break;
    out.push(text.slice(at, next));
    at = next;
    const part = partAt(text, at, unclosed);
    out.push(part.written);
    at += part.length;
  }
  out.push(text.slice(at));
  return out.join('');
}

interface Part {
  written: string;
  /** Characters of the text that it stands for. */
  length: number;
}

function partAt(text: string, at: number, unclosed: Set<number>): Part {
  const same = (length: number): Part => ({ written: text.slice(at, at + length), length });
  if (text[at] === '\\') return same(2);
  if (text[at] === '`') {
    const run = runAt(text, at);
    const end = unclosed.has(run) ? -1 : codeEnd(text, at + run, run);
    if (end >= 0) return same(end - at);
    unclosed.add(run);
    return same(run);
  }
  const window = text.slice(at, at + LONGEST);
  if (window.startsWith('$$')) {
    const end = window.indexOf('$$', 2);
    if (end < 3) return same(2);
    return { written: asCode(BLOCK + window.slice(2, end).replaceAll(/\s*\n\s*/g, ' ')), length: end + 2 };
  }
  // A sign within a word or an address begins nothing.
  if (/[\w/=&%-]/.test(text[at - 1] ?? '')) return same(1);
  const line = /^\$(?![\s$])((?:[^$\\\n]|\\.)*)\$(?!\d)/.exec(window)?.[1];
  if (line === undefined || /\s$/.test(line)) return same(1);
  return { written: asCode(INLINE + line), length: line.length + 2 };
}

function runAt(text: string, at: number): number {
  let end = at;
  while (text[end] === '`') end += 1;
  return end - at;
}

/** The end of inline code that began with a run of backticks; -1 where no run of that length follows. */
function codeEnd(text: string, from: number, run: number): number {
  let at = text.indexOf('`', from);
  while (at >= 0) {
    const length = runAt(text, at);
    if (length === run) return at + length;
    at = text.indexOf('`', at + length);
  }
  return -1;
}

/** What was written, where the reader of Markdown took marked text for something else than text, such as HTML. */
export function unmark(text: string): string {
  return text.replaceAll(/(`+)([\uE000\uE001])([\s\S]*?) \1/g, (_, _fence: string, mark: string, source: string) =>
    mark === BLOCK ? `$$${source}$$` : `$${source}$`,
  );
}

/** Inline code whose fence is longer than any run of backticks within. */
function asCode(text: string): string {
  const runs = text.match(/`+/g) ?? [];
  const fence = '`'.repeat(1 + runs.reduce((most, run) => Math.max(most, run.length), 0));
  return `${fence}${text} ${fence}`;
}
