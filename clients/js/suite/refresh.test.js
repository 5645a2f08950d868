// New tokens for old ones: what the SDK does by itself after a 401, and what it can be told to do.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, test } from 'node:test';

import { authorizeURL, Browser, signInAt } from '../support/browser.js';
import { rejection, signInRefused } from '../support/expect.js';
import { startMockcloud } from '../support/mockcloud.js';
import { agent, webApp } from '../support/people.js';
import { Session, signedIn } from '../support/sdk.js';

const server = await startMockcloud();
const admin = await signedIn(server);
const dead = ['invalid_grant', 'refresh token is invalid or expired'];

/** A session of a person who has signed in, and the browser where that was. */
async function newSession(person = agent) {
	const browser = new Browser(server);
	const back = await signInAt(browser, authorizeURL(server, {
		client_id: webApp.id, redirect_uri: webApp.redirectURI, response_type: 'code',
	}), person);
	const session = new Session(server);
	await session.client.loginCodeAuthorizationGrant(webApp.id, webApp.secret, back.searchParams.get('code'), webApp.redirectURI);
	session.browser = browser;
	return session;
}

/** Another process of the same application: it has the same tokens. */
function twinOf(session) {
	const twin = new Session(server);
	twin.client.clientId = webApp.id;
	twin.client.clientSecret = webApp.secret;
	twin.client.setAccessToken(session.token);
	twin.client.authData.refreshToken = session.client.authData.refreshToken;
	return twin;
}

/** Ends the access token, and nothing else. */
async function endToken(session) {
	await fetch(`${server.url}/api/v2/tokens/me`, { method: 'DELETE', headers: { Authorization: `Bearer ${session.token}` } });
}

/** Trades a refresh token, and returns the SDK's answer or error. */
function refresh(token, { id, secret } = webApp) {
	return new Session(server).client.refreshCodeAuthorizationGrant(id, secret, token);
}

/** Waits until the SDK has got itself another access token. */
async function refreshed(session, old) {
	for (const deadline = Date.now() + 10_000; session.token === old; await sleep(5)) {
		assert.ok(Date.now() < deadline, 'the SDK has not refreshed its token');
	}
}

/**
 * Makes a call with a token that has ended. The SDK refreshes it and calls again, but tells the caller of the first
 * attempt alone, which is a defect of its own.
 */
async function callWithEndedToken(session) {
	const old = session.token;
	await endToken(session);
	const reason = await rejection(session.users.getUsersMe());
	assert.equal(reason.response?.status, 401, String(reason));
	await refreshed(session, old);
}

describe('the SDK', () => {
	test('refreshes a token that has ended, and goes on with the new one', async () => {
		const session = await newSession();
		const { refreshToken } = session.client.authData;
		await callWithEndedToken(session);
		assert.notEqual(session.client.authData.refreshToken, refreshToken, 'refresh tokens rotate');
		assert.equal((await session.users.getUsersMe()).email, agent.email);
	});

	test('refreshes again and again', async () => {
		const session = await newSession();
		for (let round = 1; round <= 3; round++) await callWithEndedToken(session);
		await session.users.getUsersMe();
	});

	test('refreshes once for several calls at the same time', async () => {
		const session = await newSession();
		const old = session.token;
		await endToken(session);
		const reasons = await Promise.all(Array.from({ length: 5 }, () => rejection(session.users.getUsersMe())));
		assert.deepEqual(reasons.map((reason) => reason.response?.status), [401, 401, 401, 401, 401]);
		await refreshed(session, old);
		await session.users.getUsersMe();
	});

	test('may refresh the same token in several processes at the same time: all get the same successor', async () => {
		const session = await newSession();
		const processes = [session, twinOf(session), twinOf(session), twinOf(session)];
		const old = session.token;
		await endToken(session);
		await Promise.all(processes.map((p) => rejection(p.users.getUsersMe())));
		await Promise.all(processes.map((p) => refreshed(p, old)));
		assert.equal(new Set(processes.map((p) => p.client.authData.refreshToken)).size, 1);
		for (const p of processes) await p.users.getUsersMe();
		await callWithEndedToken(session);
	});
});

describe('refreshCodeAuthorizationGrant', () => {
	test('gives new tokens, and the old access token lives on', async () => {
		const session = await newSession();
		const { refreshToken } = session.client.authData;
		const old = session.token;
		const answer = await refresh(refreshToken);
		assert.match(answer.refreshToken, /^[A-Za-z0-9_-]{43}$/);
		assert.notEqual(answer.refreshToken, refreshToken);
		assert.notEqual(answer.accessToken, old);
		await session.users.getUsersMe();
	});

	// Guess: the real service may not rotate at all.
	test('gives the same successor for the same token', async () => {
		const { refreshToken } = (await newSession()).client.authData;
		const [one, two] = await Promise.all([refresh(refreshToken), refresh(refreshToken)]);
		assert.equal(one.refreshToken, two.refreshToken);
		assert.notEqual(one.accessToken, two.accessToken);
		assert.notEqual((await refresh(one.refreshToken)).refreshToken, one.refreshToken);
	});

	test('refuses a token that nobody issued, one that is none, and an access token', async () => {
		const session = await newSession();
		await signInRefused(refresh('nonsense'), ...dead);
		await signInRefused(refresh(session.token), ...dead);
		await signInRefused(refresh(''), 'invalid_request', 'missing parameter: refresh_token');
	});

	test('refuses another client, and whoever does not know the secret', async () => {
		const { refreshToken } = (await newSession()).client.authData;
		const other = await admin.oauth.postOauthClients({
			name: 'Other', authorizedGrantType: 'CODE', scope: ['users'], registeredRedirectUri: [webApp.redirectURI],
		});
		await signInRefused(refresh(refreshToken, other), ...dead);
		await signInRefused(refresh(refreshToken, { id: webApp.id, secret: 'not-the-secret' }), 'invalid_client', 'authentication failed');
		await refresh(refreshToken);
	});
});

describe('a refresh token dies', () => {
	test('when its person logs out, while access tokens live on', async () => {
		const session = await newSession();
		await session.browser.open(`${server.url}/logout`);
		await session.users.getUsersMe();
		await signInRefused(refresh(session.client.authData.refreshToken), ...dead);
	});

	test('when all tokens of the person are ended', async () => {
		const person = { email: 'agent2@mockcloud.test', password: 'fake-agent2-password' };
		const session = await newSession(person);
		const { id } = await session.users.getUsersMe();
		await admin.tokens.deleteToken(id);
		await signInRefused(refresh(session.client.authData.refreshToken), ...dead);
	});

	test('when the password of the person changes', async () => {
		const person = { email: 'supervisor@mockcloud.test', password: 'fake-supervisor-password' };
		const session = await newSession(person);
		const { id } = await session.users.getUsersMe();
		await admin.users.postUserPassword(id, { newPassword: 'Another-fake-password-1' });
		await signInRefused(refresh(session.client.authData.refreshToken), ...dead);
		await newSession({ ...person, password: 'Another-fake-password-1' });
	});
});
