// A SCIM client that was written for somebody else's service: the one of GitHub's own library, which provisions the
// members of an organization there. Nothing in it is changed; only the part of its paths that names the organization
// there is left out on the way, where it lets its user say how requests are sent.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { userNamed } from '../support/expect.js';
import { startMockcloud } from '../support/mockcloud.js';
import { assertError, newcomer, salesFloor } from '../support/scim.js';
import { signedIn } from '../support/sdk.js';

const { Octokit } = await import('@octokit/core');
const { enterpriseCloud } = await import('@octokit/plugin-enterprise-cloud');

const server = await startMockcloud();
const admin = await signedIn(server);

/** Where mockcloud has what the library looks for below an organization or an enterprise. */
const here = (url) => url.replace(/\/scim\/v2\/(organizations|enterprises)\/[^/]+\//, '/scim/v2/');

function provider(token) {
	const { scim, enterpriseAdmin } = new (Octokit.plugin(enterpriseCloud))({
		auth: token,
		baseUrl: `${server.url}/api/v2`,
		request: { fetch: (url, init) => fetch(here(url), init) },
		log: { debug() {}, info() {}, warn() {}, error() {} }, // every refusal would be told
	});
	return { scim, enterpriseAdmin };
}

const { scim, enterpriseAdmin } = provider(admin.token);
const org = 'mockcloud';

/** Checks that mockcloud refused the call, as the library reports it. */
async function refused(call, expected) {
	const error = await call.then(() => assert.fail('the call succeeded'), (reason) => reason);
	assert.equal(error.status, expected.status, String(error));
	assertError(error.response.data, expected);
}

describe('the SCIM client of another service', () => {
	let id;

	test('provisions a user', async () => {
		// What the library calls required there: a name in parts, which mockcloud has no place for, and addresses.
		const { status, data, headers } = await scim.provisionAndInviteUser({
			org, ...newcomer('octavia'), name: { givenName: 'Octavia', familyName: 'Cat' }, displayName: 'Octavia Cat', groups: [],
		});
		assert.equal(status, 201);
		assert.equal(headers.etag, data.meta.version);
		({ id } = data);
		const user = await userNamed(admin, 'octavia@example.com');
		assert.equal(user.id, id);
		assert.equal(user.name, 'Octavia Cat');
		assert.equal(user.state, 'active');
	});

	test('finds the user again', async () => {
		const { data: found } = await scim.listProvisionedIdentities({ org, filter: 'userName eq "octavia@example.com"' });
		assert.equal(found.totalResults, 1);
		assert.equal(found.Resources[0].id, id);
		assert.equal(found.Resources[0].externalId, 'directory-octavia');
		const { data: byExternalID } = await scim.listProvisionedIdentities({ org, filter: 'externalId eq "directory-octavia"' });
		assert.deepEqual(byExternalID.Resources.map((user) => user.id), [id]);
		const { data: page } = await scim.listProvisionedIdentities({ org, startIndex: 2, count: 3 });
		assert.equal(page.startIndex, 2);
		assert.equal(page.Resources.length, 3);
		const { data: one } = await scim.getProvisioningInformationForUser({ org, scim_user_id: id });
		assert.deepEqual(one, found.Resources[0]);
	});

	test('updates the user as a whole and in parts', async () => {
		const { data: user } = await scim.getProvisioningInformationForUser({ org, scim_user_id: id });
		const { data: replaced } = await scim.setInformationForProvisionedUser({
			org, scim_user_id: id, schemas: user.schemas, userName: user.userName, displayName: 'Octavia Renamed', active: true,
			externalId: user.externalId, name: { givenName: 'Octavia', familyName: 'Renamed' },
			emails: [{ value: 'octavia.renamed@example.com', type: 'work', primary: true }], groups: [],
		});
		assert.equal(replaced.displayName, 'Octavia Renamed');
		const { data: patched } = await scim.updateAttributeForUser({
			org, scim_user_id: id, schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
			Operations: [{ op: 'replace', path: 'emails[type eq "work"].value', value: 'octavia.patched@example.com' }, { op: 'add', value: { title: 'Cat' } }],
		});
		assert.equal(patched.emails.find((email) => email.type === 'work').value, 'octavia.patched@example.com');
		const seen = await admin.users.getUser(id);
		assert.equal(seen.name, 'Octavia Renamed');
		assert.equal(seen.title, 'Cat');
	});

	test('puts the user into a group', async () => {
		const { data: found } = await enterpriseAdmin.listProvisionedGroupsEnterprise({ enterprise: org, filter: 'displayName eq "Sales Floor"', excludedAttributes: 'members' });
		assert.equal(found.Resources[0].id, salesFloor);
		assert.equal(found.Resources[0].members, undefined);
		const change = (op, path, value) => enterpriseAdmin.updateAttributeForEnterpriseGroup({
			enterprise: org, scim_group_id: salesFloor, schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: [{ op, path, value }],
		});
		await change('add', 'members', [{ value: id }]);
		const { data: group } = await enterpriseAdmin.getProvisioningInformationForEnterpriseGroup({ enterprise: org, scim_group_id: salesFloor });
		assert.ok(group.members.some((member) => member.value === id));
		await change('remove', `members[value eq "${id}"]`);
		const { entities } = await admin.groups.getGroupMembers(salesFloor);
		assert.ok(!entities.some((member) => member.id === id));
	});

	test('deactivates and reactivates the user', async () => {
		const set = (active) => scim.updateAttributeForUser({
			org, scim_user_id: id, schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: [{ op: 'replace', value: { active } }],
		});
		assert.equal((await set(false)).data.active, false);
		assert.equal((await admin.users.getUser(id)).state, 'inactive');
		assert.equal((await set(true)).data.active, true);
		assert.equal((await admin.users.getUser(id)).state, 'active');
	});

	test('is told what went wrong', async () => {
		await refused(scim.provisionAndInviteUser({ org, ...newcomer('octavia') }), { status: 409, scimType: 'uniqueness' });
		await refused(scim.listProvisionedIdentities({ org, filter: 'userName sw "octavia"' }), { status: 400, scimType: 'invalidFilter' });
		await refused(scim.getProvisioningInformationForUser({ org, scim_user_id: 'nobody' }), { status: 404 });
		const stranger = provider('not.a.token').scim.listProvisionedIdentities({ org });
		assert.equal((await stranger.catch((error) => error)).status, 401);
	});

	test('deletes the user', async () => {
		const { status } = await scim.deleteUserFromOrg({ org, scim_user_id: id });
		assert.equal(status, 204);
		await refused(scim.getProvisioningInformationForUser({ org, scim_user_id: id }), { status: 404 });
		assert.equal((await admin.users.getUser(id, { state: 'deleted' })).state, 'deleted');
	});
});
