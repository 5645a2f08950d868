// A client can only be given the roles that its editor holds, in a division where the editor holds them.
import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';

import { divisionNamed, refused, roleNamed, userNamed } from '../support/expect.js';
import { startMockcloud } from '../support/mockcloud.js';
import { asUser, signedIn } from '../support/sdk.js';

const server = await startMockcloud();
const admin = await signedIn(server);
const builder = await asUser(server, 'builder@mockcloud.test');
const adminUser = await asUser(server, server.adminEmail);

const roles = {};
for (const name of ['Integration Builder', 'Queue Reader', 'Developer', 'Supervisor']) roles[name] = await roleNamed(admin, name);
const divisions = { '*': { id: '*' } };
for (const name of ['Home', 'Sales', 'Support']) divisions[name] = await divisionNamed(admin, name);

function machine(name, ...pairs) {
	return {
		name, authorizedGrantType: 'CLIENT-CREDENTIALS',
		roleDivisions: pairs.map(([role, division]) => ({ roleId: (roles[role] ?? role).id, divisionId: divisions[division].id })),
	};
}

/** Checks that the rule refuses the call, and says which role in which division. */
function refusedByRule(call, role, division) {
	return refused(call, {
		status: 400, code: 'bad.client.role',
		message: new RegExp(`^Client role is invalid\\..*\\[${role}\\].*\\[${division}\\]`),
	});
}

const clientNames = async () => (await admin.oauth.getOauthClients()).entities.map((c) => c.name);

let count = 0;
let fresh; // a role that nobody holds, new for each test
beforeEach(async () => {
	count++;
	fresh = await admin.authorization.postAuthorizationRoles({
		name: `Fresh ${count}`, permissionPolicies: [{ domain: 'routing', entityName: 'queue', actionSet: ['view'] }],
	});
});

describe('an integration builder', () => {
	test('is refused a role that he does not hold, and nothing is created', async () => {
		await refusedByRule(builder.oauth.postOauthClients(machine('Overreaching', ['Supervisor', 'Home'])), 'Supervisor', 'Home');
		assert.ok(!(await clientNames()).includes('Overreaching'));
	});

	test('is refused the whole request for one such role', async () => {
		await refusedByRule(builder.oauth.postOauthClients(machine('Mixed', ['Integration Builder', 'Home'], ['Supervisor', 'Sales'])), 'Supervisor', 'Sales');
		assert.ok(!(await clientNames()).includes('Mixed'));
	});

	test('may give a role that he holds everywhere, in any division', async () => {
		for (const division of ['Home', 'Sales', '*']) {
			const client = await builder.oauth.postOauthClients(machine(`Builds in ${division}`, ['Integration Builder', division]));
			await signedIn(server, client);
		}
	});

	test('may give a role that he holds in one division, there and nowhere else', async () => {
		await builder.oauth.postOauthClients(machine('Reads in Sales', ['Queue Reader', 'Sales']));
		await refusedByRule(builder.oauth.postOauthClients(machine('Reads in Support', ['Queue Reader', 'Support'])), 'Queue Reader', 'Support');
		await refused(builder.oauth.postOauthClients(machine('Reads everywhere', ['Queue Reader', '*'])), {
			status: 400, code: 'bad.client.role', message: /\[Queue Reader\].*\[[^\]]*(\*|all divisions)[^\]]*\]/i,
		});
	});

	test('may give a role that a group hands down to him', async () => {
		await builder.oauth.postOauthClients(machine('Develops at home', ['Developer', 'Home']));
		await refusedByRule(builder.oauth.postOauthClients(machine('Develops in Sales', ['Developer', 'Sales'])), 'Developer', 'Sales');
	});

	test('is refused the older list of role ids just as well', async () => {
		await refusedByRule(builder.oauth.postOauthClients({
			name: 'Old form', authorizedGrantType: 'CLIENT-CREDENTIALS', roleIds: [roles.Supervisor.id],
		}), 'Supervisor', 'Home');
	});

	test('may not add such a role to a client of his', async () => {
		const client = await builder.oauth.postOauthClients(machine('Growing', ['Integration Builder', 'Home']));
		await refusedByRule(builder.oauth.putOauthClient(client.id, machine('Growing', ['Integration Builder', 'Home'], ['Supervisor', 'Home'])), 'Supervisor', 'Home');
		assert.equal((await builder.oauth.getOauthClient(client.id)).roleDivisions.length, 1);
	});

	test('may not even rename a client whose roles he does not hold, but set it inactive', async () => {
		const request = machine('Foreign', ['Supervisor', 'Support']);
		const client = await admin.oauth.postOauthClients(request);
		await refusedByRule(builder.oauth.putOauthClient(client.id, { ...request, name: 'Taken over' }), 'Supervisor', 'Support');
		await refusedByRule(builder.oauth.putOauthClient(client.id, machine('Foreign', ['Integration Builder', 'Home'])), 'Supervisor', 'Support');
		const inactive = await builder.oauth.putOauthClient(client.id, { ...request, state: 'inactive' });
		assert.equal(inactive.state, 'inactive');
		assert.equal(inactive.name, 'Foreign');
	});

	test('may not hand out roles to people at all', async () => {
		const { id } = await builder.users.getUsersMe();
		await refused(builder.authorization.postAuthorizationSubjectBulkadd(id, {
			grants: [{ roleId: roles.Supervisor.id, divisionId: '*' }],
		}), { status: 403, code: 'missing.permissions', message: /\[authorization:grant:add\]/ });
	});
});

describe('a new role that nobody holds', () => {
	test('is refused to the administrator too, with a word on what to do', async () => {
		const refusal = await refusedByRule(adminUser.oauth.postOauthClients(machine('Too early', [fresh, 'Home'])), fresh.name, 'Home');
		assert.match(refusal.message, /authorization:grant:add/);
		await refusedByRule(admin.oauth.postOauthClients(machine('Too early', [fresh, 'Home'])), fresh.name, 'Home');
	});

	test('is granted to a person first, who may then give it to clients', async () => {
		const { id } = await adminUser.users.getUsersMe();
		await adminUser.authorization.postAuthorizationSubjectBulkadd(id, { grants: [{ roleId: fresh.id, divisionId: divisions.Sales.id }] });
		const client = await adminUser.oauth.postOauthClients(machine('In time', [fresh, 'Sales']));
		const { grants } = await (await signedIn(server, client)).authorization.getAuthorizationSubjectsMe();
		assert.deepEqual(grants.map((g) => g.role.name), [fresh.name]);
		await refusedByRule(adminUser.oauth.postOauthClients(machine('Elsewhere', [fresh, 'Support'])), fresh.name, 'Support');
	});

	test('does not pass from the person to an OAuth client that asks', async () => {
		const { id } = await adminUser.users.getUsersMe();
		await admin.authorization.postAuthorizationSubjectBulkadd(id, { grants: [{ roleId: fresh.id, divisionId: '*' }] });
		await refusedByRule(admin.oauth.postOauthClients(machine('Borrowed', [fresh, 'Home'])), fresh.name, 'Home');
	});

	test('can be taken away again, and with it the right to give it', async () => {
		const { id } = await adminUser.users.getUsersMe();
		const grants = [{ roleId: fresh.id, divisionId: '*' }];
		await adminUser.authorization.postAuthorizationSubjectBulkadd(id, { grants });
		const client = await adminUser.oauth.postOauthClients(machine('Orphan', [fresh, 'Home']));
		await adminUser.authorization.postAuthorizationSubjectBulkremove(id, { grants });
		await refusedByRule(adminUser.oauth.putOauthClient(client.id, machine('Renamed orphan', [fresh, 'Home'])), fresh.name, 'Home');
	});
});

describe('granting through the subject', () => {
	test('of a client falls under the rule', async () => {
		const client = await admin.oauth.postOauthClients(machine('Subject', ['Queue Reader', 'Sales']));
		const grants = [{ roleId: fresh.id, divisionId: divisions.Home.id }];
		const type = { subjectType: 'PC_OAUTH_CLIENT' };
		await refusedByRule(adminUser.authorization.postAuthorizationSubjectBulkadd(client.id, { grants }, type), fresh.name, 'Home');
		await refusedByRule(adminUser.authorization.postAuthorizationSubjectDivisionRole(client.id, divisions.Home.id, fresh.id, type), fresh.name, 'Home');
		const { id } = await adminUser.users.getUsersMe();
		await adminUser.authorization.postAuthorizationSubjectBulkadd(id, { grants });
		await adminUser.authorization.postAuthorizationSubjectBulkadd(client.id, { grants }, type);
		const { roleDivisions } = await admin.oauth.getOauthClient(client.id);
		assert.ok(roleDivisions.some((p) => p.roleId === fresh.id));
	});

	test('of a person does not', async () => {
		const agent = await userNamed(admin, 'agent1@mockcloud.test');
		await admin.authorization.postAuthorizationSubjectBulkadd(agent.id, { grants: [{ roleId: fresh.id, divisionId: '*' }] });
		assert.ok((await admin.users.getUserRoles(agent.id)).roles.some((r) => r.id === fresh.id));
	});
});
