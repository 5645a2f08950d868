import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { idsOf, namesOf, refused, roleNamed, unknownID, userNamed, uuid } from '../support/expect.js';
import { startMockcloud } from '../support/mockcloud.js';
import { signedIn } from '../support/sdk.js';

const server = await startMockcloud();
const admin = await signedIn(server);

const viewQueues = { domain: 'routing', entityName: 'queue', actionSet: ['view'], allowConditions: false };
const editUsers = { domain: 'directory', entityName: 'user', actionSet: ['add', 'edit'], allowConditions: false };

/** Policies as far as a request can say them, in a fixed order. */
function plain(policies) {
	return policies
		.map(({ domain, entityName, actionSet }) => ({ domain, entityName, actionSet: actionSet.toSorted() }))
		.toSorted((a, b) => a.domain.localeCompare(b.domain));
}

const expected = (policies) => policies.map(({ domain, entityName, actionSet }) => ({ domain, entityName, actionSet }));

describe('default roles', () => {
	test('are there from the start', async () => {
		const { entities } = await admin.authorization.getAuthorizationRoles({ pageSize: 100 });
		const byName = new Map(entities.map((role) => [role.name, role]));
		for (const name of ['employee', 'admin', 'Master Admin', 'User', 'Supervisor', 'Communicate - User', 'Communicate - Admin',
			'Telephony Admin', 'Genesys Cloud Voice Admin', 'Quality Administrator', 'Quality Evaluator', 'Outbound Admin',
			'Outbound Agent', 'Developer', 'Trusted External User', 'People Admin']) {
			assert.ok(byName.has(name), `there is no role ${name}`);
			assert.equal(byName.get(name).default, true, `${name} is a default role`);
			assert.ok(byName.get(name).defaultRoleId, `${name} has no defaultRoleId`);
		}
	});

	test('are found by their handle, which is the same everywhere', async () => {
		for (const handle of ['employee', 'admin', 'supervisor', 'trustedUser']) {
			const { entities } = await admin.authorization.getAuthorizationRoles({ defaultRoleId: [handle] });
			assert.deepEqual(entities.map((r) => r.defaultRoleId), [handle]);
		}
		const both = await admin.authorization.getAuthorizationRoles({ defaultRoleId: ['employee', 'admin'] });
		assert.deepEqual(namesOf(both).toSorted(), ['admin', 'employee']);
	});

	test('have policies; those of admin include the general permission', async () => {
		const role = await roleNamed(admin, 'admin');
		const got = await admin.authorization.getAuthorizationRole(role.id);
		assert.ok(got.permissions.includes('admin'));
		assert.ok(got.permissionPolicies.some((p) => p.domain === 'authorization'));
	});

	test('come back as they were after a change', async () => {
		const role = await roleNamed(admin, 'Developer');
		const before = await admin.authorization.getAuthorizationRole(role.id);
		await admin.authorization.putAuthorizationRole(role.id, { name: before.name, description: 'Changed', permissionPolicies: [viewQueues] });
		await admin.authorization.putAuthorizationRolesDefault([{ id: role.id }]);
		const after = await admin.authorization.getAuthorizationRole(role.id);
		assert.deepEqual(plain(after.permissionPolicies), plain(before.permissionPolicies));
	});

	test('answer with the users that they have', async () => {
		const role = await roleNamed(admin, 'employee');
		assert.ok(role.userCount >= 5, `employee has ${role.userCount} users`);
		const { entities } = await admin.authorization.getAuthorizationRoleUsers(role.id);
		const adminUser = await userNamed(admin, server.adminEmail);
		assert.ok(idsOf({ entities }).includes(adminUser.id));
	});
});

describe('a role', () => {
	test('is created', async () => {
		const { status, body } = await admin.extended().authorization.postAuthorizationRoles({
			name: 'Queue watcher', description: 'Looks at queues', permissions: ['group_creation'], permissionPolicies: [viewQueues, editUsers],
		});
		assert.equal(status, 200);
		assert.match(body.id, uuid);
		assert.equal(body.name, 'Queue watcher');
		assert.equal(body.description, 'Looks at queues');
		assert.equal(body.default, false);
		assert.deepEqual(body.permissions, ['group_creation']);
		assert.deepEqual(plain(body.permissionPolicies), expected([editUsers, viewQueues]));
		assert.equal(body.selfUri, `/api/v2/authorization/roles/${body.id}`);
	});

	test('is created with what Terraform sends for an empty one', async () => {
		const role = await admin.authorization.postAuthorizationRoles({ name: 'Empty', description: '', permissions: [], permissionPolicies: null });
		assert.match(role.id, uuid);
	});

	test('keeps its conditions', async () => {
		const resourceConditionNode = {
			conjunction: 'AND',
			terms: [{ variableName: 'Conversation.mediaType', operator: 'EQ', operands: [{ type: 'SCALAR', value: 'CALL' }] }],
		};
		const { id } = await admin.authorization.postAuthorizationRoles({
			name: 'Calibrates calls',
			permissionPolicies: [{ domain: 'quality', entityName: 'calibration', actionSet: ['add'], allowConditions: true, resourceConditionNode }],
		});
		const [policy] = (await admin.authorization.getAuthorizationRole(id)).permissionPolicies;
		assert.deepEqual(policy.resourceConditionNode, resourceConditionNode);
	});

	test('is listed, and found by its name in any case', async () => {
		const { id } = await admin.authorization.postAuthorizationRoles({ name: 'Findable', permissionPolicies: [viewQueues] });
		assert.ok(idsOf(await admin.authorization.getAuthorizationRoles({ pageSize: 100 })).includes(id));
		for (const name of ['Findable', 'findable']) {
			assert.ok(idsOf(await admin.authorization.getAuthorizationRoles({ name })).includes(id), name);
		}
		assert.deepEqual(idsOf(await admin.authorization.getAuthorizationRoles({ name: 'Unfindable' })), []);
	});

	test('is listed by its id', async () => {
		const one = await admin.authorization.postAuthorizationRoles({ name: 'One of two' });
		const two = await admin.authorization.postAuthorizationRoles({ name: 'Two of two' });
		const listing = await admin.authorization.getAuthorizationRoles({ id: [one.id, two.id, unknownID] });
		assert.deepEqual(idsOf(listing).toSorted(), [one.id, two.id].toSorted());
	});

	test('is read as it was created', async () => {
		const created = await admin.authorization.postAuthorizationRoles({ name: 'Readable', permissionPolicies: [viewQueues] });
		const got = await admin.authorization.getAuthorizationRole(created.id);
		assert.equal(got.name, 'Readable');
		assert.deepEqual(got.permissionPolicies, created.permissionPolicies);
		assert.equal(got.userCount, 0);
	});

	test('is replaced', async () => {
		const { id } = await admin.authorization.postAuthorizationRoles({ name: 'Old name', description: 'Old', permissionPolicies: [viewQueues] });
		const { status, body } = await admin.extended().authorization.putAuthorizationRole(id, {
			name: 'New name', description: 'New', permissionPolicies: [editUsers],
		});
		assert.equal(status, 200);
		assert.equal(body.name, 'New name');
		const got = await admin.authorization.getAuthorizationRole(id);
		assert.equal(got.description, 'New');
		assert.deepEqual(plain(got.permissionPolicies), expected([editUsers]));
	});

	test('takes users and gives them up again', async () => {
		const { id } = await admin.authorization.postAuthorizationRoles({ name: 'Has users', permissionPolicies: [viewQueues] });
		const [one, two] = [await userNamed(admin, 'agent1@mockcloud.test'), await userNamed(admin, 'agent2@mockcloud.test')];
		const { status, body } = await admin.extended().authorization.putAuthorizationRoleUsersAdd(id, [one.id, two.id]);
		assert.equal(status, 200);
		assert.deepEqual(body.toSorted(), [one.id, two.id].toSorted());
		assert.deepEqual(idsOf(await admin.authorization.getAuthorizationRoleUsers(id)).toSorted(), [one.id, two.id].toSorted());
		assert.equal((await admin.authorization.getAuthorizationRole(id)).userCount, 2);
		assert.ok((await admin.users.getUserRoles(one.id)).roles.some((r) => r.id === id));

		await admin.authorization.putAuthorizationRoleUsersRemove(id, [one.id]);
		assert.deepEqual(idsOf(await admin.authorization.getAuthorizationRoleUsers(id)), [two.id]);
		assert.ok(!(await admin.users.getUserRoles(one.id)).roles.some((r) => r.id === id));
	});

	test('is deleted, and then it is gone and nobody holds it', async () => {
		const { id } = await admin.authorization.postAuthorizationRoles({ name: 'Short-lived', permissionPolicies: [viewQueues] });
		const agent = await userNamed(admin, 'agent1@mockcloud.test');
		await admin.authorization.putAuthorizationRoleUsersAdd(id, [agent.id]);
		const { status } = await admin.extended().authorization.deleteAuthorizationRole(id); // Guess: the status is not documented.
		assert.equal(status, 204);
		await refused(admin.authorization.getAuthorizationRole(id), { status: 404, code: 'not.found' });
		await refused(admin.authorization.deleteAuthorizationRole(id), { status: 404, code: 'not.found' });
		assert.ok(!(await admin.users.getUserRoles(agent.id)).roles.some((r) => r.id === id));
	});
});

describe('the permission catalogue', () => {
	test('needs no permission and says what a role may hold', async () => {
		const { entities, pageCount } = await admin.authorization.getAuthorizationPermissions({
			queryType: 'domain', query: 'routing', pageSize: 100,
		});
		assert.equal(pageCount, 1);
		const [routing] = entities;
		assert.equal(routing.domain, 'routing');
		assert.equal(routing.selfUri, '/api/v2/authorization/permissions/routing');
		const view = routing.permissionMap.queue.find((p) => p.action === 'view');
		assert.equal(view.domain, 'routing');
		assert.equal(view.entityType, 'queue');
		assert.equal(view.divisionAware, true);
	});

	test('is paged, one entity for each domain', async () => {
		const first = await admin.authorization.getAuthorizationPermissions();
		assert.equal(first.pageSize, 25);
		assert.ok(first.total >= 63, `${first.total} domains`);
		assert.equal(first.pageCount, Math.ceil(first.total / 25));
		const all = await admin.authorization.getAuthorizationPermissions({ pageSize: first.total });
		assert.equal(new Set(all.entities.map((e) => e.domain)).size, first.total);
	});
});
