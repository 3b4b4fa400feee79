// Lines to copy that fetch a calculation with the access token in the environment variable TOKEN. Pure.

/** For a shell. */
export function curlLine(url: string): string {
  return `curl -sS -H "Authorization: Bearer $TOKEN" '${url}'`;
}

/** For Python 3, with its standard library, as the lines that use an API key. */
export function pythonLines(url: string): string {
  return [
    'import json, os, urllib.request',
    '',
    'ask = urllib.request.Request(',
    `    ${JSON.stringify(url)},`,
    `    headers={"Authorization": f"Bearer {os.environ['TOKEN']}"},`,
    ')',
    'with urllib.request.urlopen(ask, timeout=30) as answer:',
    '    calculation = json.load(answer)',
  ].join('\n');
}
