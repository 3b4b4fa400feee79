// Lines to copy that use an API key: they get a token and read with it. Pure.

/** Something that a key with these scopes may read. */
export function readable(scopes: readonly string[]): string {
  const found = scopes.find((scope) => scope.endsWith(':read') && !ADMINISTRATION.has(scope));
  if (scopes.includes('*') || scopes.includes('calculations:read')) return '/api/calculations?limit=5';
  return found === undefined ? '/api/collections' : `/api/${found.slice(0, -':read'.length)}?limit=5`;
}

/** Scopes of auth-service: no collections. */
const ADMINISTRATION = new Set(['users:read', 'roles:read', 'clients:read', 'audit:read', 'revocations:read']);

interface Key {
  client_id: string;
  client_secret: string;
  scopes: readonly string[];
}

/** For a shell: the secret is shown in no list of processes, and programs that are started there find the token. */
export function curlLines({ client_id: id, client_secret: secret, scopes }: Key, origin: string): string {
  return [
    `export TOKEN=$(curl -sS --config - ${origin}/auth/token -d grant_type=client_credentials <<'END' | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/'`,
    `user = "${id}:${secret}"`,
    'END',
    ')',
    `curl -sS -H "Authorization: Bearer $TOKEN" '${origin}${readable(scopes)}'`,
  ].join('\n');
}

/** For Python 3, with its standard library. */
export function pythonLines({ client_id: id, client_secret: secret, scopes }: Key, origin: string): string {
  return [
    'import base64, json, urllib.request',
    '',
    `key = base64.b64encode(b"${id}:${secret}").decode()`,
    `ask = urllib.request.Request("${origin}/auth/token", b"grant_type=client_credentials",`,
    '                             {"Authorization": f"Basic {key}"})',
    'token = json.load(urllib.request.urlopen(ask))["access_token"]',
    `ask = urllib.request.Request("${origin}${readable(scopes)}",`,
    '                             headers={"Authorization": f"Bearer {token}"})',
    'print(json.load(urllib.request.urlopen(ask)))',
  ].join('\n');
}
