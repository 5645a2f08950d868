import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';

import { divisionNamed, refused, roleNamed, unknownID } from '../support/expect.js';
import { startMockcloud } from '../support/mockcloud.js';
import { asUser, signedIn } from '../support/sdk.js';

const server = await startMockcloud();
const admin = await signedIn(server);
const { authorization } = admin;
const extended = admin.extended().authorization;
const [agent, supervisor] = [await roleNamed(admin, 'User'), await roleNamed(admin, 'Supervisor')];
const [sales, support] = [await divisionNamed(admin, 'Sales'), await divisionNamed(admin, 'Support')];

let user; // fresh for each test, holding the role employee in the home division
let count = 0;
beforeEach(async () => {
	count++;
	user = await admin.users.postUsers({ name: `Gus Grantee ${count}`, email: `grantee${count}@mockcloud.test`, state: 'active' });
});

/** The grants of the subject as pairs of names, without the role that everybody has. */
async function granted(id) {
	const { grants } = await authorization.getAuthorizationSubject(id);
	return grants.filter((g) => g.role.name !== 'employee').map((g) => `${g.role.name} in ${g.division.name ?? g.division.id}`).toSorted();
}

const pair = (role, division) => ({ roleId: role.id, divisionId: division.id ?? division });

describe('grants', () => {
	test('are added in bulk', async () => {
		const { status, body } = await extended.postAuthorizationSubjectBulkadd(user.id, {
			grants: [pair(agent, sales), pair(agent, support), pair(supervisor, '*')],
		});
		assert.equal(status, 204);
		assert.ok(!body, 'no body');
		assert.deepEqual(await granted(user.id), ['Supervisor in *', 'User in Sales', 'User in Support']);
	});

	test('are added once, however often they are given', async () => {
		for (let i = 0; i < 2; i++) await authorization.postAuthorizationSubjectBulkadd(user.id, { grants: [pair(agent, sales)] });
		assert.deepEqual(await granted(user.id), ['User in Sales']);
	});

	test('show who has which role where', async () => {
		await authorization.postAuthorizationSubjectBulkadd(user.id, { grants: [pair(supervisor, sales)] });
		const subject = await authorization.getAuthorizationSubject(user.id, { includeDuplicates: true });
		assert.equal(subject.id, user.id);
		assert.equal(subject.selfUri, `/api/v2/authorization/subjects/${user.id}`);
		const grant = subject.grants.find((g) => g.role.id === supervisor.id);
		assert.equal(grant.subjectId, user.id);
		assert.equal(grant.division.id, sales.id);
		assert.equal(grant.division.name, 'Sales');
		assert.equal(grant.division.homeDivision, false);
		assert.equal(grant.role.default, true);
		for (const policy of grant.role.policies) assert.ok(Array.isArray(policy.actions), 'policies of grants have actions');
	});

	test('are added and removed one at a time', async () => {
		const added = await extended.postAuthorizationSubjectDivisionRole(user.id, sales.id, supervisor.id);
		assert.equal(added.status, 204); // Guess: the status is not documented.
		await authorization.postAuthorizationSubjectDivisionRole(user.id, '*', agent.id);
		assert.deepEqual(await granted(user.id), ['Supervisor in Sales', 'User in *']);
		const removed = await extended.deleteAuthorizationSubjectDivisionRole(user.id, sales.id, supervisor.id);
		assert.equal(removed.status, 204); // Guess: the status is not documented.
		assert.deepEqual(await granted(user.id), ['User in *']);
	});

	test('are removed in bulk', async () => {
		await authorization.postAuthorizationSubjectBulkadd(user.id, { grants: [pair(agent, sales), pair(agent, support), pair(supervisor, '*')] });
		const { status } = await extended.postAuthorizationSubjectBulkremove(user.id, { grants: [pair(agent, sales), pair(supervisor, '*')] });
		assert.equal(status, 204);
		assert.deepEqual(await granted(user.id), ['User in Support']);
	});

	test('are replaced in bulk', async () => {
		await authorization.postAuthorizationSubjectBulkadd(user.id, { grants: [pair(agent, sales)] });
		await authorization.postAuthorizationSubjectBulkreplace(user.id, { grants: [pair(supervisor, support)] });
		assert.deepEqual(await granted(user.id), ['Supervisor in Support']);
	});

	test('take effect at once', async () => {
		const session = await asUser(server, user.email);
		await refused(session.oauth.getOauthClients(), { status: 403, code: 'missing.any.permissions' });
		await authorization.postAuthorizationSubjectBulkadd(user.id, { grants: [pair(await roleNamed(admin, 'Integration Builder'), '*')] });
		await session.oauth.getOauthClients();
		await authorization.postAuthorizationSubjectBulkremove(user.id, { grants: [pair(await roleNamed(admin, 'Integration Builder'), '*')] });
		await refused(session.oauth.getOauthClients(), { status: 403, code: 'missing.any.permissions' });
	});

	test('are refused for an unknown role, and nothing is granted', async () => {
		await refused(authorization.postAuthorizationSubjectBulkadd(user.id, { grants: [pair(agent, sales), pair({ id: unknownID }, sales)] }),
			{ status: 404, code: 'not.found' });
		assert.deepEqual(await granted(user.id), []);
	});

	test('are refused in an unknown division', async () => {
		await refused(authorization.postAuthorizationSubjectBulkadd(user.id, { grants: [pair(agent, unknownID)] }), { status: 404, code: 'not.found' });
	});

	test('are refused for an unknown subject', async () => {
		await refused(authorization.postAuthorizationSubjectBulkadd(unknownID, { grants: [pair(agent, sales)] }), { status: 404, code: 'not.found' });
		await refused(authorization.getAuthorizationSubject(unknownID), { status: 404, code: 'not.found' });
	});

	test('that are not there cannot be removed', async () => {
		await refused(authorization.deleteAuthorizationSubjectDivisionRole(user.id, sales.id, supervisor.id), { status: 404, code: 'not.found' });
	});
});

describe("the caller's own grants", () => {
	test('are shown to an OAuth client', async () => {
		const me = await authorization.getAuthorizationSubjectsMe();
		assert.equal(me.id, server.admin.id);
		assert.ok(me.grants.length >= 10);
		for (const grant of me.grants) {
			assert.equal(grant.subjectId, server.admin.id);
			assert.equal(grant.division.id, '*');
			assert.equal(grant.division.homeDivision, false);
			assert.equal(grant.division.selfUri, '/api/v2/authorization/divisions/*');
		}
	});

	test('are shown to a user, with those that a group hands down', async () => {
		const builder = await asUser(server, 'builder@mockcloud.test');
		const me = await builder.authorization.getAuthorizationSubjectsMe({ includeDuplicates: true });
		const found = Object.fromEntries(me.grants.map((g) => [g.role.name, g]));
		assert.equal(found['Integration Builder'].subjectId, me.id);
		assert.equal(found['Queue Reader'].division.name, 'Sales');
		assert.notEqual(found.Developer.subjectId, me.id, 'a role of the group stands under the id of the group');
	});
});
