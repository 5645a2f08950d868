// Mockcloud as libraries see it that know nothing of the product: what they read in the discovery documents has to be
// enough, and what they check has to be right.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import * as oauth from 'oauth4webapi';

import { authorizeURL, Browser, signInAt } from '../support/browser.js';
import { rejection, userNamed } from '../support/expect.js';
import { startMockcloud } from '../support/mockcloud.js';
import { agent, browserApp, webApp } from '../support/people.js';
import { signedIn, withToken } from '../support/sdk.js';

const server = await startMockcloud();
const admin = await signedIn(server);
const organization = await admin.organization.getOrganizationsMe();
const person = await userNamed(admin, agent.email);
const issuer = new URL(server.url);
const insecure = { [oauth.allowInsecureRequests]: true }; // plain http, as on any developer's machine

/** Reads a discovery document as the library does. */
async function discover(algorithm) {
	return oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm, ...insecure }));
}

describe('jose', () => {
	const keys = createRemoteJWKSet(new URL(`${server.url}/.well-known/jwks.json`));
	const verify = (token) => jwtVerify(token, keys, { issuer: server.url, audience: 'mockcloud', typ: 'at+jwt', algorithms: ['ES256'] });

	test('verifies an access token of a client', async () => {
		const { payload } = await verify(admin.token);
		assert.equal(payload.sub, server.admin.id);
		assert.equal(payload.client_id, server.admin.id);
		assert.equal(payload.org, organization.id);
		assert.equal(payload.exp - payload.iat, 86_400);
		assert.ok(payload.jti);
	});

	test('verifies an access token of a person', async () => {
		const back = await signInAt(new Browser(server), authorizeURL(server, {
			client_id: browserApp.id, redirect_uri: browserApp.redirectURI, response_type: 'token',
		}), agent);
		const { payload } = await verify(new URLSearchParams(back.hash.slice(1)).get('access_token'));
		assert.equal(payload.sub, person.id);
		assert.equal(payload.client_id, browserApp.id);
	});

	test('finds the key by its id', async () => {
		const header = decodeProtectedHeader(admin.token);
		const { keys: published } = await (await fetch(`${server.url}/.well-known/jwks.json`)).json();
		const key = published.find((k) => k.kid === header.kid);
		assert.deepEqual([key.kty, key.crv, key.alg, key.use], ['EC', 'P-256', 'ES256', 'sig']);
		assert.ok(!('d' in key), 'the private key is published');
	});

	test('refuses a token that was tampered with', async () => {
		const [head, claims, signature] = admin.token.split('.');
		const forged = Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(claims, 'base64url')), sub: person.id })).toString('base64url');
		assert.equal((await rejection(verify([head, forged, signature].join('.')))).code, 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED');
	});
});

describe('discovery', () => {
	for (const algorithm of ['oauth2', 'oidc']) {
		test(`by ${algorithm} names what is there`, async () => {
			const as = await discover(algorithm);
			assert.equal(as.issuer, server.url);
			for (const endpoint of ['authorization_endpoint', 'token_endpoint', 'jwks_uri']) assert.equal(new URL(as[endpoint]).origin, server.url);
			assert.ok(as.code_challenge_methods_supported.includes('S256'));
			for (const scope of ['openid', 'users', 'users:readonly']) assert.ok(as.scopes_supported.includes(scope), scope);
			for (const grant of ['authorization_code', 'client_credentials', 'implicit', 'refresh_token']) {
				assert.ok(as.grant_types_supported.includes(grant), grant);
			}
			assert.ok(!as.grant_types_supported.includes('password'), 'the password grant is off');
		});
	}
});

describe('a library for OAuth and OpenID Connect', () => {
	/** Signs in by code and PKCE with what discovery says alone. */
	async function signIn({ authentication, scope = 'openid', algorithm = 'oidc' }) {
		const as = await discover(algorithm);
		const client = { client_id: webApp.id };
		const [verifier, state, nonce] = [oauth.generateRandomCodeVerifier(), oauth.generateRandomState(), oauth.generateRandomNonce()];
		const url = new URL(as.authorization_endpoint);
		url.search = new URLSearchParams({
			client_id: webApp.id, redirect_uri: webApp.redirectURI, response_type: 'code', scope, state, nonce,
			code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
		});
		const back = await signInAt(new Browser(server), url, agent);
		const parameters = oauth.validateAuthResponse(as, client, back, state);
		const answer = await oauth.authorizationCodeGrantRequest(as, client, authentication, parameters, webApp.redirectURI, verifier, insecure);
		const isOpenID = scope.split(' ').includes('openid');
		const tokens = await oauth.processAuthorizationCodeResponse(as, client, answer,
			isOpenID ? { expectedNonce: nonce, requireIdToken: true } : {});
		if (isOpenID) await oauth.validateApplicationLevelSignature(as, answer, insecure);
		return { as, client, tokens, nonce };
	}

	test('signs in with the secret in the form, checks the ID token and refreshes', async () => {
		const authentication = oauth.ClientSecretPost(webApp.secret);
		const { as, client, tokens, nonce } = await signIn({ authentication });
		const claims = oauth.getValidatedIdTokenClaims(tokens);
		assert.equal(claims.iss, server.url);
		assert.equal(claims.sub, person.id);
		assert.equal(claims.aud, webApp.id);
		assert.equal(claims.nonce, nonce);
		assert.equal(claims.email, agent.email);
		assert.equal(claims.name, person.name);
		assert.equal(claims.org, organization.id);
		assert.ok(Math.abs(claims.auth_time - Date.now() / 1000) < 60);

		const answer = await oauth.refreshTokenGrantRequest(as, client, authentication, tokens.refresh_token, insecure);
		const fresh = await oauth.processRefreshTokenResponse(as, client, answer);
		assert.notEqual(fresh.refresh_token, tokens.refresh_token);
		assert.equal((await withToken(server, fresh.access_token).users.getUsersMe()).id, person.id);
	});

	test('signs in with the secret in the header', async () => {
		const { tokens } = await signIn({ authentication: oauth.ClientSecretBasic(webApp.secret) });
		assert.ok(tokens.refresh_token);
	});

	test('signs in without the secret, and then has nothing to refresh with', async () => {
		const { tokens } = await signIn({ authentication: oauth.None() });
		assert.equal(tokens.refresh_token, undefined);
		assert.equal(oauth.getValidatedIdTokenClaims(tokens).sub, person.id);
	});

	test('gets no ID token where it did not ask for one', async () => {
		const { tokens } = await signIn({ authentication: oauth.None(), scope: 'users', algorithm: 'oauth2' });
		assert.equal(tokens.id_token, undefined);
	});

	test('checks access tokens by the profile for JWTs', async () => {
		const as = await discover('oauth2');
		const { tokens } = await signIn({ authentication: oauth.None() });
		const request = new Request(`${server.url}/api/v2/users/me`, { headers: { Authorization: `Bearer ${tokens.access_token}` } });
		const claims = await oauth.validateJwtAccessToken(as, request, 'mockcloud', insecure);
		assert.equal(claims.sub, person.id);
		assert.equal(claims.client_id, webApp.id);
	});

	test('does not get into the API with an ID token', async () => {
		const { tokens } = await signIn({ authentication: oauth.None() });
		assert.equal((await rejection(withToken(server, tokens.id_token).users.getUsersMe())).code, 'bad.credentials');
		const keys = createRemoteJWKSet(new URL(`${server.url}/.well-known/jwks.json`));
		const { payload, protectedHeader } = await jwtVerify(tokens.id_token, keys, { issuer: server.url, audience: webApp.id, algorithms: ['ES256'] });
		assert.equal(protectedHeader.typ, 'JWT');
		assert.equal(payload.sub, person.id);
	});

	test('is told of a scope that the client does not have', async () => {
		const as = await discover('oauth2');
		const state = oauth.generateRandomState();
		const back = await new Browser(server).open(authorizeURL(server, {
			client_id: webApp.id, redirect_uri: webApp.redirectURI, response_type: 'code', scope: 'openid billing', state,
		}));
		assert.throws(() => oauth.validateAuthResponse(as, { client_id: webApp.id }, back, state), (reason) => reason.error === 'invalid_scope');
	});

	test('is told that nobody is signed in where it wants no page', async () => {
		const as = await discover('oidc');
		const state = oauth.generateRandomState();
		const back = await new Browser(server).open(authorizeURL(server, {
			client_id: webApp.id, redirect_uri: webApp.redirectURI, response_type: 'code', scope: 'openid', prompt: 'none', state,
		}));
		assert.throws(() => oauth.validateAuthResponse(as, { client_id: webApp.id }, back, state), (reason) => reason.error === 'login_required');
	});

	test('gets a token for a client of its own', async () => {
		const as = await discover('oauth2');
		const client = { client_id: server.admin.id };
		const answer = await oauth.clientCredentialsGrantRequest(as, client, oauth.ClientSecretBasic(server.admin.secret), {}, insecure);
		const tokens = await oauth.processClientCredentialsResponse(as, client, answer);
		assert.equal((await withToken(server, tokens.access_token).tokens.getTokensMe()).OAuthClient.id, server.admin.id);
	});
});
