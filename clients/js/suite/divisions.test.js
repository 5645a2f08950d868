import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { idsOf, namesOf, refused, unknownID, uuid } from '../support/expect.js';
import { startMockcloud } from '../support/mockcloud.js';
import { signedIn } from '../support/sdk.js';

const server = await startMockcloud();
const admin = await signedIn(server);
const { authorization, users } = admin;
const extended = admin.extended().authorization;

describe('the home division', () => {
	test('is there from the start', async () => {
		const home = await authorization.getAuthorizationDivisionsHome();
		assert.match(home.id, uuid);
		assert.equal(home.name, 'Home');
		assert.equal(home.homeDivision, true);
		assert.equal(home.selfUri, `/api/v2/authorization/divisions/${home.id}`);
		assert.deepEqual(await authorization.getAuthorizationDivision(home.id), home);
	});

	test('can be renamed', async () => {
		const home = await authorization.getAuthorizationDivisionsHome();
		await authorization.putAuthorizationDivision(home.id, { name: 'Headquarters', description: 'Renamed' });
		const renamed = await authorization.getAuthorizationDivisionsHome();
		assert.equal(renamed.id, home.id);
		assert.equal(renamed.name, 'Headquarters');
		assert.equal(renamed.homeDivision, true);
		await authorization.putAuthorizationDivision(home.id, { name: home.name, description: home.description });
	});

	test('cannot be deleted', async () => {
		const home = await authorization.getAuthorizationDivisionsHome();
		await refused(authorization.deleteAuthorizationDivision(home.id), { status: 400, code: 'precondition.failure' });
	});
});

describe('a division', () => {
	test('is created', async () => {
		const { status, body } = await extended.postAuthorizationDivisions({ name: 'North', description: 'Up there' });
		assert.equal(status, 200);
		assert.match(body.id, uuid);
		assert.equal(body.name, 'North');
		assert.equal(body.description, 'Up there');
		assert.equal(body.homeDivision, false);
		assert.equal(body.selfUri, `/api/v2/authorization/divisions/${body.id}`);
	});

	test('is created without a word about it', async () => {
		assert.equal((await authorization.postAuthorizationDivisions({ name: 'Silent', description: '' })).name, 'Silent');
	});

	test('cannot have the name of another', async () => {
		await authorization.postAuthorizationDivisions({ name: 'Taken', description: '' });
		await refused(authorization.postAuthorizationDivisions({ name: 'Taken', description: '' }), {
			status: 409, code: 'resource.already.exists', message: 'A resource with that name already exists.',
		});
	});

	test('needs a name', async () => {
		await refused(authorization.postAuthorizationDivisions({ name: ' ', description: '' }), { status: 400, code: 'division.name.invalid' });
	});

	test('is listed, and found by its name', async () => {
		const { id } = await authorization.postAuthorizationDivisions({ name: 'Findable', description: '' });
		assert.ok(idsOf(await authorization.getAuthorizationDivisions({ pageSize: 100 })).includes(id));
		assert.deepEqual(namesOf(await authorization.getAuthorizationDivisions({ name: 'Findable' })), ['Findable']);
		const seeded = namesOf(await authorization.getAuthorizationDivisions({ pageSize: 100 }));
		for (const name of ['Home', 'Sales', 'Support']) assert.ok(seeded.includes(name), `${name} in ${seeded}`);
	});

	test('is changed', async () => {
		const { id } = await authorization.postAuthorizationDivisions({ name: 'East', description: 'Old' });
		const { status, body } = await extended.putAuthorizationDivision(id, { name: 'West', description: 'New' });
		assert.equal(status, 200);
		assert.equal(body.name, 'West');
		assert.equal((await authorization.getAuthorizationDivision(id)).description, 'New');
	});

	test('cannot become the home division', async () => {
		const { id } = await authorization.postAuthorizationDivisions({ name: 'Ambitious', description: '' });
		const changed = await authorization.putAuthorizationDivision(id, { name: 'Ambitious', description: '', homeDivision: true });
		assert.equal(changed.homeDivision, false);
	});

	test('is deleted, and then it is gone', async () => {
		const { id } = await authorization.postAuthorizationDivisions({ name: 'Short-lived', description: '' });
		const { status } = await extended.deleteAuthorizationDivision(id, { force: false });
		assert.equal(status, 204);
		await refused(authorization.getAuthorizationDivision(id, { objectCount: false }), { status: 404, code: 'not.found' });
		await refused(authorization.deleteAuthorizationDivision(id), { status: 404, code: 'not.found' });
	});

	test('is not deleted while somebody lives in it', async () => {
		const { id } = await authorization.postAuthorizationDivisions({ name: 'Inhabited', description: '' });
		const user = await users.postUsers({ name: 'Ida Inhabitant', email: 'ida@mockcloud.test', divisionId: id, state: 'active' });
		await refused(authorization.deleteAuthorizationDivision(id), { status: 400, code: 'precondition.failure' });
		assert.equal((await authorization.getAuthorizationDivision(id, { objectCount: true })).objectCounts.USER, 1);
		await users.deleteUser(user.id);
		await authorization.deleteAuthorizationDivision(id);
	});

	test('is refused with an unknown id', async () => {
		await refused(authorization.getAuthorizationDivision(unknownID), { status: 404, code: 'not.found' });
	});
});

test('the limit of divisions is a bare number', async () => {
	assert.equal(await authorization.getAuthorizationDivisionsLimit(), 50);
});
