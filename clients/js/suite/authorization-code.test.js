// Sign-in by authorization code: with the client's secret, and with PKCE as a browser application does it.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { authorizeURL, Browser, Page, signInAt } from '../support/browser.js';
import { refused, rejection, signInRefused, unknownID } from '../support/expect.js';
import { startMockcloud } from '../support/mockcloud.js';
import { onPage } from '../support/page.js';
import { admin, agent, browserApp, webApp } from '../support/people.js';
import { Session, signedIn } from '../support/sdk.js';

const server = await startMockcloud();
const { redirectURI } = webApp;
const badCode = ['invalid_grant', 'authorization code is invalid or expired'];

/** The address where an application sends a browser for a code. */
function codeURL(more = {}) {
	return authorizeURL(server, { client_id: webApp.id, redirect_uri: redirectURI, response_type: 'code', ...more });
}

/** A new code, as the application gets it. */
async function newCode(person = agent, more = {}) {
	const back = await signInAt(new Browser(server), codeURL(more), person);
	assert.ok(back instanceof URL, `signing in ended at ${back.url}: ${back.problem}`);
	assert.equal(back.origin + back.pathname, redirectURI);
	assert.equal(back.searchParams.get('error'), null, back.href);
	return back.searchParams.get('code');
}

/** Signs in with the code and the client's secret. */
async function withCode(code) {
	const session = new Session(server);
	await session.client.loginCodeAuthorizationGrant(webApp.id, webApp.secret, code, redirectURI);
	return session;
}

describe('loginCodeAuthorizationGrant', () => {
	test('gives a token of the person who signed in, and one to refresh it with', async () => {
		const session = new Session(server);
		const before = Date.now();
		const answer = await session.client.loginCodeAuthorizationGrant(webApp.id, webApp.secret, await newCode(), redirectURI);
		assert.match(answer.accessToken, /^[A-Za-z0-9_.-]+$/, 'tokens travel in URLs');
		assert.match(answer.refreshToken, /^[A-Za-z0-9_-]{43}$/);
		assert.ok(answer.tokenExpiryTime >= before + 86_399_000 && answer.tokenExpiryTime <= Date.now() + 86_399_000);
		assert.equal((await session.users.getUsersMe()).email, agent.email);
		const me = await session.tokens.getTokensMe();
		assert.equal(me.OAuthClient.id, webApp.id);
		assert.equal(me.organization.name, 'Mockcloud');
	});

	test('gives the rights of that person, no more', async () => {
		const [ordinary, powerful] = [await withCode(await newCode(agent)), await withCode(await newCode(admin))];
		await refused(ordinary.oauth.getOauthClients(), { status: 403, code: 'missing.any.permissions' });
		await powerful.oauth.getOauthClients();
	});

	test('refuses a code that was used, and ends the tokens that it gave', async () => {
		const code = await newCode();
		const session = await withCode(code);
		await session.users.getUsersMe();
		const { refreshToken } = session.client.authData;
		await signInRefused(withCode(code), ...badCode);
		session.client.authData.refreshToken = undefined; // else the SDK would try it on the next line
		await refused(session.users.getUsersMe(), { status: 401, code: 'bad.credentials' });
		await signInRefused(session.client.refreshCodeAuthorizationGrant(webApp.id, webApp.secret, refreshToken),
			'invalid_grant', 'refresh token is invalid or expired');
	});

	test('refuses a code that nobody issued', async () => {
		await signInRefused(withCode('nonsense'), ...badCode);
	});

	test('refuses another redirect URI than that of the request, and the code stays good', async () => {
		const code = await newCode();
		const session = new Session(server);
		await signInRefused(session.client.loginCodeAuthorizationGrant(webApp.id, webApp.secret, code, 'http://localhost:3000/'), ...badCode);
		await withCode(code);
	});

	test('refuses a wrong secret, and the code stays good', async () => {
		const code = await newCode();
		const session = new Session(server);
		await signInRefused(session.client.loginCodeAuthorizationGrant(webApp.id, 'not-the-secret', code, redirectURI),
			'invalid_client', 'authentication failed');
		await withCode(code);
	});

	test('refuses the code of another client', async () => {
		const administrator = await signedIn(server);
		const other = await administrator.oauth.postOauthClients({
			name: 'Other', authorizedGrantType: 'CODE', scope: ['users'], registeredRedirectUri: [redirectURI],
		});
		const session = new Session(server);
		await signInRefused(session.client.loginCodeAuthorizationGrant(other.id, other.secret, await newCode(), redirectURI), ...badCode);
	});

	test('refuses a code with a challenge to whom the verifier is missing', async () => {
		const challenge = await new Session(server).client.computePKCECodeChallenge('v'.repeat(43));
		const code = await newCode(agent, { code_challenge: challenge, code_challenge_method: 'S256' });
		await signInRefused(withCode(code), 'invalid_grant', 'invalid code verifier');
	});
});

describe('loginPKCEGrant', () => {
	const verifier = () => new Session(server).client.generatePKCECodeVerifier(128);

	/** Signs in as an application in a browser does: it leaves its page for the log-in page and comes back to a new one. */
	async function signIn({ person = agent, browser = new Browser(server), options = {}, first = verifier(), second = first } = {}) {
		const before = new Session(server);
		const leaving = await onPage(redirectURI, () => before.client.loginPKCEGrant(webApp.id, redirectURI, options, first));
		assert.ok(leaving instanceof URL);
		const shown = await browser.open(leaving);
		const back = shown instanceof Page ? await browser.submit(shown, person) : shown;
		assert.ok(back instanceof URL, `signing in ended at ${back.url}: ${back.problem}`);
		const session = new Session(server);
		session.back = back;
		session.answer = await onPage(back, () => session.client.loginPKCEGrant(webApp.id, redirectURI, options, second));
		return session;
	}

	test('gives a token of the person who signed in, and the state', async () => {
		const state = 'a state & more = ünicode/+%20';
		const session = await signIn({ options: { state } });
		assert.equal(session.answer.state, state);
		assert.equal((await session.users.getUsersMe()).email, agent.email);
		assert.equal((await session.tokens.getTokensMe()).OAuthClient.id, webApp.id);
	});

	test('takes the shortest and the longest verifier', async () => {
		for (const length of [43, 128]) await signIn({ first: new Session(server).client.generatePKCECodeVerifier(length) });
	});

	test('returns at once for whoever is signed in, and asks again where the application wants that', async () => {
		const browser = new Browser(server);
		await signIn({ browser });
		const again = new Session(server);
		const challenge = await again.client.computePKCECodeChallenge(verifier());
		const request = codeURL({ code_challenge: challenge, code_challenge_method: 'S256' });
		assert.ok(await browser.open(request) instanceof URL);
		assert.equal((await browser.open(`${request}&prompt=login`)).title, 'Log In · mockcloud');
		await signIn({ browser, options: { prompt: 'login' } });
	});

	test('fails with a wrong verifier', async () => {
		const reason = await rejection(signIn({ second: verifier() }));
		assert.equal(reason.message, '[AxiosError] Request failed with status code 400');
	});

	test('fails with what the server says where the person may not enter', async () => {
		const reason = await rejection(signIn({ options: { target: unknownID } }));
		assert.equal(reason.message, '[access_denied] the user does not belong to the target organization');
	});

	test('fails in the SDK itself without a verifier', () => {
		assert.throws(() => new Session(server).client.loginPKCEGrant(webApp.id, redirectURI, {}), /requires Local Storage or codeVerifier/);
	});
});

describe('authorizePKCEGrant', () => {
	async function newPair() {
		const { client } = new Session(server);
		const verifier = client.generatePKCECodeVerifier(64);
		const challenge = await client.computePKCECodeChallenge(verifier);
		return { verifier, code: await newCode(agent, { code_challenge: challenge, code_challenge_method: 'S256' }) };
	}

	test('gives a token without a refresh token, which a public client could not use', async () => {
		const { verifier, code } = await newPair();
		const session = new Session(server);
		const answer = await session.client.authorizePKCEGrant(webApp.id, verifier, code, redirectURI);
		assert.equal(answer.refreshToken, undefined);
		assert.equal((await session.users.getUsersMe()).email, agent.email);
	});

	test('refuses a wrong verifier, and the right one still works', async () => {
		const { verifier, code } = await newPair();
		const { client } = new Session(server);
		for (const wrong of [client.generatePKCECodeVerifier(64), verifier.toLowerCase() + verifier, '']) {
			await signInRefused(client.authorizePKCEGrant(webApp.id, wrong, code, redirectURI), 'invalid_grant', 'invalid code verifier');
		}
		await client.authorizePKCEGrant(webApp.id, verifier, code, redirectURI);
	});

	test('refuses a code that was used', async () => {
		const { verifier, code } = await newPair();
		const { client } = new Session(server);
		await client.authorizePKCEGrant(webApp.id, verifier, code, redirectURI);
		await signInRefused(client.authorizePKCEGrant(webApp.id, verifier, code, redirectURI), ...badCode);
	});

	test('refuses a code that was asked for without a challenge', async () => {
		const { client } = new Session(server);
		await signInRefused(client.authorizePKCEGrant(webApp.id, client.generatePKCECodeVerifier(64), await newCode(), redirectURI),
			'invalid_client', 'authentication failed');
	});

	test('refuses an unknown client', async () => {
		const { verifier, code } = await newPair();
		await signInRefused(new Session(server).client.authorizePKCEGrant(unknownID, verifier, code, redirectURI), 'invalid_client', 'client not found');
	});
});

describe('loginImplicitGrant', () => {
	test('gives a token of the person who signed in, and the state', async () => {
		const state = 'a+b c%2B&d=e';
		const before = new Session(server);
		const leaving = await onPage(browserApp.redirectURI, () => before.client.loginImplicitGrant(browserApp.id, browserApp.redirectURI, { state }));
		const back = await signInAt(new Browser(server), leaving, agent);
		assert.equal(back.search, '');
		assert.match(back.hash, /^#access_token=[^&]+&expires_in=86399&token_type=bearer&state=[^&]+$/);
		const session = new Session(server);
		const answer = await onPage(back, () => session.client.loginImplicitGrant(browserApp.id, browserApp.redirectURI, {}));
		assert.equal((await session.users.getUsersMe()).email, agent.email);
		assert.equal(answer.state, 'a+b c+&d=e', 'the SDK decodes twice');
	});

	test('fails with what the server says for a client of another type', async () => {
		const before = new Session(server);
		const leaving = await onPage(redirectURI, () => before.client.loginImplicitGrant(webApp.id, redirectURI, {}));
		const back = await new Browser(server).open(leaving);
		const reason = await rejection(onPage(back, () => before.client.loginImplicitGrant(webApp.id, redirectURI, {})));
		assert.equal(reason.message, '[unauthorized_client] client is not authorized for this grant type');
	});
});

describe('the log-in page', () => {
	test('says so where the password is wrong, and keeps the address', async () => {
		const page = await signInAt(new Browser(server), codeURL(), { email: agent.email, password: 'wrong' });
		assert.equal(page.status, 401);
		assert.equal(page.problem, 'The email address or the password is incorrect.');
		assert.ok(page.forms[0].fields.some((field) => field.name === 'email' && field.value === agent.email));
	});

	test('takes no form that it did not give to this browser', async () => {
		const page = await new Browser(server).open(codeURL());
		const stranger = new Browser(server);
		assert.match((await stranger.submit(page, agent)).problem, /^This page was out of date/);
	});
});
