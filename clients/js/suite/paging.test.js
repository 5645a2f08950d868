import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { idsOf, times } from '../support/expect.js';
import { startMockcloud } from '../support/mockcloud.js';
import { signedIn } from '../support/sdk.js';

const server = await startMockcloud();
const admin = await signedIn(server);
const pageSize = 25;
const many = 66;

/** Reads all pages, checks each page by itself, and returns the entities. */
async function readAll(list) {
	const entities = [];
	for (let pageNumber = 1, pageCount = 1; pageNumber <= pageCount; pageNumber++) {
		const page = await list({ pageSize, pageNumber });
		pageCount = page.pageCount;
		assert.equal(page.pageSize, pageSize);
		assert.equal(page.pageNumber, pageNumber);
		assert.equal(page.pageCount, Math.ceil(page.total / pageSize));
		assert.equal(page.entities.length, Math.min(pageSize, page.total - entities.length));
		assert.equal('previousUri' in page, pageNumber > 1, `previousUri of page ${pageNumber}`);
		assert.equal('nextUri' in page, pageNumber < pageCount, `nextUri of page ${pageNumber} of ${pageCount}`);
		for (const uri of [page.firstUri, page.lastUri, page.selfUri]) assert.match(uri, /^\/api\/v2\/[a-z/]+\?/);
		entities.push(...page.entities);
		if (pageNumber === pageCount) assert.equal(entities.length, page.total);
	}
	return entities;
}

/** Follows the URI as a client without the SDK would. */
async function follow(uri) {
	const answer = await fetch(server.url + uri, { headers: { Authorization: `Bearer ${admin.token}` } });
	assert.equal(answer.status, 200);
	return answer.json();
}

for (const { what, list, create } of [
	{
		what: 'roles',
		list: (page) => admin.authorization.getAuthorizationRoles({ userCount: false, ...page }),
		create: (n) => admin.authorization.postAuthorizationRoles({ name: `Role ${String(n).padStart(2, '0')}` }),
	},
	{
		what: 'users',
		list: (page) => admin.users.getUsers(page),
		create: (n) => admin.users.postUsers({ name: `User ${String(n).padStart(2, '0')}`, email: `user${n}@mockcloud.test`, state: 'active' }),
	},
]) {
	describe(`a listing of ${what}`, () => {
		let seeded;
		let created;
		before(async () => {
			seeded = (await list({ pageSize: 1 })).total;
			created = await times(many, create);
		});

		test('shows every one exactly once', async () => {
			const all = await readAll(list);
			assert.equal(all.length, seeded + many);
			const ids = new Set(idsOf({ entities: all }));
			assert.equal(ids.size, all.length);
			for (const one of created) assert.ok(ids.has(one.id), `${one.name} is not listed`);
		});

		test('shows the same as one large page', async () => {
			const all = await readAll(list);
			const large = await list({ pageSize: 100 });
			assert.equal(large.pageCount, 1);
			assert.deepEqual(idsOf(large), idsOf({ entities: all }));
		});

		test('has pages of 25 where nothing else is asked for', async () => {
			const page = await list({});
			assert.equal(page.pageSize, 25);
			assert.equal(page.pageNumber, 1);
			assert.equal(page.entities.length, 25);
		});

		test('is empty past the end', async () => {
			const page = await list({ pageSize, pageNumber: 100 });
			assert.deepEqual(page.entities, []);
			assert.equal(page.total, seeded + many);
			assert.equal(page.pageNumber, 100);
			assert.ok(!('nextUri' in page));
		});

		test('links its pages by relative URIs that work', async () => {
			const first = await list({ pageSize, pageNumber: 1 });
			const second = await list({ pageSize, pageNumber: 2 });
			const last = await list({ pageSize, pageNumber: first.pageCount });
			assert.deepEqual(idsOf(await follow(first.nextUri)), idsOf(second));
			assert.deepEqual(idsOf(await follow(second.previousUri)), idsOf(first));
			assert.deepEqual(idsOf(await follow(second.selfUri)), idsOf(second));
			assert.deepEqual(idsOf(await follow(second.firstUri)), idsOf(first));
			assert.deepEqual(idsOf(await follow(second.lastUri)), idsOf(last));
		});
	});
}
