// What scopes open.
/** Whether scopes open what needs `scope`: `*` opens everything. */
export function holds(scopes: readonly string[], scope: string): boolean {
  return scopes.includes(scope) || scopes.includes('*');
}
