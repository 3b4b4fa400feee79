// oauth4webapi and jose against a running system: what it is, is in the first argument, as JSON.
import assert from 'node:assert/strict';

import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as oauth from 'oauth4webapi';

const facts = JSON.parse(process.argv[2]);
const loopback = { [oauth.allowInsecureRequests]: true };
const issuer = new URL(facts.issuer);
const discovered = await oauth.discoveryRequest(issuer, { ...loopback, algorithm: 'oauth2' });
const as = await oauth.processDiscoveryResponse(issuer, discovered);
const keys = createRemoteJWKSet(new URL(as.jwks_uri));
const claimsOf = async (token) =>
  (await jwtVerify(token, keys, { issuer: as.issuer, audience: 'tessera', typ: 'at+jwt' })).payload;

const client = { client_id: facts.service[0] };
const secret = oauth.ClientSecretBasic(facts.service[1]);
const scope = new URLSearchParams({ scope: 'calculations:read' });
const got = await oauth.clientCredentialsGrantRequest(as, client, secret, scope, loopback);
const own = await oauth.processClientCredentialsResponse(as, client, got);
assert.equal((await claimsOf(own.access_token)).sub, client.client_id);
// The library's own check of RFC 9068, as a resource server would use it.
const request = new Request(`${facts.resource}/api/calculations`, {
  headers: { authorization: `Bearer ${own.access_token}` },
});
const checked = await oauth.validateJwtAccessToken(as, request, 'tessera', loopback);
assert.equal(checked.scope, 'calculations:read');
const introspected = await oauth.introspectionRequest(as, client, secret, own.access_token, loopback);
assert.equal((await oauth.processIntrospectionResponse(as, client, introspected)).active, true);
await oauth.processRevocationResponse(await oauth.revocationRequest(as, client, secret, own.access_token, loopback));
const after = await oauth.introspectionRequest(as, client, secret, own.access_token, loopback);
assert.deepEqual(await oauth.processIntrospectionResponse(as, client, after), { active: false });

const wide = new URLSearchParams({ scope: 'users:write' });
const refused = await oauth.clientCredentialsGrantRequest(as, client, secret, wide, loopback);
await assert.rejects(oauth.processClientCredentialsResponse(as, client, refused), { error: 'invalid_scope' });
const wrong = oauth.ClientSecretPost('tsk_wrong');
const unknown = await oauth.clientCredentialsGrantRequest(as, client, wrong, scope, loopback);
await assert.rejects(oauth.processClientCredentialsResponse(as, client, unknown), { name: 'WWWAuthenticateChallengeError' });

// A user's session, renewed.
const app = { client_id: facts.client[0] };
const proof = oauth.ClientSecretPost(facts.client[1]);
const credentials = new URLSearchParams({ username: facts.user.email, password: facts.user.password });
const answer = await oauth.genericTokenEndpointRequest(as, app, proof, 'password', credentials, loopback);
const first = await oauth.processGenericTokenEndpointResponse(as, app, answer);
const renewed = await oauth.refreshTokenGrantRequest(as, app, proof, first.refresh_token, loopback);
const second = await oauth.processRefreshTokenResponse(as, app, renewed);
assert.notEqual(second.refresh_token, first.refresh_token);
assert.equal((await claimsOf(second.access_token)).sid, (await claimsOf(first.access_token)).sid);

// A job grant (RFC 8693), by a client that has no secret.
const job = { client_id: 'tessera-job' };
const exchange = new URLSearchParams({
  subject_token: facts.user.token,
  subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
  scope: 'calculations:write',
  authorization_details: JSON.stringify([{ type: 'calculation', identifier: 'c1' }]),
});
const kind = 'urn:ietf:params:oauth:grant-type:token-exchange';
const granted = await oauth.genericTokenEndpointRequest(as, job, oauth.None(), kind, exchange, loopback);
const grant = await oauth.processGenericTokenEndpointResponse(as, job, granted);
const claims = await claimsOf(grant.access_token);
assert.equal(claims.act.sub, 'tessera-job');
assert.deepEqual(claims.authorization_details, [{ type: 'calculation', identifier: 'c1' }]);
const next = await oauth.refreshTokenGrantRequest(as, job, oauth.None(), grant.refresh_token, loopback);
assert.equal((await oauth.processRefreshTokenResponse(as, job, next)).scope, 'calculations:write');
