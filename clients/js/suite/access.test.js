import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { refused, unknownID } from '../support/expect.js';
import { startMockcloud } from '../support/mockcloud.js';
import { signedIn } from '../support/sdk.js';

const server = await startMockcloud();
const admin = await signedIn(server);
const { authorization, groups, oauth, users } = admin;

const person = async (email) => (await users.postUsersSearch({ query: [{ type: 'EXACT', fields: ['email'], value: email }] })).results[0];

describe('a group', () => {
	test('is created, found, filled, emptied and deleted', async () => {
		const agent = await person('agent1@mockcloud.test');
		const made = await groups.postGroups({ name: 'Night Shift', type: 'official', visibility: 'public', rulesVisible: true });
		assert.equal(made.version, 1);
		assert.equal(made.rolesEnabled, true);

		const found = await groups.postGroupsSearch({ query: [{ type: 'EXACT', fields: ['name'], value: 'night shift' }] });
		assert.deepEqual(found.results.map((g) => g.id), [made.id]);

		await groups.postGroupMembers(made.id, { memberIds: [agent.id], version: made.version });
		assert.deepEqual((await groups.getGroupMembers(made.id)).entities.map((u) => u.id), [agent.id]);
		assert.deepEqual((await groups.getGroupIndividuals(made.id)).entities.map((u) => u.id), [agent.id]);

		await refused(groups.putGroup(made.id, { body: { name: 'Late', version: made.version } }), { status: 409, code: 'general.conflict' });
		const now = await groups.getGroup(made.id);
		const renamed = await groups.putGroup(made.id, { body: { name: 'Late Shift', version: now.version } });
		assert.equal(renamed.name, 'Late Shift');

		await groups.deleteGroupMembers(made.id, agent.id);
		assert.equal((await groups.getGroup(made.id)).memberCount, 0);
		await groups.deleteGroup(made.id);
		await refused(groups.getGroup(made.id), { status: 404, code: 'general.resource.not.found' });
	});
});

describe('a division', () => {
	test('takes a user in, is deleted and comes back', async () => {
		const agent = await person('agent2@mockcloud.test');
		const north = await authorization.postAuthorizationDivisions({ name: 'North', description: '' });
		await authorization.postAuthorizationDivisionObject(north.id, 'USER', [agent.id]);
		assert.equal((await users.getUser(agent.id)).division.id, north.id);
		await refused(authorization.deleteAuthorizationDivision(north.id), { status: 400, code: 'precondition.failure' });
		await refused(authorization.postAuthorizationDivisionObject(north.id, 'USER', [unknownID]), { status: 404, code: 'general.resource.not.found' });

		await authorization.postAuthorizationDivisionObject(agent.division.id, 'USER', [agent.id]);
		await authorization.deleteAuthorizationDivision(north.id);
		await refused(authorization.getAuthorizationDivision(north.id), { status: 404, code: 'not.found' });
		assert.ok((await authorization.getAuthorizationDivisionsDeleted()).entities.some((d) => d.id === north.id));
		const restored = await authorization.postAuthorizationDivisionRestore(north.id, { name: 'North', description: 'Again' });
		assert.equal(restored.id, north.id);
	});

	test('is permitted where a role says so', async () => {
		const permitted = await authorization.getAuthorizationDivisionspermittedPagedMe('routing:queue:view');
		assert.equal(permitted.allDivsPermitted, true);
		assert.ok(permitted.entities.length >= 3);
	});
});

describe('roles', () => {
	test('are compared with what they were at first', async () => {
		const supervisor = (await authorization.getAuthorizationRoles({ defaultRoleId: ['supervisor'] })).entities[0];
		await authorization.putAuthorizationRole(supervisor.id, {
			...supervisor, permissionPolicies: [...supervisor.permissionPolicies, { domain: 'oauth', entityName: 'client', actionSet: ['view'] }],
		});
		const difference = await authorization.getAuthorizationRoleComparedefaultRightRoleId(supervisor.id, supervisor.id);
		assert.deepEqual(difference.addedPermissionPolicies.map((p) => `${p.domain}:${p.entityName}`), ['oauth:client']);
		assert.deepEqual(difference.removedPermissionPolicies, []);
	});
});

describe('an access policy', () => {
	test('refuses those whom it is about', async () => {
		const agent = await person('agent1@mockcloud.test');
		const policy = await authorization.postAuthorizationPoliciesTarget('directory:user:view', {
			name: 'Not agents', effect: 'DENY', active: true, subject: { type: 'USER', id: agent.id },
		});
		assert.equal((await authorization.getAuthorizationPolicy(policy.id)).name, 'Not agents');
		const { results } = await authorization.postAuthorizationPoliciesTargetValidate('directory:user:view', policy);
		assert.deepEqual(results ?? [], []);
		await authorization.deleteAuthorizationPoliciesTargetSubjectSubjectId('directory:user:view', agent.id);
		await refused(authorization.getAuthorizationPolicy(policy.id), { status: 404, code: 'not.found' });
	});
});

describe('the usage of a client', () => {
	test('is what was called', async () => {
		const { id } = (await admin.tokens.getTokensMe()).OAuthClient;
		await groups.getGroups();
		const interval = `${new Date(Date.now() - 864e5).toISOString()}/${new Date(Date.now() + 864e5).toISOString()}`;
		const { executionId } = await oauth.postOauthClientUsageQuery(id, {
			interval, granularity: 'Day', metrics: ['Status200', 'Requests'], groupBy: ['TemplateUri', 'HttpMethod'],
		});
		const { queryStatus, results } = await oauth.getOauthClientUsageQueryResult(executionId, id);
		assert.equal(queryStatus, 'Complete');
		const listed = results.find((r) => r.templateUri === '/api/v2/groups' && r.httpMethod === 'GET');
		assert.ok(listed && listed.status200 >= 1 && listed.requests >= 1, JSON.stringify(results));
	});
});
