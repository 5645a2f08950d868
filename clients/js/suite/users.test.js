import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { divisionNamed, idsOf, refused, roleNamed, unknownID, uuid } from '../support/expect.js';
import { startMockcloud } from '../support/mockcloud.js';
import { asUser, signedIn } from '../support/sdk.js';

const server = await startMockcloud();
const admin = await signedIn(server);
const sales = await divisionNamed(admin, 'Sales');
const home = await admin.authorization.getAuthorizationDivisionsHome();

function person(name, more) {
	return { name, email: `${name.toLowerCase().replaceAll(' ', '.')}@mockcloud.test`, divisionId: sales.id, state: 'active', ...more };
}

const byEmail = (email) => ({ query: [{ type: 'EXACT', fields: ['email'], values: [email] }] });

describe('creating a user', () => {
	test('answers with the user', async () => {
		const { status, body } = await admin.extended().users.postUsers(person('Nora New', { title: 'Clerk', department: 'Office' }));
		assert.equal(status, 200);
		assert.match(body.id, uuid);
		assert.equal(body.name, 'Nora New');
		assert.equal(body.email, 'nora.new@mockcloud.test');
		assert.equal(body.title, 'Clerk');
		assert.equal(body.department, 'Office');
		assert.equal(body.state, 'active');
		assert.equal(body.version, 1);
		assert.equal(body.division.id, sales.id);
		assert.equal(body.selfUri, `/api/v2/users/${body.id}`);
	});

	test('grants the role employee', async () => {
		const { id } = await admin.users.postUsers(person('Ed Employee'));
		const { roles } = await admin.users.getUserRoles(id);
		assert.deepEqual(roles.map((r) => r.name), ['employee']);
		const { grants } = await admin.authorization.getAuthorizationSubject(id);
		assert.deepEqual(grants.map((g) => g.role.name), ['employee']);
	});

	test('puts a user without a division into the home division', async () => {
		const user = await admin.users.postUsers(person('Hal Home', { divisionId: undefined }));
		assert.equal(user.division.id, home.id);
	});

	test('refuses an e-mail address that is taken, in any case', async () => {
		await admin.users.postUsers(person('Tom Twin'));
		const conflict = { status: [400, 409], code: 'general.conflict' };
		await refused(admin.users.postUsers(person('Tom Twin')), conflict);
		await refused(admin.users.postUsers(person('Other Tom', { email: 'TOM.TWIN@mockcloud.test' })), conflict);
	});

	test('refuses the e-mail address of a deleted user', async () => {
		const { id } = await admin.users.postUsers(person('Gil Gone'));
		await admin.users.deleteUser(id);
		await refused(admin.users.postUsers(person('Gil Gone')), { status: [400, 409], code: 'general.conflict' });
	});
});

describe('reading users', () => {
	test('shows one', async () => {
		const created = await admin.users.postUsers(person('Rita Read'));
		assert.deepEqual(await admin.users.getUser(created.id), created);
	});

	test('shows the rights of one on request', async () => {
		const { id } = await admin.users.postUsers(person('Ana Authorized'));
		const { authorization } = await admin.users.getUser(id, { expand: ['authorization', 'skills'] });
		assert.deepEqual(authorization.roles.map((r) => r.name), ['employee']);
		assert.ok(Array.isArray(authorization.permissions));
		assert.ok(Array.isArray(authorization.permissionPolicies));
	});

	test('lists those with given ids', async () => {
		const [one, two] = [await admin.users.postUsers(person('List One')), await admin.users.postUsers(person('List Two'))];
		const listing = await admin.users.getUsers({ id: [one.id, two.id] });
		assert.deepEqual(idsOf(listing), [one.id, two.id], 'by name');
		assert.equal(listing.total, 2);
	});

	test('lists both ways round', async () => {
		const up = await admin.users.getUsers({ sortOrder: 'ASC', pageSize: 5 });
		const down = await admin.users.getUsers({ sortOrder: 'descending', pageSize: 5 });
		assert.notEqual(idsOf(up)[0], idsOf(down)[0]);
	});

	test('refuses an unknown id', async () => {
		await refused(admin.users.getUser(unknownID), { status: 404, code: 'general.resource.not.found' });
	});

	test('shows the caller to a user', async () => {
		const builder = await asUser(server, 'builder@mockcloud.test');
		const me = await builder.users.getUsersMe({ expand: ['organization', 'authorization'] });
		assert.equal(me.email, 'builder@mockcloud.test');
		assert.equal(me.organization.name, 'Mockcloud');
		const names = me.authorization.roles.map((r) => r.name);
		for (const name of ['employee', 'Integration Builder', 'Queue Reader']) assert.ok(names.includes(name), `${name} in ${names}`);
	});
});

describe('changing a user', () => {
	test('changes what is sent, and counts the version on', async () => {
		const created = await admin.users.postUsers(person('Paula Patch', { title: 'Clerk' }));
		const { status, body } = await admin.extended().users.patchUser(created.id, { version: created.version, department: 'Office' });
		assert.equal(status, 200);
		assert.equal(body.version, created.version + 1);
		assert.equal(body.department, 'Office');
		assert.equal(body.title, 'Clerk');
	});

	test('refuses a version that is out of date', async () => {
		const created = await admin.users.postUsers(person('Stan Stale'));
		await admin.users.patchUser(created.id, { version: created.version, title: 'First' });
		await refused(admin.users.patchUser(created.id, { version: created.version, title: 'Second' }), {
			status: [400, 409], code: 'general.conflict', message: /does not match the current version/,
		});
		assert.equal((await admin.users.getUser(created.id)).title, 'First');
	});

	test('lets one of two changes at the same time win', async () => {
		const { id, version } = await admin.users.postUsers(person('Rae Race'));
		const changes = await Promise.allSettled(['One', 'Two', 'Three'].map((title) => admin.users.patchUser(id, { version, title })));
		assert.equal(changes.filter((c) => c.status === 'fulfilled').length, 1);
		assert.equal((await admin.users.getUser(id)).version, version + 1);
	});

	test('refuses an unknown id', async () => {
		await refused(admin.users.patchUser(unknownID, { version: 1, title: 'Nobody' }), { status: 404, code: 'general.resource.not.found' });
	});

	test('replaces the roles as a list', async () => {
		const { id } = await admin.users.postUsers(person('Rolf Roles'));
		const [agent, supervisor] = [await roleNamed(admin, 'User'), await roleNamed(admin, 'Supervisor')];
		const { status, body } = await admin.extended().users.putUserRoles(id, [agent.id, supervisor.id]);
		assert.equal(status, 200);
		assert.deepEqual(body.roles.map((r) => r.name).toSorted(), ['Supervisor', 'User']);
		await admin.users.putUserRoles(id, [agent.id]);
		assert.deepEqual((await admin.users.getUserRoles(id)).roles.map((r) => r.name), ['User']);
	});
});

describe('searching users', () => {
	test('finds one by e-mail address, with everything that a search answers', async () => {
		const { id } = await admin.users.postUsers(person('Fay Found'));
		const found = await admin.users.postUsersSearch(byEmail('fay.found@mockcloud.test'));
		assert.deepEqual(found.results.map((u) => u.id), [id]);
		assert.equal(found.total, 1);
		assert.equal(found.pageCount, 1);
		assert.equal(found.pageNumber, 1);
		assert.equal(found.pageSize, 25);
		assert.ok(Array.isArray(found.types));
	});

	test('finds several by a part of the name, a page at a time', async () => {
		for (const name of ['Zoe Zebra', 'Zac Zebra', 'Zed Zebra']) await admin.users.postUsers(person(name));
		const query = [{ type: 'CONTAINS', fields: ['name'], value: 'zebra' }];
		const first = await admin.users.postUsersSearch({ query, sortBy: 'name', sortOrder: 'ASC', pageSize: 2 });
		assert.deepEqual(first.results.map((u) => u.name), ['Zac Zebra', 'Zed Zebra']);
		assert.equal(first.total, 3);
		assert.equal(first.pageCount, 2);
		const second = await admin.users.postUsersSearch({ query, sortBy: 'name', sortOrder: 'ASC', pageSize: 2, pageNumber: 2 });
		assert.deepEqual(second.results.map((u) => u.name), ['Zoe Zebra']);
	});

	test('finds nobody with an empty page', async () => {
		const found = await admin.users.postUsersSearch(byEmail('nobody@mockcloud.test'));
		assert.equal(found.total, 0);
		assert.deepEqual(found.results, []);
	});
});

describe('deleting a user', () => {
	test('keeps the user as a deleted one', async () => {
		const { id } = await admin.users.postUsers(person('Del Deleted'));
		const { status } = await admin.extended().users.deleteUser(id);
		assert.equal(status, 200);
		await refused(admin.users.getUser(id), { status: 404, code: 'general.resource.not.found' });
		assert.equal((await admin.users.getUser(id, { state: 'deleted' })).state, 'deleted');
		assert.ok(!idsOf(await admin.users.getUsers({ pageSize: 500 })).includes(id));
		assert.ok(idsOf(await admin.users.getUsers({ pageSize: 500, state: 'deleted' })).includes(id));
	});

	test('can be taken back', async () => {
		const { id } = await admin.users.postUsers(person('Bea Back'));
		await admin.users.deleteUser(id);
		const { version } = await admin.users.getUser(id, { state: 'deleted' });
		await admin.users.patchUser(id, { state: 'active', version });
		assert.equal((await admin.users.getUser(id)).state, 'active');
	});

	test('kills the tokens of the user', async () => {
		const { id, email } = await admin.users.postUsers(person('Kay Killed'));
		const session = await asUser(server, email);
		assert.equal((await session.users.getUsersMe()).id, id);
		await admin.users.deleteUser(id);
		await refused(session.users.getUsersMe(), { status: 401, code: 'bad.credentials' });
	});

	test('refuses an unknown id', async () => {
		await refused(admin.users.deleteUser(unknownID), { status: 404, code: 'general.resource.not.found' });
	});
});
