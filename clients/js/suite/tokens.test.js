import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { refused, unknownID, userNamed, uuid } from '../support/expect.js';
import { startMockcloud } from '../support/mockcloud.js';
import { asUser, signedIn } from '../support/sdk.js';

const server = await startMockcloud();
const admin = await signedIn(server);

describe('the organization', () => {
	test('is shown to any token', async () => {
		const organization = await admin.organization.getOrganizationsMe();
		assert.match(organization.id, uuid);
		assert.equal(organization.name, 'Mockcloud');
		assert.equal(organization.defaultCountryCode, 'US');
		const agent = await asUser(server, 'agent1@mockcloud.test');
		assert.equal((await agent.organization.getOrganizationsMe()).id, organization.id);
	});
});

describe('a token', () => {
	test('of a client says whose it is', async () => {
		const organization = await admin.organization.getOrganizationsMe();
		const me = await admin.tokens.getTokensMe();
		assert.equal(me.organization.id, organization.id);
		assert.equal(me.organization.name, 'Mockcloud');
		assert.equal(me.OAuthClient.id, server.admin.id);
		assert.equal(me.OAuthClient.name, 'Mockcloud Admin');
		assert.equal(me.OAuthClient.organization.id, organization.id);
	});

	test('of the built-in client says so', async () => {
		const builder = await asUser(server, 'builder@mockcloud.test');
		const me = await builder.tokens.getTokensMe({ preserveIdleTTL: false });
		assert.equal(me.OAuthClient.organization.id, 'purecloud-builtin');
	});

	test('is checked by a request without a body', async () => {
		const { status, body } = await admin.extended().tokens.headTokensMe(); // Guess: the status is not documented.
		assert.equal(status, 200);
		assert.ok(!body);
	});

	test('dies when its holder says so, and no other with it', async () => {
		const [doomed, other] = [await signedIn(server), await signedIn(server)];
		const { status } = await doomed.extended().tokens.deleteTokensMe();
		assert.equal(status, 200);
		await refused(doomed.tokens.getTokensMe(), { status: 401, code: 'bad.credentials', message: 'Invalid login credentials.' });
		await refused(doomed.tokens.deleteTokensMe(), { status: 401, code: 'bad.credentials' });
		await other.tokens.getTokensMe();
		await signedIn(server);
	});

	test('of a user dies with all others of that user', async () => {
		const [one, two] = [await asUser(server, 'agent2@mockcloud.test'), await asUser(server, 'agent2@mockcloud.test')];
		const bystander = await asUser(server, 'agent1@mockcloud.test');
		const user = await userNamed(admin, 'agent2@mockcloud.test');
		const { status } = await admin.extended().tokens.deleteToken(user.id);
		assert.equal(status, 204);
		for (const session of [one, two]) await refused(session.users.getUsersMe(), { status: 401, code: 'bad.credentials' });
		await bystander.users.getUsersMe();
		await (await asUser(server, 'agent2@mockcloud.test')).users.getUsersMe();
	});

	test('of an unknown user cannot be killed', async () => {
		await refused(admin.tokens.deleteToken(unknownID), { status: 404, code: 'not.found' });
	});
});
