// Which clients are services of the installation, and no programs of people.

/** Scopes by which a service follows users and revocations at auth-service. */
const OF_SERVICES: ReadonlySet<string> = new Set(['*', 'revocations:read', 'revocations:write']);

/** Whether a client holds scopes of a service: without it that service stops. */
export function isService(scopes: readonly string[]): boolean {
  return scopes.some((scope) => OF_SERVICES.has(scope));
}
