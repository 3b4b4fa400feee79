// Comments that were begun and not sent. They survive a change of page and a reload, in this tab.
const PREFIX = 'tessera.comment.';

export function readDraft(calculation: string): string {
  try {
    return sessionStorage.getItem(PREFIX + calculation) ?? '';
  } catch {
    return '';
  }
}

export function keepDraft(calculation: string, text: string): void {
  try {
    if (text === '') sessionStorage.removeItem(PREFIX + calculation);
    else sessionStorage.setItem(PREFIX + calculation, text);
  } catch {
    // Without storage the text lasts as long as the form.
  }
}
