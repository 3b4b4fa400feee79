// Where a reader returns to after they have logged in.

/** The place within this site to return to; anything else leads to the front page. */
export function placeOf(back: string | null): string {
  return back !== null && back.startsWith('/') && !/^\/[/\\]/.test(back) ? back : '/';
}
