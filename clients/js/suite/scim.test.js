// An identity provider that uses the SDK's own SCIM class, and an administrator who uses the other classes.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { idsOf, namesOf, rejection, roleNamed, unknownID, userNamed, uuid } from '../support/expect.js';
import { startMockcloud } from '../support/mockcloud.js';
import { enterprise, genesys, newcomer, operations, refusedBySCIM, salesFloor, userSchema } from '../support/scim.js';
import { signedIn } from '../support/sdk.js';

const server = await startMockcloud();
const admin = await signedIn(server);
const { scim, users, groups, authorization, routing } = admin;

const boss = await userNamed(admin, 'supervisor@mockcloud.test');
const swimming = await routing.postRoutingSkills({ name: 'Swimming' });
const basque = await routing.postRoutingLanguages({ name: 'Basque' });

/** The names of the methods that were called, of either tree. */
const called = new Set();
const note = (method) => {
	called.add(method);
	return method;
};

/** The methods of the SDK's class for one of the two trees, by their names in the other one. */
const trees = Object.entries({ Scim: 'the plain paths', ScimV2: 'the paths with v2' }).map(([prefix, name]) => ({
	name,
	slug: prefix.toLowerCase(),
	call: (method, ...args) => scim[note(method.replace('Scim', prefix))](...args),
	extended: (method, ...args) => admin.extended().scim[note(method.replace('Scim', prefix))](...args),
}));

describe('a life in the organization', () => {
	let id;

	test('begins in the directory', async () => {
		const made = await scim.postScimV2Users(newcomer('lea', {
			[enterprise]: { department: 'Office', division: 'Sales', employeeNumber: '4711', dateHire: '2026-01-15', manager: { value: boss.id } },
		}));
		assert.match(made.id, uuid);
		({ id } = made);
		const user = await users.getUser(id, { expand: ['employerInfo'] });
		assert.equal(user.name, 'Lea Life');
		assert.equal(user.email, 'lea@example.com');
		assert.equal(user.state, 'active');
		assert.equal(user.title, 'Trainee');
		assert.equal(user.department, 'Office');
		assert.equal(user.division.name, 'Sales');
		assert.equal(user.manager.id, boss.id);
		assert.equal(user.employerInfo.employeeId, '4711');
		assert.equal(user.employerInfo.dateHire, '2026-01-15');
		assert.deepEqual((await users.getUserRoles(id)).roles.map((role) => role.name), ['employee']);
	});

	test('goes on in both', async () => {
		await scim.patchScimV2User(id, operations({ op: 'Replace', path: 'title', value: 'Agent' }));
		const user = await users.getUser(id);
		assert.equal(user.title, 'Agent');
		await users.patchUser(id, { version: user.version, department: 'Harbor' });
		const resource = await scim.getScimV2User(id);
		assert.equal(resource.title, 'Agent');
		assert.equal(resource[enterprise].department, 'Harbor');
	});

	test('is interrupted and taken up again', async () => {
		await scim.patchScimV2User(id, operations({ op: 'Replace', path: 'active', value: 'False' }));
		assert.equal((await users.getUser(id)).state, 'inactive');
		assert.deepEqual((await scim.getScimV2Users({ filter: 'active eq false' })).Resources.map((user) => user.id), [id]);
		await scim.patchScimV2User(id, operations({ op: 'replace', value: { active: true } }));
		assert.equal((await users.getUser(id)).state, 'active');
		const found = await scim.getScimV2Users({ filter: 'userName eq "LEA@example.com"' });
		assert.equal(found.totalResults, 1);
		assert.equal(found.Resources[0].active, true);
	});

	test('leads into a group and out of it', async () => {
		await scim.patchScimV2Group(salesFloor, operations({ op: 'Add', path: 'members', value: [{ value: id }] }));
		assert.ok(idsOf(await groups.getGroupMembers(salesFloor)).includes(id));
		assert.deepEqual((await scim.getScimV2User(id)).groups.map((group) => group.value), [salesFloor]);
		await groups.deleteGroupMembers(salesFloor, id);
		const group = await scim.getScimV2Group(salesFloor);
		assert.ok(!group.members.some((member) => member.value === id));
		assert.equal((await scim.getScimV2User(id)).groups?.length ?? 0, 0);
	});

	test('brings roles, given by either side', async () => {
		await scim.patchScimV2User(id, operations({ op: 'add', path: 'roles', value: [{ value: 'User' }] }));
		const { grants } = await authorization.getAuthorizationSubject(id);
		assert.deepEqual(grants.map((grant) => grant.role.name).toSorted(), ['User', 'employee']);
		const communicator = await roleNamed(admin, 'Communicate - User');
		await users.putUserRoles(id, [communicator.id]);
		assert.deepEqual((await scim.getScimV2User(id)).roles.map((role) => role.value), ['Communicate - User']);
		await scim.patchScimV2User(id, operations({ op: 'remove', path: 'roles[value eq "Communicate - User"]' }));
		assert.deepEqual((await users.getUserRoles(id)).roles, []);
	});

	test('brings skills and languages, given by either side', async () => {
		await scim.patchScimV2User(id, operations(
			{ op: 'add', path: `${genesys}:routingSkills`, value: [{ name: 'Swimming', proficiency: 2 }] },
			{ op: 'add', path: `${genesys}:routingLanguages`, value: [{ name: 'Basque', proficiency: 4 }] },
		));
		const { entities: [skill] } = await users.getUserRoutingskills(id);
		assert.equal(skill.id, swimming.id);
		assert.equal(skill.proficiency, 2);
		const { entities: [language] } = await users.getUserRoutinglanguages(id);
		assert.equal(language.id, basque.id);
		assert.equal(language.proficiency, 4);
		await users.deleteUserRoutingskill(id, swimming.id);
		const resource = await scim.getScimV2User(id);
		assert.deepEqual(resource[genesys].routingSkills ?? [], []);
		assert.deepEqual(resource[genesys].routingLanguages, [{ name: 'Basque', proficiency: 4 }]);
	});

	test('ends in both', async () => {
		await scim.deleteScimV2User(id);
		assert.equal((await users.getUser(id, { state: 'deleted' })).state, 'deleted');
		await refusedBySCIM(scim.getScimV2User(id), { status: 404 });
		assert.equal((await scim.getScimV2Users({ filter: 'userName eq "lea@example.com"' })).totalResults, 0);
	});
});

for (const { name, slug, call, extended } of trees) {
	describe(`by ${name}`, () => {
		test('every operation on users works', async () => {
			const made = await extended('postScimUsers', newcomer(slug));
			assert.equal(made.status, 201);
			assert.equal(made.headers.etag, made.body.meta.version);
			assert.equal(made.headers.location, made.body.meta.location);
			const { id } = made.body;
			assert.deepEqual(await call('getScimUser', id), made.body);
			const replaced = await call('putScimUser', id, { ...made.body, title: 'Replaced' }, { ifMatch: made.body.meta.version });
			assert.equal(replaced.title, 'Replaced');
			assert.notEqual(replaced.meta.version, made.body.meta.version);
			const patched = await call('patchScimUser', id, operations({ op: 'replace', path: 'title', value: 'Patched' }));
			assert.equal(patched.title, 'Patched');
			const gone = await extended('deleteScimUser', id, { ifMatch: patched.meta.version });
			assert.equal(gone.status, 204);
		});

		test('every operation on groups works', async () => {
			const filter = 'displayName eq "Sales Floor"'; // which the paths with v2 do not do without
			const { Resources: [found] } = await call('getScimGroups', slug === 'scim' ? { filter } : filter);
			assert.equal(found.id, salesFloor);
			const group = await call('getScimGroup', salesFloor);
			assert.deepEqual(group, found);
			const joined = await call('patchScimGroup', salesFloor, operations({ op: 'add', path: 'members', value: [{ value: boss.id }] }));
			assert.ok(joined.members.some((member) => member.value === boss.id));
			const replaced = await call('putScimGroup', salesFloor, { ...group, members: [] });
			assert.equal(replaced.members?.length ?? 0, 0);
			await call('putScimGroup', salesFloor, group);
		});

		test('the server describes itself', async () => {
			const config = await call('getScimServiceproviderconfig');
			assert.equal(config.patch.supported, true);
			const types = await call('getScimResourcetypes');
			assert.deepEqual(types.Resources.map((type) => type.name).toSorted(), ['Group', 'User']);
			for (const type of types.Resources) assert.deepEqual(await call('getScimResourcetype', type.id), type);
			const schemas = await call('getScimSchemas');
			for (const id of [userSchema, enterprise, genesys]) {
				assert.deepEqual(await call('getScimSchema', id), schemas.Resources.find((schema) => schema.id === id));
			}
		});

		test('lists come in pages, and with the attributes that are wanted', async () => {
			const all = await call('getScimUsers', { count: 100 });
			const walked = [];
			for (let startIndex = 1; startIndex <= all.totalResults; startIndex += 2) {
				const page = await call('getScimUsers', { startIndex, count: 2, attributes: ['displayName', 'title'] });
				assert.equal(page.startIndex, startIndex);
				for (const user of page.Resources) assert.equal(user.emails, undefined);
				walked.push(...page.Resources.map((user) => user.id));
			}
			assert.deepEqual(walked.toSorted(), all.Resources.map((user) => user.id).toSorted());
			const lean = await call('getScimUsers', { excludedAttributes: ['externalId', 'roles', `${enterprise}:division`] });
			for (const user of lean.Resources) {
				assert.equal(user.roles, undefined);
				assert.equal(user[enterprise]?.division, undefined);
			}
			assert.deepEqual(await call('getScimUsers', { count: 0 }).then((page) => page.Resources ?? []), []);
		});

		test('what is current is not sent again, and what is out of date is not taken', async () => {
			const { body } = await extended('postScimUsers', newcomer(`${slug}-version`));
			const unchanged = await rejection(extended('getScimUser', body.id, { ifNoneMatch: body.meta.version }));
			assert.equal(unchanged.status, 304); // which the SDK takes for a failure
			await call('patchScimUser', body.id, operations({ op: 'replace', path: 'title', value: 'First' }), { ifMatch: body.meta.version });
			const ifMatch = body.meta.version;
			for (const [method, ...content] of [
				['patchScimUser', operations({ op: 'replace', path: 'title', value: 'Late' })], ['putScimUser', body], ['deleteScimUser'],
			]) await refusedBySCIM(call(method, body.id, ...content, { ifMatch }), { status: 400, scimType: 'invalidVers' });
			assert.equal((await call('getScimUser', body.id)).title, 'First');
		});

		test('mistakes are answered as SCIM does', async () => {
			await refusedBySCIM(call('getScimUser', unknownID), { status: 404 });
			await refusedBySCIM(call('getScimGroup', unknownID), { status: 404 });
			await refusedBySCIM(call('postScimUsers', newcomer('taken', { userName: 'ADMIN@mockcloud.test' })), { status: 409, scimType: 'uniqueness' });
			await refusedBySCIM(call('getScimUsers', { filter: 'title sw "A"' }), { status: 400, scimType: 'invalidFilter' });
			const patch = (operation) => call('patchScimUser', boss.id, operations(operation));
			await refusedBySCIM(patch({ op: 'replace', path: 'id', value: unknownID }), { status: 400, scimType: 'mutability' });
			await refusedBySCIM(patch({ op: 'replace', path: 'nickName', value: 'Sue' }), { status: 400, scimType: 'invalidPath' });
			await refusedBySCIM(patch({ op: 'remove' }), { status: 400, scimType: 'noTarget' });
			await refusedBySCIM(patch({ op: 'replace', path: 'active', value: 'perhaps' }), { status: 400, scimType: 'invalidValue' });
			assert.deepEqual(namesOf({ entities: [await users.getUser(boss.id)] }), [boss.name]);
		});
	});
}

test('every method of the class was called', () => {
	const methods = Object.getOwnPropertyNames(Object.getPrototypeOf(scim)).filter((method) => method.includes('Scim'));
	assert.equal(methods.length, 30);
	assert.deepEqual(methods.filter((method) => !called.has(method)), []);
});
