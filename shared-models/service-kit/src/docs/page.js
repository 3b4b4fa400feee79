// The page that shows an OpenAPI document and tries its operations, with the login that this origin's pages share.
import { asText, withBrackets } from './conditions.js';
import * as session from './session.js';

const described = document.body.dataset.document;

/** The name of the scheme by which a person logs in. */
function personOf(api) {
  const schemes = Object.entries(api.components?.securitySchemes ?? {});
  return schemes.find(([, scheme]) => scheme.flows?.password)?.[0];
}

/** Gives clients a scheme of their own, so that a login as one does not take the place of the person's. */
function withClientsApart(api, person) {
  const { flows } = api.components.securitySchemes[person];
  if (!flows.clientCredentials) return api;
  const client = `${person} of a client`;
  const requirements = (all) =>
    all?.flatMap((one) => (person in one ? [one, { ...one, [person]: undefined, [client]: one[person] }] : [one]));
  api.components.securitySchemes[client] = { type: 'oauth2', flows: { clientCredentials: flows.clientCredentials } };
  api.components.securitySchemes[person] = { type: 'oauth2', flows: { password: flows.password } };
  api.security = requirements(api.security);
  for (const operations of Object.values(api.paths)) {
    for (const operation of Object.values(operations)) operation.security = requirements(operation.security);
  }
  return JSON.parse(JSON.stringify(api));
}

/** Follows the dialog: who logs in there, and who logs out. */
function followingDialog(person) {
  return {
    statePlugins: {
      auth: {
        wrapActions: {
          authorizeOauth2: (original) => (payload) => {
            // `show` also calls this action; its token is stored already.
            const { auth, token } = payload;
            if (auth.name === person && token.expires_in) session.loggedIn(token).catch(() => {});
            return original(payload);
          },
          logoutWithPersistOption: (original, system) => async (names) => {
            if (!names.includes(person)) return original(names);
            try {
              await session.logout();
            } catch ({ message }) {
              system.errActions.newAuthErr({ authId: person, level: 'error', source: 'auth', message });
            }
          },
        },
      },
    },
  };
}

/** Shows in the dialog who is logged in. */
function show(ui, [name, schema], { token, email }) {
  const held = { access_token: token, token_type: 'Bearer' };
  ui.authActions.authorizeOauth2({ auth: { name, schema, username: email }, token: held });
}

/** What is sent for the request of a form: with a token that is not about to expire, and with filters as the API reads them. */
async function prepared(request, shown) {
  if (request.url.endsWith('/auth/login')) await session.beforeLogin();
  request.url = withBrackets(request);
  if (shown && request.headers.Authorization === `Bearer ${shown}`) {
    const token = await session.token();
    if (!token) throw new Error('The session has ended, so the request was not sent. Log in again.');
    request.headers.Authorization = `Bearer ${token}`;
  }
  return request;
}

/** The document; where it asks for a token, that of the login. */
async function read(login) {
  let answer = await fetch(described);
  if (answer.status === 401) {
    await login;
    answer = await fetch(described, { headers: { Authorization: `Bearer ${await session.token()}` } });
  }
  if (!answer.ok) throw new Error(`${described} answered with status ${answer.status}`);
  return answer.json();
}

async function open() {
  for (const link of document.querySelectorAll('nav a')) {
    if (link.pathname === location.pathname) link.setAttribute('aria-current', 'page');
  }
  // Without auth-service the document can be read all the same.
  const login = session.refresh().catch(() => {});
  const api = asText(await read(login));
  const person = personOf(api);
  const spec = withClientsApart(api, person);
  let shown = null;
  const ui = window.SwaggerUIBundle({
    dom_id: '#description',
    spec,
    deepLinking: true,
    validatorUrl: null,
    presets: [window.SwaggerUIBundle.presets.apis],
    plugins: [followingDialog(person)],
    requestInterceptor: (request) => prepared(request, shown),
    onComplete: () =>
      session.follow((now) => {
        if (now) show(ui, [person, spec.components.securitySchemes[person]], now);
        else if (shown) ui.authActions.logout([person]);
        shown = now?.token ?? null;
        document.querySelector('#user').textContent = now?.email ?? '';
      }),
  });
}

open().catch((error) => {
  const failure = document.querySelector('#failure');
  failure.textContent = `The description cannot be shown: ${error.message}`;
  failure.hidden = false;
});
