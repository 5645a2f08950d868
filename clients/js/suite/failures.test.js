// What a refusal looks like to those who use the SDK.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { divisionNamed, refused, rejection, roleNamed, unknownID, uuid } from '../support/expect.js';
import { startMockcloud } from '../support/mockcloud.js';
import { asUser, signedIn } from '../support/sdk.js';

const server = await startMockcloud();
const admin = await signedIn(server);
const agent = await asUser(server, 'agent1@mockcloud.test');
const anyOf = 'Unable to perform the requested action. You must have at least one of the following permissions assigned: ';
const allOf = 'Unable to perform the requested action. You are missing the following permission(s): ';

/** Lets the SDK count the requests that it really sends. */
function countRequests(session) {
	const counter = { requests: 0 };
	session.client.getHttpClient().setPreHook((config) => {
		counter.requests++;
		return config;
	});
	return counter;
}

describe('a missing permission', () => {
	test('is named', async () => {
		await refused(agent.oauth.getOauthClients(), { status: 403, code: 'missing.any.permissions', message: `${anyOf}[oauth:client:view]` });
	});

	test('is named with all alternatives, in their documented order', async () => {
		await refused(agent.users.deleteUser(unknownID), {
			status: 403, code: 'missing.any.permissions', message: `${anyOf}[admin, directory:user:delete, directory:organization:admin]`,
		});
	});

	test('is named among those that are all needed', async () => {
		await refused(agent.authorization.postAuthorizationDivisions({ name: 'Mine', description: '' }), {
			status: 403, code: 'missing.permissions', message: `${allOf}[authorization:division:add, authorization:grant:add]`,
		});
	});

	test('is named alone where the others are held', async () => {
		const grants = { domain: 'authorization', entityName: 'grant', actionSet: ['add'] };
		const role = await admin.authorization.postAuthorizationRoles({ name: 'Grants only', permissionPolicies: [grants] });
		const user = await admin.users.postUsers({ name: 'Half Way', email: 'half@mockcloud.test', state: 'active' });
		await admin.authorization.postAuthorizationSubjectBulkadd(user.id, { grants: [{ roleId: role.id, divisionId: '*' }] });
		const session = await asUser(server, user.email);
		await refused(session.authorization.postAuthorizationDivisions({ name: 'Mine', description: '' }), {
			status: 403, code: 'missing.permissions', message: `${allOf}[authorization:division:add]`,
		});
	});

	test('counts before what is wrong with the request', async () => {
		await refused(agent.oauth.postOauthClients({ nonsense: true }), { status: 403, code: 'missing.any.permissions' });
		await refused(agent.oauth.getOauthClient(unknownID), { status: 403, code: 'missing.any.permissions' });
	});

	test('is missing to an OAuth client in the same way', async () => {
		const employee = await roleNamed(admin, 'employee');
		const client = await admin.oauth.postOauthClients({
			name: 'Knows nothing', authorizedGrantType: 'CLIENT-CREDENTIALS', roleDivisions: [{ roleId: employee.id, divisionId: '*' }],
		});
		const session = await signedIn(server, client);
		await refused(session.authorization.getAuthorizationRoles(), {
			status: 403, code: 'missing.any.permissions', message: `${anyOf}[authorization:role:view]`,
		});
	});

	test('in one division is no obstacle in another', async () => {
		const [sales, support] = [await divisionNamed(admin, 'Sales'), await divisionNamed(admin, 'Support')];
		const addUsers = { domain: 'directory', entityName: 'user', actionSet: ['add'] };
		const role = await admin.authorization.postAuthorizationRoles({ name: 'Hires', permissionPolicies: [addUsers] });
		const user = await admin.users.postUsers({ name: 'Sal Sales', email: 'sal@mockcloud.test', state: 'active' });
		await admin.authorization.postAuthorizationSubjectBulkadd(user.id, { grants: [{ roleId: role.id, divisionId: sales.id }] });
		const session = await asUser(server, user.email);
		await session.users.postUsers({ name: 'Hired', email: 'hired@mockcloud.test', divisionId: sales.id });
		await refused(session.users.postUsers({ name: 'Not Hired', email: 'nothired@mockcloud.test', divisionId: support.id }), {
			status: 403, code: 'missing.any.division.permissions', message: new RegExp(`in at least one of the following division\\(s\\): \\[${support.id}\\]`),
		});
	});
});

describe('a request that is wrong', () => {
	const cases = [
		['without a required field', () => admin.authorization.postAuthorizationRoles({ description: 'Nameless' }), 'constraint.validation', 'name'],
		['without a required field of a user', () => admin.users.postUsers({ name: 'No Address' }), 'constraint.validation', 'email'],
		['with text in place of a list', () => admin.oauth.postOauthClients({ name: 'X', authorizedGrantType: 'CODE', scope: 'users' }), 'bad.request', 'scope'],
		['with text in place of a number', () => admin.oauth.postOauthClients({
			name: 'X', authorizedGrantType: 'CODE', scope: ['users'], accessTokenValiditySeconds: 'long',
		}), 'bad.request', 'accessTokenValiditySeconds'],
		['with a number in place of text', () => admin.users.postUsers({ name: 7, email: 'seven@mockcloud.test' }), 'bad.request', 'name'],
		['with a value that is not in the list', () => admin.users.postUsers({ name: 'X', email: 'x@mockcloud.test', state: 'asleep' }), 'invalid.value', 'state'],
		['with a query value that is not in the list', () => admin.users.getUsers({ state: 'asleep' }), 'invalid.query.param.value', 'state'],
		['with text in place of a page number', () => admin.users.getUsers({ pageNumber: 'first' }), 'invalid.query.param.value', 'pageNumber'],
		['with a field missing deep inside', () => admin.authorization.postAuthorizationSubjectBulkadd(unknownID, {}), 'constraint.validation', 'grants'],
	];
	for (const [what, call, code, field] of cases) {
		test(`${what} is refused with ${code}, and the field is named`, async () => {
			await refused(call(), { status: 400, code, field });
		});
	}

	test('that is no JSON is refused', async () => {
		const answer = await fetch(`${server.url}/api/v2/oauth/clients`, {
			method: 'POST', body: '{"name":', headers: { Authorization: `Bearer ${admin.token}`, 'Content-Type': 'application/json' },
		});
		assert.equal(answer.status, 400);
		assert.equal((await answer.json()).code, 'bad.request');
	});

	test('needs a person, where it comes from a client', async () => {
		await refused(admin.users.getUsersMe(), {
			status: 400, code: 'not.a.user',
			message: 'This request requires a user context. Client credentials cannot be used for requests to this resource.',
		});
	});
});

describe('something that is not there', () => {
	const cases = [
		['an OAuth client', () => admin.oauth.getOauthClient(unknownID), 'client.not.found'],
		['a role', () => admin.authorization.getAuthorizationRole(unknownID), 'not.found'],
		['a division', () => admin.authorization.getAuthorizationDivision(unknownID), 'not.found'],
		['a user', () => admin.users.getUser(unknownID), 'general.resource.not.found'],
		['a user with a strange id', () => admin.users.getUser('../../roles?x=/%00'), 'general.resource.not.found'],
		['a path that the API does not have', () => admin.client.callApi(
			'/api/v2/nothing/here', 'GET', {}, {}, {}, {}, null, ['PureCloud OAuth'], ['application/json'], ['application/json'],
		), 'not.found'],
	];
	for (const [what, call, code] of cases) {
		test(`is answered with 404: ${what}`, async () => {
			await refused(call(), { status: 404, code });
		});
	}
});

describe('an operation that is not implemented', () => {
	const interval = '2026-01-01T00:00:00.000Z/2026-01-02T00:00:00.000Z';

	test('is answered with 501, and the SDK does not try again', async () => {
		const session = await signedIn(server);
		const counter = countRequests(session);
		await refused(session.notifications.postNotificationsChannels(), { status: 501, code: 'not.implemented' });
		assert.equal(counter.requests, 1);
	});

	test('is guarded all the same', async () => {
		const employee = await roleNamed(admin, 'employee');
		const client = await admin.oauth.postOauthClients({
			name: 'No analyst', authorizedGrantType: 'CLIENT-CREDENTIALS', roleDivisions: [{ roleId: employee.id, divisionId: '*' }],
		});
		const session = await signedIn(server, client);
		await refused(session.analytics.postAnalyticsConversationsDetailsQuery({ interval }), {
			status: 403, code: 'missing.any.permissions',
			message: `${anyOf}[analytics:conversationDetail:view, analytics:agentConversationDetail:view]`,
		});
	});
});

describe('extended responses', () => {
	test('carry the correlation id of a success', async () => {
		const { status, headers, body } = await admin.extended().organization.getOrganizationsMe();
		assert.equal(status, 200);
		assert.match(headers['inin-correlation-id'], uuid);
		assert.match(headers['content-type'], /^application\/json/);
		assert.equal(body.name, 'Mockcloud');
	});

	test('carry the correlation id of a refusal, which is its context id', async () => {
		const session = admin.extended();
		const [one, two] = [await rejection(session.oauth.getOauthClient(unknownID)), await rejection(session.oauth.getOauthClient(unknownID))];
		for (const answer of [one, two]) {
			assert.equal(answer.status, 404);
			assert.match(answer.headers['inin-correlation-id'], uuid);
			assert.equal(answer.headers['inin-correlation-id'], answer.body.contextId);
		}
		assert.notEqual(one.body.contextId, two.body.contextId);
	});
});

describe('the explanation of a decision', () => {
	async function explained(path, token) {
		const answer = await fetch(server.url + path, { headers: { Authorization: `Bearer ${token}`, 'X-Mockcloud-Explain': 'true' } });
		await answer.arrayBuffer();
		return answer;
	}

	test('comes with a refusal, on request', async () => {
		const answer = await explained('/api/v2/oauth/clients', agent.token);
		assert.equal(answer.status, 403);
		const explanation = answer.headers.get('X-Mockcloud-Explanation');
		assert.ok(explanation, 'there is no explanation');
		for (const word of ['missing.any.permissions', 'oauth:client:view', 'Alex Agent', 'employee']) {
			assert.ok(explanation.includes(word), `${word} in ${explanation}`);
		}
		assert.ok(!explanation.includes(agent.token), 'tokens are never repeated');
	});

	test('comes with a success, on request', async () => {
		const answer = await explained('/api/v2/oauth/clients', admin.token);
		assert.equal(answer.status, 200);
		assert.match(answer.headers.get('X-Mockcloud-Explanation'), /Mockcloud Admin/);
	});

	test('does not come unasked', async () => {
		const { headers } = await admin.extended().oauth.getOauthClients();
		assert.equal(headers['x-mockcloud-explanation'], undefined);
	});

	test('can be asked for through the SDK', async () => {
		const { headers } = await admin.extended().oauth.getOauthClients({ customHeaders: { 'X-Mockcloud-Explain': 'true' } });
		assert.match(headers['x-mockcloud-explanation'], /oauth:client:view/);
	});
});
