// What the tests say again and again.
import assert from 'node:assert/strict';

/** The form of every date in an answer. */
export const date = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** The form of every id that the server draws. */
export const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** An id that nothing has. */
export const unknownID = '00000000-0000-4000-8000-00000000dead';

/** Returns what the SDK rejected the call with. */
export async function rejection(call) {
	let answer;
	try {
		answer = await call;
	} catch (reason) {
		return reason;
	}
	assert.fail(`the call succeeded with ${JSON.stringify(answer)}`);
}

/**
 * Checks that the API refused the call, as the SDK reports it: with the error body itself. Returns the body.
 * @param message the whole message, or a pattern of it
 * @param field the field that the details name
 */
export async function refused(call, { status, code, message, field }) {
	const body = await rejection(call);
	if (body instanceof Error) throw body;
	const got = JSON.stringify(body);
	assert.equal(body.code, code, got);
	assert.ok([status].flat().includes(body.status), got);
	assert.equal(typeof body.message, 'string', got);
	assert.match(body.contextId, uuid);
	assert.ok(Array.isArray(body.details), got);
	assert.ok(Array.isArray(body.errors), got);
	if (message instanceof RegExp) assert.match(body.message, message);
	else if (message !== undefined) assert.equal(body.message, message);
	if (field !== undefined) {
		assert.ok(body.details.some((d) => d.fieldName === field), `no detail names ${field}: ${got}`);
		assert.ok(body.message.includes(field), `the message does not name ${field}: ${got}`);
	}
	return body;
}

/** Checks that the token endpoint refused the sign-in, as the SDK reports it: with the HTTP library's error. */
export async function signInRefused(call, error, description) {
	const reason = await rejection(call);
	assert.equal(reason.response?.status, 400, String(reason));
	assert.deepEqual(reason.response.data, { error, description, error_description: description });
}

/** The ids of a listing. */
export const idsOf = (listing) => listing.entities.map((entity) => entity.id);

/** The names of a listing. */
export const namesOf = (listing) => listing.entities.map((entity) => entity.name);

/** The role that has exactly this name. */
export async function roleNamed(session, name) {
	const found = await session.authorization.getAuthorizationRoles({ name, pageSize: 100 });
	const role = found.entities.find((r) => r.name === name);
	assert.ok(role, `there is no role ${name} among ${namesOf(found)}`);
	return role;
}

/** The division that has exactly this name. */
export async function divisionNamed(session, name) {
	const found = await session.authorization.getAuthorizationDivisions({ name, pageSize: 100 });
	const division = found.entities.find((d) => d.name === name);
	assert.ok(division, `there is no division ${name} among ${namesOf(found)}`);
	return division;
}

/** Returns the user with the e-mail address. */
export async function userNamed(session, email) {
	const found = await session.users.postUsersSearch({ query: [{ type: 'EXACT', fields: ['email'], values: [email] }] });
	assert.equal(found.total, 1, `users with the address ${email}`);
	return found.results[0];
}

/** Does something for each number from 1 to count, a few at a time. */
export async function times(count, make) {
	const results = [];
	for (let next = 1; next <= count; next += 8) {
		const batch = Array.from({ length: Math.min(8, count - next + 1) }, (_, i) => make(next + i));
		results.push(...await Promise.all(batch));
	}
	return results;
}
