// What SCIM calls its schemas and messages, and how its errors look.
import assert from 'node:assert/strict';

import { rejection } from './expect.js';

export const userSchema = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const genesys = 'urn:ietf:params:scim:schemas:extension:genesys:purecloud:2.0:User';
const patchMessage = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const errorMessage = 'urn:ietf:params:scim:api:messages:2.0:Error';

/** The group of the default organization that hands down no roles. */
export const salesFloor = '6d6f636b-0004-4000-8000-000000000002';

/** A body of a PATCH. */
export const operations = (...Operations) => ({ schemas: [patchMessage], Operations });

/** The body of a new user. */
export function newcomer(name, more) {
	return {
		schemas: [userSchema, enterprise],
		userName: `${name}@example.com`,
		displayName: 'Lea Life',
		active: true,
		title: 'Trainee',
		externalId: `directory-${name}`,
		emails: [{ type: 'work', value: `${name}.work@example.com`, primary: true }],
		phoneNumbers: [{ type: 'work', value: '+13175550100' }, { type: 'mobile', value: '+13175550101' }],
		[enterprise]: { department: 'Office', division: 'Sales', employeeNumber: `number-${name}` },
		...more,
	};
}

/** Checks the body of a SCIM error. The status in it is a text. */
export function assertError(body, { status, scimType }) {
	const got = JSON.stringify(body);
	assert.deepEqual(body.schemas, [errorMessage], got);
	assert.equal(body.status, String(status), got);
	assert.equal(body.scimType, scimType, got);
	assert.ok(body.detail, got);
}

/** Checks that the API refused the call with a SCIM error, as the SDK reports it: with the body itself. */
export async function refusedBySCIM(call, expected) {
	const body = await rejection(call);
	if (body instanceof Error) throw body;
	assertError(body, expected);
}
