// What the journeys through the platform share.
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';

import { rejection, unknownID, uuid } from './expect.js';
import { startMockcloud } from './mockcloud.js';
import { platformClient, signedIn } from './sdk.js';

export { platformClient };

/** The API refused a call. The SDK itself rejects with the body alone, from which nobody sees what was called where. */
class Refusal extends Error {
	constructor(operation, args, body) {
		super(`${operation}(${args.map((a) => JSON.stringify(a)).join(', ')}) was answered with ${JSON.stringify(body)}`);
		this.body = body;
	}
}

/** A class of the SDK whose methods reject with a Refusal where the API has refused. */
function tellingOf(service) {
	return new Proxy(service, {
		get(target, operation) {
			if (typeof target[operation] !== 'function') return target[operation];
			return async (...args) => {
				try {
					return await target[operation](...args);
				} catch (reason) {
					if (reason?.status === undefined) throw reason;
					throw new Refusal(operation, args, reason.body ?? reason);
				}
			};
		},
	});
}

/** The SDK's API classes by the names that they have without "Api", made when they are first asked for. */
export function servicesOf(client) {
	return new Proxy({}, {
		get(made, name) {
			made[name] ??= tellingOf(new platformClient[`${name}Api`](client));
			return made[name];
		},
	});
}

/**
 * Starts the organization in which the journeys happen, and signs its administrator in.
 * The answers of `api` are bodies, those of `extended` have status and headers too.
 */
export async function startJourney() {
	const server = await startMockcloud({ fixtures: ['contact-center'] });
	const admin = await signedIn(server);
	const home = await admin.authorization.getAuthorizationDivisionsHome();
	return { server, admin, home, api: servicesOf(admin.client), extended: servicesOf(admin.extended().client) };
}

/**
 * Checks that a value holds all of what is expected: each property of an object, each entry of a list. It may hold more.
 */
export function assertHolds(got, expected, at = 'the answer') {
	if (expected === null || typeof expected !== 'object') {
		assert.strictEqual(got, expected, `${at} is ${JSON.stringify(got)} instead of ${JSON.stringify(expected)}`);
		return;
	}
	assert.ok(got !== null && typeof got === 'object', `${at} is ${JSON.stringify(got)} instead of ${JSON.stringify(expected)}`);
	assert.equal(Array.isArray(got), Array.isArray(expected), `${at} is ${JSON.stringify(got)}`);
	if (Array.isArray(expected)) assert.equal(got.length, expected.length, `entries of ${at}: ${JSON.stringify(got)}`);
	for (const [name, value] of Object.entries(expected)) assertHolds(got[name], value, `${at}.${name}`);
}

/** Checks that a new entity has an id of the server's own, and holds what was sent. Returns it. */
export function assertCreated(entity, sent) {
	assert.match(entity.id, uuid);
	assertHolds(entity, sent);
	return entity;
}

/** Checks that the call is refused with the status, or one of several, in the API's own form. Returns the body. */
export async function refusedWith(status, call) {
	const refusal = await rejection(call);
	if (!(refusal instanceof Refusal)) throw refusal;
	const { body } = refusal;
	const got = JSON.stringify(body);
	assert.ok([status].flat().includes(body.status), refusal.message);
	assert.match(body.contextId, uuid, got);
	for (const text of [body.message, body.code]) assert.ok(typeof text === 'string' && text !== '', got);
	return body;
}

/** Checks that what the call asks for does not exist. */
export const gone = (call) => refusedWith(404, call);

/** Checks that the call is refused because somebody else was faster. */
export const stale = (call) => refusedWith(409, call);

/** Checks that what the call reads is deleted: where some services forget, others remember that it was there. */
export async function deleted(read) {
	const answer = await read.catch((refusal) => refusal);
	if (answer instanceof Refusal) assert.equal(answer.body.status, 404, answer.message);
	else if (answer instanceof Error) throw answer;
	else assert.equal(answer.state, 'deleted', JSON.stringify(answer));
}

/** Checks that the call is refused because of what it says. */
export const invalid = (call) => refusedWith(400, call);

/** Checks that reading works for this id only. Returns what is read. */
export async function assertReads(read, id, expected) {
	await gone(read(unknownID));
	const got = await read(id);
	assert.deepEqual(got, expected);
	return got;
}

/** Checks that a listing or the results of a search show the entity exactly once. Returns the entry. */
export function assertLists(listing, { id }) {
	const entities = listing.entities ?? listing.results;
	assert.ok(Array.isArray(entities), `no listing: ${JSON.stringify(listing)}`);
	const found = entities.filter((entity) => entity.id === id);
	assert.equal(found.length, 1, `${id} among ${JSON.stringify(entities.map((e) => e.id))}`);
	return found[0];
}

/** Checks that a listing or the results of a search do not show the entity. */
export function assertOmits(listing, { id }) {
	const entities = listing.entities ?? listing.results ?? [];
	assert.ok(entities.every((entity) => entity.id !== id), `${id} is still listed`);
}

/** Checks the form of a page, which is asked for with at least one entity in the collection. */
export function assertPage(page, { pageSize = 25, pageNumber = 1 } = {}) {
	assert.equal(page.pageSize, pageSize);
	assert.equal(page.pageNumber, pageNumber);
	assert.ok(page.total >= page.entities.length && page.entities.length > 0, JSON.stringify(page));
	assert.equal(page.pageCount, Math.ceil(page.total / pageSize));
}

/** The first entity of a listing: the organization holds one, and no operation creates any. */
export function firstOf(listing, what) {
	const [first] = listing.entities ?? listing;
	assert.ok(first?.id, `the organization has no ${what}: ${JSON.stringify(listing)}`);
	return first;
}

/** Asks again, as clients do, until the answer is as it should be; at most for ten seconds. */
export async function until(ask, done) {
	const deadline = Date.now() + 10_000;
	for (;;) {
		const answer = await ask();
		if (done(answer)) return answer;
		assert.ok(Date.now() < deadline, `it never came: ${JSON.stringify(answer)}`);
		await pause(20);
	}
}
