// What a PATCH makes of a user, as another library applies the same operations to the same user.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import scimPatchLibrary from 'scim-patch';

import { startMockcloud } from '../support/mockcloud.js';
import { enterprise, genesys, newcomer, operations, userSchema } from '../support/scim.js';
import { signedIn } from '../support/sdk.js';

const { patchBodyValidation, scimPatch } = scimPatchLibrary;

const server = await startMockcloud();
const { scim, routing } = await signedIn(server);
for (const name of ['Swimming', 'Diving']) await routing.postRoutingSkills({ name });

const home = { type: 'home', value: '+13175550102' };

/** What each test sends. Lists are compared without regard to their order. */
const patches = {
	'add a simple attribute': [{ op: 'add', path: 'title', value: 'Chief' }],
	'add without a path': [{ op: 'add', value: { title: 'Chief', displayName: 'Lea Added' } }],
	'add to a list': [{ op: 'add', path: 'phoneNumbers', value: [home] }],
	'add a part of an extension': [{ op: 'add', path: `${enterprise}:department`, value: 'Lab' }],
	'add a skill': [{ op: 'add', path: `${genesys}:routingSkills`, value: [{ name: 'Diving', proficiency: 3 }] }],
	'replace a simple attribute': [{ op: 'replace', path: 'displayName', value: 'Lea Replaced' }],
	'replace without a path': [{ op: 'replace', value: { active: false, title: 'Chief' } }],
	'replace a list': [{ op: 'replace', path: 'phoneNumbers', value: [home] }],
	'replace a chosen element': [{ op: 'replace', path: 'phoneNumbers[type eq "mobile"].value', value: '+13175550109' }],
	'replace an element chosen by two conditions': [{ op: 'replace', path: 'phoneNumbers[type eq "mobile" and value sw "+1317"].value', value: '+13175550109' }],
	'replace a part of an extension': [{ op: 'replace', path: `${enterprise}:department`, value: 'Lab' }],
	'replace a proficiency': [{ op: 'replace', path: `${genesys}:routingSkills[name eq "Swimming"].proficiency`, value: 5 }],
	'remove a simple attribute': [{ op: 'remove', path: 'title' }],
	'remove a chosen element': [{ op: 'remove', path: 'phoneNumbers[type eq "mobile"]' }],
	'remove a list': [{ op: 'remove', path: 'phoneNumbers' }],
	'remove a part of an extension': [{ op: 'remove', path: `${enterprise}:department` }],
	'operate as Entra ID does': [
		{ op: 'Replace', path: 'phoneNumbers[type eq "work"].value', value: '+13175550108' },
		{ op: 'Add', path: 'title', value: 'Chief' },
		{ op: 'Remove', path: 'phoneNumbers[type eq "mobile"]' },
	],
	'operate in order': [
		{ op: 'add', path: 'phoneNumbers', value: [home] },
		{ op: 'replace', path: 'phoneNumbers[type eq "home"].value', value: '+13175550107' },
		{ op: 'remove', path: 'phoneNumbers[type eq "work"]' },
	],
};

/** What the server writes, and the library does not know: mockcloud says of the first number that it is the primary one. */
const written = ['meta', 'schemas', 'primary'];

const isEmpty = (value) => value === undefined || value === '' || (typeof value === 'object' && Object.keys(value ?? {}).length === 0);

/** A resource without what the server writes and without what is empty, its lists in a fixed order. */
function plain(value) {
	if (Array.isArray(value)) return value.map(plain).toSorted((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
	if (value === null || typeof value !== 'object') return value;
	const members = Object.entries(value).filter(([key]) => !written.includes(key)).map(([key, inner]) => [key, plain(inner)]);
	return Object.fromEntries(members.filter(([, inner]) => !isEmpty(inner)).toSorted(([a], [b]) => a.localeCompare(b)));
}

describe('mockcloud and the library scim-patch agree', () => {
	let count = 0;
	for (const [name, list] of Object.entries(patches)) {
		test(`when they ${name}`, async () => {
			patchBodyValidation(operations(...list));
			const before = await scim.postScimV2Users(newcomer(`patch-${++count}`, {
				schemas: [userSchema, enterprise, genesys],
				[genesys]: { routingSkills: [{ name: 'Swimming', proficiency: 1 }] },
			}));
			const expected = scimPatch(structuredClone(before), structuredClone(list));
			const after = await scim.patchScimV2User(before.id, operations(...list));
			assert.deepEqual(plain(after), plain(expected));
			assert.deepEqual(await scim.getScimV2User(before.id), after);
		});
	}
});
