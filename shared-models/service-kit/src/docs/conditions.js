// Filters of a collection on a page of documentation. The document has a parameter with operators for each field, which a form
// would ask for as one JSON object. Here a field accepts a plain value too, as an address does.

/** For each operation with filters: its method, the pattern of its path, the names of its filters. */
const filtered = [];

/** Changes the filters of a document to fields that accept text. */
export function asText(api) {
  for (const parameter of Object.values(api.components?.parameters ?? {})) change(parameter, api);
  for (const [path, operations] of Object.entries(api.paths)) {
    for (const [method, { parameters = [] }] of Object.entries(operations)) {
      const names = parameters.map((parameter) => change(resolved(parameter, api), api)).filter(Boolean);
      if (names.length > 0) filtered.push({ method, path: pattern(path), names: new Set(names) });
    }
  }
  return api;
}

/** The address of a request with `field={"ne":…}` written as `field[ne]=…`. Throws if a condition cannot be understood. */
export function withBrackets({ method, url }) {
  const address = new URL(url, location.href);
  const is = (operation) => operation.method === method.toLowerCase() && operation.path.test(address.pathname);
  const names = new Set(filtered.filter(is).flatMap((operation) => [...operation.names]));
  for (const [name, value] of [...address.searchParams]) {
    if (!names.has(name) || !value.trimStart().startsWith('{')) continue;
    address.searchParams.delete(name);
    for (const [operator, tested] of tests(name, value)) address.searchParams.append(`${name}[${operator}]`, tested);
  }
  return address.href;
}

const FILTER = Symbol('filter');

/** The name of a parameter that is a filter. */
function change(parameter, api) {
  if (parameter.style === 'deepObject') {
    const { properties } = resolved(parameter.schema, api);
    const values = properties.eq?.enum;
    const said = [
      parameter.description,
      values && `One of ${values.join(', ')}.`,
      `Or conditions as JSON, such as \`{"ne": …}\`, with ${Object.keys(properties).join(', ')}.`,
    ];
    Object.assign(parameter, {
      schema: { type: 'string' },
      description: said.filter(Boolean).join(' '),
      [FILTER]: true,
    });
    for (const key of ['style', 'explode', 'example']) delete parameter[key];
  }
  return parameter[FILTER] ? parameter.name : null;
}

function resolved(object, api) {
  if (!object.$ref) return object;
  return object.$ref
    .slice(2)
    .split('/')
    .reduce((part, key) => part[key], api);
}

function pattern(path) {
  const literal = path.split(/\{[^}]+\}/).map((part) => part.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${literal.join('[^/]+')}$`);
}

/** The operators of a condition with their values as an address has them. */
function tests(name, text) {
  const fault = (what) => new Error(`${name}: ${what}, such as {"gte": 1, "lt": 2} or {"in": ["a", "b"]}`);
  let condition;
  try {
    // Digits are sent as they were typed.
    condition = JSON.parse(text, (_, value, context) =>
      typeof value === 'number' ? (context?.source ?? `${value}`) : value,
    );
  } catch {
    throw fault('a text that begins with { is read as conditions, and this one is no JSON');
  }
  const entries = Object.entries(condition);
  if (entries.length === 0) throw fault('a condition needs an operator');
  return entries.map(([operator, value]) => {
    const values = Array.isArray(value) ? value : [value];
    if (values.some((one) => typeof one === 'object'))
      throw fault('a condition compares with texts, numbers, true and false');
    return [operator, Array.isArray(value) ? values.map(quoted).join(',') : `${value}`];
  });
}

/** An item of a list, in quotes where a comma would divide it (RFC 4180). */
function quoted(item) {
  return /[",]/.test(`${item}`) ? `"${`${item}`.replaceAll('"', '""')}"` : `${item}`;
}
