// Sign-in with a SAML assertion, which comes from mockcloud's own test identity provider.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { refused, signInRefused } from '../support/expect.js';
import { startMockcloud } from '../support/mockcloud.js';
import { admin, agent, samlApp, webApp } from '../support/people.js';
import { Session } from '../support/sdk.js';

const server = await startMockcloud();

/** Asks the test identity provider for an assertion. */
async function ask(wanted) {
	const answer = await fetch(`${server.url}/_mockcloud/idp/assertion`, {
		method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(wanted),
	});
	return { status: answer.status, body: await answer.json() };
}

/** An assertion about the person, with a fault or without. */
async function assertion(person = agent, more = {}) {
	const { status, body } = await ask({ user: person.email, ...more });
	assert.equal(status, 200, JSON.stringify(body));
	return body;
}

/** Signs in with the assertion. */
async function signIn({ assertion: text, orgName }, client = samlApp) {
	const session = new Session(server);
	session.answer = await session.client.loginSaml2BearerGrant(client.id, client.secret, orgName, text);
	return session;
}

describe('loginSaml2BearerGrant', () => {
	test('gives a token of the person whom the assertion speaks of', async () => {
		const answer = await assertion();
		assert.equal(answer.orgName, 'mockcloud');
		const session = await signIn(answer);
		assert.match(session.answer.accessToken, /^[A-Za-z0-9_.-]+$/);
		assert.equal(session.answer.refreshToken, undefined);
		assert.equal((await session.users.getUsersMe()).email, agent.email);
		assert.equal((await session.tokens.getTokensMe()).OAuthClient.id, samlApp.id);
	});

	test('gives the rights of that person, no more', async () => {
		await refused((await signIn(await assertion(agent))).oauth.getOauthClients(), { status: 403, code: 'missing.any.permissions' });
		await (await signIn(await assertion(admin))).oauth.getOauthClients();
	});

	test('takes an assertion that was posted to the application', async () => {
		await signIn(await assertion(agent, { recipient: 'https://app.example/saml/callback' }));
	});

	// Guess: the real descriptions are not known.
	for (const [fault, description] of [
		['expired', 'the assertion has expired'],
		['audience', 'the assertion is for another audience'],
		['issuer', 'no enabled identity provider of the organization has this issuer'],
		['signature', 'the signature is not valid'],
	]) {
		test(`refuses an assertion with the fault ${fault}`, async () => {
			await signInRefused(signIn(await assertion(agent, { fault })), 'invalid_grant', description);
		});
	}

	test('refuses an assertion for another audience', async () => {
		await signInRefused(signIn(await assertion(agent, { audience: 'urn:somebody:else' })), 'invalid_grant', 'the assertion is for another audience');
	});

	test('refuses an assertion that was used before', async () => {
		const answer = await assertion();
		await signIn(answer);
		await signInRefused(signIn(answer), 'invalid_grant', 'the assertion was used before');
	});

	test('refuses an assertion that was changed on its way', async () => {
		const { assertion: text, orgName } = await assertion(agent);
		const xml = Buffer.from(text, 'base64').toString();
		assert.ok(xml.includes(agent.email));
		const forged = Buffer.from(xml.replaceAll(agent.email, admin.email)).toString('base64');
		await signInRefused(signIn({ assertion: forged, orgName }), 'invalid_grant', 'the signature is not valid');
	});

	test('refuses what is no assertion', async () => {
		for (const text of ['nonsense', '%%%', Buffer.from('<nothing/>').toString('base64')]) {
			const reason = await signIn({ assertion: text, orgName: 'mockcloud' }).then(() => assert.fail('it succeeded'), (r) => r);
			assert.equal(reason.response?.data.error, 'invalid_grant', String(reason));
		}
	});

	test('refuses an unknown organization', async () => {
		await signInRefused(signIn({ ...await assertion(), orgName: 'elsewhere' }), 'invalid_grant', 'the organization is unknown');
	});

	test('refuses a request without an assertion or an organization', async () => {
		const { assertion: text, orgName } = await assertion();
		await signInRefused(signIn({ assertion: '', orgName }), 'invalid_request', 'missing parameter: assertion');
		await signInRefused(signIn({ assertion: text, orgName: '' }), 'invalid_request', 'missing parameter: orgName');
	});

	test('refuses a wrong secret, and the assertion stays good', async () => {
		const answer = await assertion();
		await signInRefused(signIn(answer, { id: samlApp.id, secret: 'not-the-secret' }), 'invalid_client', 'authentication failed');
		await signIn(answer);
	});

	test('refuses a client of another grant type', async () => {
		await signInRefused(signIn(await assertion(), webApp), 'unauthorized_client', 'client is not authorized for this grant type');
	});
});

describe('the test identity provider', () => {
	test('speaks only of people that there are', async () => {
		const { status, body } = await ask({ user: 'nobody@mockcloud.test' });
		assert.equal(status, 404);
		assert.match(body.message, /nobody@mockcloud\.test/);
	});

	test('knows its faults', async () => {
		const { status, body } = await ask({ user: agent.email, fault: 'laziness' });
		assert.equal(status, 400);
		assert.equal(body.code, 'bad.request');
	});
});
