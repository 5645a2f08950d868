// Credentials of integrations: what they are for, what is missing without them, and that nobody can read their secrets.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import {
	actionFailed, call, enabled, installed, platform, plugged, presences, published, reconfigured, stored, supportQueue, web,
} from '../support/data-actions.js';
import { date, idsOf, namesOf, refused, rejection, times, unknownID, uuid } from '../support/expect.js';
import { startMockcloud } from '../support/mockcloud.js';
import { asUser, signedIn } from '../support/sdk.js';
import { startWebService } from '../support/web-service.js';

const server = await startMockcloud();
const admin = await signedIn(server);
const { integrations } = admin;
const input = { QueueID: supportQueue };
const right = { clientId: server.admin.id, clientSecret: server.admin.secret };
const wrong = { clientId: server.admin.id, clientSecret: 'fake-secret-that-is-wrong' };

const stateOf = async ({ id }) => (await integrations.getIntegration(id)).reportedState;

describe('storing a credential', () => {
	test('answers with everything but its fields', async () => {
		const { status, body } = await admin.extended().integrations.postIntegrationsCredentials({
			body: { name: 'Mine', type: { name: 'pureCloudOAuthClient' }, credentialFields: right },
		});
		assert.equal(status, 200);
		assert.match(body.id, uuid);
		assert.match(body.createdDate, date);
		assert.match(body.modifiedDate, date);
		assert.equal(body.name, 'Mine');
		assert.equal(body.type.name, 'pureCloudOAuthClient');
		assert.equal(body.selfUri, `/api/v2/integrations/credentials/${body.id}`);
		assert.ok(!('credentialFields' in body));
	});

	for (const [form, type] of [['its name', 'basicAuth'], ['an object with the name', { name: 'basicAuth' }], ['an object with the id', { id: 'basicAuth' }]]) {
		test(`takes a type by ${form}`, async () => {
			const { id } = await integrations.postIntegrationsCredentials({ body: { name: 'Typed', type, credentialFields: { userName: 'somebody' } } });
			const { name, type: read } = await integrations.getIntegrationsCredential(id);
			assert.equal(name, 'Typed');
			assert.equal(read.name, 'basicAuth');
		});
	}

	test('takes one without a name', async () => {
		const { id } = await integrations.postIntegrationsCredentials({ body: { type: { name: 'userDefined' }, credentialFields: { anything: 'goes' } } });
		assert.match(id, uuid);
	});

	// Guess: the codes.
	test('refuses a required field that is missing, by its name', async () => {
		await refused(stored(admin, 'pureCloudOAuthClient', { clientId: 'x' }), { status: 400, code: 'constraint.validation', field: 'clientSecret' });
		await refused(stored(admin, 'basicAuth', { password: 'x' }), { status: 400, code: 'constraint.validation', field: 'userName' });
	});

	test('refuses a type that does not exist', async () => {
		await refused(stored(admin, 'magic', { wand: 'x' }), { status: 400, code: 'invalid.value' });
	});

	test('knows the types, and which fields they need', async () => {
		const { entities } = await integrations.getIntegrationsCredentialsTypes();
		const required = Object.fromEntries(entities.map((type) => [type.name, type.required]));
		assert.deepEqual(required.pureCloudOAuthClient, ['clientId', 'clientSecret']);
		assert.deepEqual(required.basicAuth, ['userName']);
		for (const name of ['userDefined', 'userDefinedOAuth', 'amazonWebServicesARN', 'salesforce', 'msDynamics', 'zendeskApiToken', 'audioHook', 'callJourney']) {
			assert.ok(name in required, `${name} is not among ${Object.keys(required)}`);
		}
		const { properties, displayOrder } = entities.find((type) => type.name === 'pureCloudOAuthClient');
		assert.deepEqual(Object.keys(properties).toSorted(), ['clientId', 'clientSecret']);
		assert.deepEqual(displayOrder, ['clientId', 'clientSecret']);
	});

	test('needs a right of its own', async () => {
		const agent = await asUser(server, 'agent1@mockcloud.test');
		await refused(stored(agent, 'userDefined', {}), { status: 403, code: 'missing.any.permissions', message: /integrations:integration:add/ });
	});
});

describe('an integration', () => {
	test('stays active with a wrong secret, and its actions fail to authenticate', async () => {
		const integration = await installed(admin, platform, await stored(admin, 'pureCloudOAuthClient', wrong));
		assert.equal(integration.reportedState.code, 'ACTIVE');
		const action = await published(admin, integration, presences);
		const failure = { status: 400, code: 'invalid.credentials', blame: 'ACTION.AUTHENTICATION' };
		const { errors, contextId } = await actionFailed(integrations.postIntegrationsActionExecute(action.id, input), failure);
		assert.equal(errors.length, 1);
		assert.equal(errors[0].code, 'INVALID_CREDENTIALS');
		assert.equal(errors[0].status, 400);
		assert.match(errors[0].message, /^Request to backend service failed\. {2}Response from web service: /);
		assert.ok(errors[0].message.endsWith(` [${contextId}]`), errors[0].message);
		assert.equal((await stateOf(integration)).code, 'ACTIVE');

		const tested = await integrations.postIntegrationsActionTest(action.id, input);
		assert.equal(tested.success, false);
		assert.equal(tested.operations.length, 4);
		assert.equal(tested.operations[3].name, 'Perform authentication');
		assert.equal(tested.operations[3].error.code, 'invalid.credentials');
	});

	test('works again as soon as the secret is right', async () => {
		const credential = await stored(admin, 'pureCloudOAuthClient', wrong);
		const action = await published(admin, await installed(admin, platform, credential), presences);
		await actionFailed(integrations.postIntegrationsActionExecute(action.id, input), {
			status: 400, code: 'invalid.credentials', blame: 'ACTION.AUTHENTICATION',
		});
		await integrations.putIntegrationsCredential(credential.id, { body: { name: credential.name, type: credential.type, credentialFields: right } });
		assert.equal((await integrations.postIntegrationsActionExecute(action.id, input)).PresenceArray.length, 4);
		await integrations.putIntegrationsCredential(credential.id, { body: { name: credential.name, type: credential.type, credentialFields: wrong } });
		await actionFailed(integrations.postIntegrationsActionExecute(action.id, input), {
			status: 400, code: 'invalid.credentials', blame: 'ACTION.AUTHENTICATION',
		});
	});

	test('reports an error while its credential is missing, and names the slot', async () => {
		const integration = await installed(admin, platform);
		assert.equal(integration.intendedState, 'ENABLED');
		assert.equal(integration.reportedState.code, 'ERROR');
		assert.match(integration.reportedState.detail.message, /pureCloudOAuthClient/);
		const action = await published(admin, integration, presences);
		await actionFailed(integrations.postIntegrationsActionExecute(action.id, input), {
			status: 400, code: 'invalid.credentials', blame: 'ACTION.AUTHENTICATION',
		});
		await plugged(admin, integration, await stored(admin, 'pureCloudOAuthClient', right));
		const { code, detail } = await stateOf(integration);
		assert.equal(code, 'ACTIVE');
		assert.deepEqual(detail, {});
	});

	test('needs none where its type can do without', async () => {
		assert.equal((await installed(admin, web)).reportedState.code, 'ACTIVE');
	});

	test('loses a credential that is deleted', async () => {
		const credential = await stored(admin, 'pureCloudOAuthClient', right);
		const integration = await installed(admin, platform, credential);
		const { status } = await admin.extended().integrations.deleteIntegrationsCredential(credential.id);
		assert.equal(status, 204);
		await refused(integrations.getIntegrationsCredential(credential.id), { status: 404, code: 'not.found' });
		// Guess: the slot is emptied.
		assert.deepEqual((await integrations.getIntegrationConfigCurrent(integration.id)).credentials, {});
		const { code, detail } = await stateOf(integration);
		assert.equal(code, 'ERROR');
		assert.match(detail.message, /pureCloudOAuthClient/);
	});

	test('takes no credential of another type, and none that does not exist', async () => {
		const integration = await integrations.postIntegrations({ body: { integrationType: { id: platform } } });
		const plug = (slot, id) => reconfigured(admin, integration.id, { credentials: { [slot]: { id } } });
		const basic = await stored(admin, 'basicAuth', { userName: 'somebody' });
		await refused(plug('pureCloudOAuthClient', basic.id), { status: 400, code: 'bad.request' });
		await refused(plug('pureCloudOAuthClient', unknownID), { status: 400, code: 'bad.request' });
		await refused(plug('noSuchSlot', basic.id), { status: 400, code: 'bad.request' });
		assert.equal((await integrations.getIntegrationConfigCurrent(integration.id)).version, 1);
	});
});

describe('changing a credential', () => {
	test('keeps the secret that is not sent', async () => {
		const credential = await stored(admin, 'pureCloudOAuthClient', right, 'Before');
		const action = await published(admin, await installed(admin, platform, credential), presences);
		const changed = await integrations.putIntegrationsCredential(credential.id, {
			body: { name: 'After', type: { name: 'pureCloudOAuthClient' }, credentialFields: { clientId: right.clientId } },
		});
		assert.equal(changed.name, 'After');
		assert.equal(changed.createdDate, credential.createdDate);
		assert.equal((await integrations.postIntegrationsActionExecute(action.id, input)).PresenceArray.length, 4);
	});

	test('keeps the secrets of what was read and sent back', async () => {
		const service = await startWebService(() => ({ text: '{}' }));
		const credential = await stored(admin, 'userDefined', { key: 'fake-key-that-stays' });
		const action = await published(admin, await installed(admin, web, credential), call('GET', service.url, { headers: { 'X-Key': '${credentials.key}' } }));
		await integrations.putIntegrationsCredential(credential.id, { body: await integrations.getIntegrationsCredential(credential.id) });
		await integrations.postIntegrationsActionExecute(action.id, {});
		assert.equal(service.requests[0].headers['x-key'], 'fake-key-that-stays');
	});

	test('refuses an id that nothing has', async () => {
		await refused(integrations.putIntegrationsCredential(unknownID, { body: { name: 'X', type: { name: 'userDefined' }, credentialFields: {} } }), { status: 404, code: 'not.found' });
		await refused(integrations.deleteIntegrationsCredential(unknownID), { status: 404, code: 'not.found' });
	});
});

describe('the secret of a credential', () => {
	/** Notes what the SDK answers or rejects a call with, and gives the answer. */
	function recorder() {
		const seen = [];
		const note = (name, outcome) => seen.push([name, JSON.stringify({ headers: outcome.headers, body: outcome.body, text: outcome.text })]);
		const session = admin.extended().integrations;
		const record = async (name, ...parameters) => {
			try {
				const answer = await session[name](...parameters);
				note(name, answer);
				return answer.body;
			} catch (reason) {
				if (reason.status === undefined) throw reason;
				note(name, reason);
				return reason.body;
			}
		};
		return { record, seen };
	}

	/** Checks that none of the answers shows the texts, plain or in base64. */
	function hidden(seen, ...texts) {
		for (const text of texts) {
			for (const form of [text, Buffer.from(text).toString('base64').replace(/=+$/, ''), encodeURIComponent(text)]) {
				for (const [name, answer] of seen) assert.ok(!answer.includes(form), `${name} shows ${form}: ${answer}`);
			}
		}
	}

	test('of an OAuth client is in no answer', async () => {
		const { record, seen } = recorder();
		for (const fields of [right, wrong]) {
			const credential = await record('postIntegrationsCredentials', { body: { name: 'Secret', type: 'pureCloudOAuthClient', credentialFields: fields } });
			await record('putIntegrationsCredential', credential.id, { body: { name: 'Secret', type: 'pureCloudOAuthClient', credentialFields: fields } });
			const { credentialFields } = await record('getIntegrationsCredential', credential.id);
			assert.equal(credentialFields?.clientId, fields.clientId);
			assert.ok(!('clientSecret' in credentialFields));
			await record('getIntegrationsCredentials', { pageSize: 500 });
			await record('getIntegrationsCredentialsListing', { pageSize: '200' });
			const integration = await installed(admin, platform, credential);
			await record('getIntegration', integration.id, { expand: ['config.current'] });
			await record('getIntegrations', { pageSize: 500, expand: ['config.current'] });
			await record('getIntegrationConfigCurrent', integration.id);
			const action = await published(admin, integration, presences);
			await record('postIntegrationsActionExecute', action.id, input);
			await record('postIntegrationsActionTest', action.id, input, { customHeaders: { 'X-Mockcloud-Explain': 'true' } });
			await integrations.postIntegrationsActionDraft(action.id);
			await record('postIntegrationsActionDraftTest', action.id, input);
			await record('getIntegrationsActionDraft', action.id, { includeConfig: true });
			await admin.integrations.deleteIntegration(integration.id);
		}
		assert.equal(seen.length, 24);
		hidden(seen, right.clientSecret, wrong.clientSecret);
		assert.ok(!seen.some(([, answer]) => /Bearer [A-Za-z0-9]/.test(answer)), 'nor is the token');
	});

	/** Lets web services send a secret back, in an answer and in a refusal, and checks that nobody sees it. */
	async function masked(secret, beginning) {
		const { record, seen } = recorder();
		const service = await startWebService((request) => {
			const { headers, body } = request;
			return { status: request.path === '/echo' ? 200 : 400, text: JSON.stringify({ headers, body }) };
		});
		const template = {
			headers: { Authorization: 'Token ${credentials.key}', 'X-Encoded': '$encoding.base64("${credentials.key}")' },
			body: '{"key": "$esc.jsonEncode("${credentials.key}")"}',
		};
		const integration = await installed(admin, web, await stored(admin, 'userDefined', { key: secret }));
		for (const path of ['/echo', '/refusal']) {
			const action = await published(admin, integration, call('POST', service.url + path, template));
			await record('postIntegrationsActionTest', action.id, {});
			await record('getIntegrationsAction', action.id, { includeConfig: true });
		}
		for (const { headers, body } of service.requests) {
			assert.equal(headers.authorization, `Token ${secret}`, 'the service itself gets it');
			assert.deepEqual(JSON.parse(body), { key: secret });
		}
		hidden(seen, secret);
		for (const [name, answer] of seen) assert.ok(!answer.includes(beginning), `${name}: ${answer}`);
	}

	test('is masked where a web service sends it back', () => masked('fake/secret+of a service', 'fake/secret'));

	test('is masked where a web service sends it back inside of JSON inside of JSON', () => masked('fake/secret+of a "service"', 'fake/secret'));

	test('with a password is not shown by a basic authentication that fails', async () => {
		const { record, seen } = recorder();
		const service = await startWebService(({ headers }) => ({ status: 401, text: JSON.stringify({ wrong: headers.authorization }) }));
		const credential = await stored(admin, 'basicAuth', { userName: 'somebody', password: 'fake-password-of-somebody' });
		const action = await published(admin, await installed(admin, web, credential), call('GET', service.url));
		await record('postIntegrationsActionTest', action.id, {});
		await record('postIntegrationsActionExecute', action.id, {});
		const { credentialFields } = await record('getIntegrationsCredential', credential.id);
		assert.deepEqual(credentialFields, { userName: 'somebody' });
		hidden(seen, 'fake-password-of-somebody', 'somebody:fake-password-of-somebody');
	});

	test('is not in the log, also where it is a part of a URL', async () => {
		const service = await startWebService(({ path }) => ({ status: path.includes('refusal') ? 500 : 200, text: JSON.stringify({ path }) }));
		const key = 'fake-key-in-a-url';
		const integration = await installed(admin, web, await stored(admin, 'userDefined', { key }));
		for (const path of ['/answers', '/refusal']) {
			const { id } = await published(admin, integration, call('GET', `${service.url}${path}/\${credentials.key}?key=\${credentials.key}`));
			const { headers, status } = await admin.extended().integrations.postIntegrationsActionExecute(id, {}).catch((reason) => reason);
			assert.equal(status, path === '/refusal' ? 500 : 200);
			const log = await server.logged(headers['inin-correlation-id']);
			assert.ok(!log.includes(key), log);
			assert.ok(!JSON.stringify(await integrations.postIntegrationsActionTest(id, {})).includes(key));
		}
	});

	test('with names of its own leaves only the names', async () => {
		const { id } = await stored(admin, 'userDefined', { apiKey: 'fake-api-key', tenant: 'fake-tenant' });
		const { credentialFields } = await integrations.getIntegrationsCredential(id);
		// Guess: the form of what is left out.
		assert.deepEqual(credentialFields, { apiKey: '**********', tenant: '**********' });
	});

	test('is not in what is refused', async () => {
		const secret = 'fake-secret-of-a-refusal';
		const reason = await rejection(stored(admin, 'basicAuth', { password: secret, more: secret }));
		assert.ok(!JSON.stringify(reason).includes(secret), JSON.stringify(reason));
	});
});

describe('listing credentials', () => {
	test('goes on behind the last one until a page is empty', async () => {
		const made = await times(7, (n) => stored(admin, 'userDefined', {}, `Listed ${n}`));
		const { total } = await integrations.getIntegrationsCredentials({ pageSize: 1 });
		const found = [];
		for (let after; ;) {
			const page = await integrations.getIntegrationsCredentialsListing({ pageSize: '5', after });
			assert.ok(page.entities.length <= 5);
			if (page.entities.length === 0) {
				assert.ok(!('nextUri' in page));
				break;
			}
			found.push(...page.entities);
			assert.ok(found.length <= total, 'there is no end');
			after = page.entities.at(-1).id;
		}
		assert.equal(found.length, total);
		assert.equal(new Set(idsOf({ entities: found })).size, total);
		for (const { id } of made) assert.ok(idsOf({ entities: found }).includes(id));
	});

	test('links its pages both ways', async () => {
		const follow = async (uri) => (await fetch(server.url + uri, { headers: { Authorization: `Bearer ${admin.token}` } })).json();
		const first = await integrations.getIntegrationsCredentialsListing({ pageSize: '2' });
		assert.ok(!('previousUri' in first));
		const second = await follow(first.nextUri);
		assert.equal(second.entities.length, 2);
		assert.notDeepEqual(idsOf(second), idsOf(first));
		assert.deepEqual(idsOf(await follow(second.previousUri)), idsOf(first));
	});

	test('has pages by number, too', async () => {
		const { total } = await integrations.getIntegrationsCredentials({ pageSize: 1 });
		const names = [];
		for (let pageNumber = 1; ; pageNumber++) {
			const page = await integrations.getIntegrationsCredentials({ pageSize: 10, pageNumber });
			if (page.entities.length === 0) break;
			names.push(...namesOf(page));
		}
		assert.equal(names.length, total);
	});
});

test('a credential outlives its integration', async () => {
	const credential = await stored(admin, 'pureCloudOAuthClient', right, 'Survivor');
	const integration = await installed(admin, platform, credential);
	const action = await published(admin, integration, presences);
	const draft = await integrations.postIntegrationsActionsDrafts({ name: 'Draft', integrationId: integration.id });
	const { status, body } = await admin.extended().integrations.deleteIntegration(integration.id);
	assert.equal(status, 200);
	assert.equal(body.id, integration.id);
	for (const attempt of [
		() => integrations.getIntegration(integration.id), () => integrations.getIntegrationConfigCurrent(integration.id),
		() => integrations.getIntegrationsAction(action.id), () => integrations.getIntegrationsActionDraft(draft.id),
		() => integrations.postIntegrationsActionExecute(action.id, input), () => integrations.deleteIntegration(integration.id),
		() => enabled(admin, integration),
	]) {
		await refused(attempt(), { status: 404, code: 'not.found' });
	}
	assert.equal((await integrations.getIntegrationsCredential(credential.id)).name, 'Survivor');
	const { status: gone } = await admin.extended().integrations.deleteIntegrationsCredential(credential.id);
	assert.equal(gone, 204);
});
