// The kinds of integrations beside data actions that call an API: other vendors' systems, functions, webhooks, client
// applications.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import {
	actionFailed, call, contractOf, control, enabled, hitsOf, installed, published, reconfigured, stored, stubbed,
} from '../support/data-actions.js';
import { idsOf, refused, unknownID, userNamed } from '../support/expect.js';
import { startMockcloud } from '../support/mockcloud.js';
import { asUser, signedIn, withToken } from '../support/sdk.js';

const server = await startMockcloud();
const admin = await signedIn(server);
const { integrations } = admin;

/** A zip file with a function that adds two numbers. */
const zip = Buffer.from('UEsDBBQAAAAIAABgL1x/e6ldPAAAAEMAAAAIAAAAaW5kZXguanNLrSjILyop1stIzEvJSS1SsFVILK7MS1bQSC1LzSvRVLC1U9CoVijJL0nMsVIAi+klKmhDWUkKtZrWXABQSwECFAMUAAAACAAAYC9cf3upXTwAAABDAAAACAAAAAAAAAAAAAAAgAEAAAAAaW5kZXguanNQSwUGAAAAAAEAAQA2AAAAYgAAAAAA', 'base64');

const numbers = (...names) => ({
	$schema: 'http://json-schema.org/draft-04/schema#', type: 'object', required: names,
	properties: Object.fromEntries(names.map((name) => [name, { type: 'integer' }])), additionalProperties: true,
});

describe('a function', async () => {
	const integration = await installed(admin, 'function-data-actions');
	const settings = { description: 'Adds up', handler: 'index.handler', runtime: 'nodejs22.x', timeoutSeconds: 5 };
	const drafted = () => integrations.postIntegrationsActionsDrafts({
		name: 'Add', category: integration.name, integrationId: integration.id, contract: contractOf(numbers('total'), numbers('a', 'b')),
		config: { response: { translationMap: {}, translationMapDefaults: {}, successTemplate: '${rawResult}' } },
	});
	const upload = (id, body) => integrations.postIntegrationsActionDraftFunctionUpload(id, { fileName: 'add.zip', ...body });

	/** Waits until the zip of a draft is available. */
	async function available(id) {
		for (const end = Date.now() + 10_000; Date.now() < end;) {
			const state = await integrations.getIntegrationsActionDraftFunction(id);
			if (state.function.zipId) return state;
		}
		assert.fail('the zip is not there yet');
	}

	test('may run where the list says', async () => {
		const runtimes = await integrations.getIntegrationsActionsFunctionsRuntimes();
		for (const name of ['nodejs20.x', 'nodejs22.x']) assert.equal(runtimes.find((r) => r.name === name)?.status, 'Available');
	});

	test('goes from a draft to its answers', async () => {
		const draft = await drafted();
		const { url, headers, signedUrlTimeoutSeconds } = await upload(draft.id);
		assert.equal(signedUrlTimeoutSeconds ?? 900, 900);
		for (const name of ['correlationid', 'filename', 'functionid', 'organizationid']) assert.ok(headers[`x-amz-meta-${name}`], name);
		const put = await fetch(url, { method: 'PUT', headers, body: zip });
		assert.equal(put.status, 200, await put.text());
		const { zip: stored } = await available(draft.id);
		assert.equal(stored.status, 'Available');
		assert.equal(stored.name, 'add.zip');

		const set = await integrations.putIntegrationsActionDraftFunction(draft.id, settings);
		for (const [name, value] of Object.entries(settings)) assert.equal(set.function[name], value);
		assert.equal(set.function.zipId, stored.id);
		const { version } = await integrations.getIntegrationsActionDraft(draft.id);
		const action = await integrations.postIntegrationsActionDraftPublish(draft.id, { version });
		const { function: running } = await integrations.getIntegrationsActionFunction(action.id);
		for (const [name, value] of Object.entries(settings)) assert.equal(running[name], value);

		const execute = (input) => integrations.postIntegrationsActionExecute(action.id, input);
		const { message } = await actionFailed(execute({ a: 1, b: 2 }), { status: 400, code: 'bad.request', blame: 'ACTION.REMOTE_ENDPOINT' });
		assert.match(message, /stub/);
		const { config } = await integrations.getIntegrationsAction(action.id, { includeConfig: true });
		const stub = await stubbed(server, 'POST', config.request.requestUrlTemplate, { body: { total: 3 } }, { contains: { a: 1 } });
		assert.deepEqual(await execute({ a: 1, b: 2 }), { total: 3 });
		assert.equal(await hitsOf(server, stub), 1);
	});

	test('is uploaded as it was signed, or not at all', async () => {
		const draft = await drafted();
		const { url, headers } = await upload(draft.id, { signedUrlTimeoutSeconds: 60 });
		const refusals = {
			'another address': [`${url}0`, headers],
			'no headers': [url, {}],
		};
		for (const [name, [to, sent]] of Object.entries(refusals)) {
			const put = await fetch(to, { method: 'PUT', headers: sent, body: zip });
			assert.equal(put.status, 403, name);
		}
		assert.equal((await integrations.getIntegrationsActionDraftFunction(draft.id)).function.zipId || '', '');
		await refused(upload(draft.id, { fileName: '../etc' }), { status: 400, code: 'constraint.validation' });
		await refused(upload(draft.id, { signedUrlTimeoutSeconds: 0 }), { status: 400, code: 'constraint.validation' });
		await refused(upload(unknownID), { status: 404, code: 'not.found' });
	});

	test('is no function without a zip that is one', async () => {
		const draft = await drafted();
		const { url, headers } = await upload(draft.id);
		await fetch(url, { method: 'PUT', headers, body: 'this is no zip' });
		const { zip: stored, function: none } = await integrations.getIntegrationsActionDraftFunction(draft.id);
		assert.match(stored.status, /^Invalid/);
		assert.equal(none.zipId || '', '');
	});

	test('has settings that are checked', async () => {
		const draft = await drafted();
		const set = (change) => integrations.putIntegrationsActionDraftFunction(draft.id, { ...settings, ...change });
		for (const change of [{ runtime: 'cobol' }, { timeoutSeconds: 16 }, { timeoutSeconds: -1 }]) {
			const body = await set(change).then(() => assert.fail(`${JSON.stringify(change)} is taken`), (error) => error);
			assert.equal(body.status, 400, JSON.stringify(body));
		}
	});
});

describe('an integration of another vendor\'s system', () => {
	const systems = {
		'aws-lambda-data-actions': {
			slot: 'AmazonWebServicesARN', type: 'amazonWebServicesARN', fields: { ARN: 'arn:aws:iam::000000000000:role/fake' },
			target: 'arn:aws:lambda:eu-central-1:000000000000:function:fake',
		},
		'salesforce-datadip': {
			slot: 'salesforceUser', type: 'salesforce', fields: { username: 'ada', password: 'fake-password-of-ada', securityToken: 'fake-token-of-ada', loginUrl: 'https://salesforce.example.test' },
			target: '/services/data/v59.0/sobjects/Contact/7', base: 'https://salesforce.example.test', statics: 'GetContactByPhoneNumber',
		},
		'microsoft-dynamics-data-actions': {
			slot: 'msDynamics', type: 'msDynamics', fields: { username: 'ada', password: 'fake-password-of-ada', orgWebAddress: 'https://dynamics.example.test', applicationId: 'fake' },
			target: '/api/data/v9.2/contacts(7)', base: 'https://dynamics.example.test', statics: 'GetContactByPhoneNumber',
		},
		'zendesk-data-actions': {
			slot: 'zendeskApiToken', type: 'zendeskApiToken', fields: { userEmail: 'ada@example.test', baseUrl: 'https://zendesk.example.test', apiToken: 'fake-token-of-ada' },
			target: '/api/v2/tickets/7.json', base: 'https://zendesk.example.test', statics: 'GetContactByPhoneNumber',
		},
		'google-data-actions': {
			slot: 'googleServiceAccount', type: 'googleServiceAccount', fields: { key: '{"fake":"key"}' },
			target: 'https://region-fake.cloudfunctions.example.test/add',
		},
	};

	for (const [typeID, { slot, type, fields, target, base = '', statics }] of Object.entries(systems)) {
		test(`${typeID} answers from stubs`, async () => {
			const integration = await integrations.postIntegrations({ body: { integrationType: { id: typeID } } });
			const credential = await stored(admin, type, fields, `For ${typeID}`);
			await reconfigured(admin, integration.id, { credentials: { [slot]: { id: credential.id } } });
			const { reportedState } = await enabled(admin, integration);
			assert.equal(reportedState.code, 'ACTIVE');

			const action = await published(admin, integration, call('POST', target));
			const execute = () => integrations.postIntegrationsActionExecute(action.id, { a: 1 });
			const { message } = await actionFailed(execute(), { status: 400, code: 'bad.request', blame: 'ACTION.REMOTE_ENDPOINT' });
			assert.ok(message.includes(base + target), message);
			for (const secret of Object.values(fields).filter((field) => field.startsWith('fake-'))) assert.ok(!message.includes(secret));
			const stub = await stubbed(server, 'POST', base + target, { body: { answer: 42 } });
			assert.deepEqual(await execute(), { answer: 42 });
			assert.equal(await hitsOf(server, stub), 1);

			const { entities } = await integrations.getIntegrationsActions({ category: integration.name, pageSize: 100 });
			const brought = entities.filter(({ id }) => id.startsWith('static_-_'));
			assert.equal(brought.length > 0, Boolean(statics));
			if (!statics) return;
			const one = brought.find(({ id }) => id.endsWith(statics));
			assert.equal(one.integrationId, integration.id);
			const { contract } = await integrations.getIntegrationsAction(one.id, { expand: 'contract' });
			assert.deepEqual(contract.input.inputSchema.required, ['PHONE_NUMBER']);
			await refused(integrations.patchIntegrationsAction(one.id, { version: one.version, name: 'Another' }), { status: 400, code: 'policy.violation' });
			await refused(integrations.deleteIntegrationsAction(one.id), { status: 400, code: 'policy.violation' });
		});
	}
});

describe('a webhook', async () => {
	const integration = await installed(admin, 'webhook');
	const { attributes } = await integrations.getIntegration(integration.id);
	const anyone = withToken(server, '').integrations;
	const events = async () => (await control(server, 'GET', `/webhooks/${integration.id}/events`)).entities;

	test('has an address of its own', () => {
		assert.ok(attributes.webhookId);
		assert.equal(attributes.invocationUrl, `${server.url}/api/v2/integrations/webhooks/${attributes.webhookId}/events`);
	});

	test('takes events from whoever knows it', async () => {
		const body = { order: 7, items: [{ name: 'Cup' }] };
		const { invocationId } = await anyone.postIntegrationsWebhookEvents(attributes.webhookId, body);
		const answer = await fetch(attributes.invocationUrl, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"order":8}' });
		assert.equal(answer.status, 200);
		const second = await answer.json();
		assert.notEqual(second.invocationId, invocationId);
		const kept = await events();
		assert.deepEqual(kept.map((event) => event.id).toSorted(), [invocationId, second.invocationId].toSorted());
	});

	test('is unknown by any other name, and gone with its integration', async () => {
		await refused(anyone.postIntegrationsWebhookEvents(unknownID, {}), { status: 404, code: 'not.found' });
		await integrations.deleteIntegration(integration.id);
		await refused(anyone.postIntegrationsWebhookEvents(attributes.webhookId, {}), { status: 404, code: 'not.found' });
	});
});

describe('a client application', async () => {
	const user = await userNamed(admin, 'agent1@mockcloud.test');
	const agent = await asUser(server, user.email);
	const url = 'https://app.example.test/?lang={{pcLangTag}}';
	const sandbox = 'allow-scripts,allow-same-origin,allow-forms';

	/** Installs an application of that type and returns its id. */
	async function app(typeID, properties) {
		const integration = await integrations.postIntegrations({ body: { integrationType: { id: typeID } } });
		await reconfigured(admin, integration.id, { properties });
		await enabled(admin, integration);
		return integration.id;
	}

	test('is seen by those for whom it is', async () => {
		const salesFloor = '6d6f636b-0004-4000-8000-000000000002'; // which the agent is in
		const team = '6d6f636b-0004-4000-8000-000000000001'; // which the agent is not in
		const open = await app('embedded-client-app', { url, sandbox, displayType: 'standalone' });
		const theirs = await app('embedded-client-app', { url, sandbox, displayType: 'widget', groups: [salesFloor] });
		const others = await app('embedded-client-app', { url, sandbox, displayType: 'standalone', groups: [team] });
		const widget = await app('embedded-client-app-interaction-widget', { url, sandbox, communicationTypeFilter: 'chat,call' });
		const off = (await integrations.postIntegrations({ body: { integrationType: { id: 'embedded-client-app' } } })).id;

		for (const list of ['getIntegrationsUserapps', 'getIntegrationsClientapps']) {
			const { entities } = await agent.integrations[list]({ pageSize: 100 });
			const ids = idsOf({ entities });
			for (const id of [open, theirs, widget]) assert.ok(ids.includes(id), `${list} has ${id}`);
			for (const id of [others, off]) assert.ok(!ids.includes(id), `${list} has no ${id}`);
			const { config } = entities.find((entity) => entity.id === theirs);
			assert.equal(config.effective.properties.url, url);
			assert.equal(config.effective.properties.displayType, 'widget');
			assert.equal(config.current.version, 2);
		}
		await admin.groups.deleteGroupMembers(salesFloor, user.id);
		assert.ok(!idsOf(await agent.integrations.getIntegrationsUserapps({ pageSize: 100 })).includes(theirs));
	});

	test('comes in pages', async () => {
		const all = await agent.integrations.getIntegrationsUserapps({ pageSize: 100 });
		const ids = [];
		for (let pageNumber = 1; pageNumber <= all.total; pageNumber++) ids.push(...idsOf(await agent.integrations.getIntegrationsUserapps({ pageNumber, pageSize: 1 })));
		assert.deepEqual(ids, idsOf(all));
	});

	test('is configured as its schema says', async () => {
		const integration = await integrations.postIntegrations({ body: { integrationType: { id: 'embedded-client-app' } } });
		for (const wrong of [{ url: 7 }, { url, displayType: 'hologram' }]) {
			const body = await reconfigured(admin, integration.id, { properties: wrong }).then(() => assert.fail('it is taken'), (error) => error);
			assert.equal(body.status, 400);
			assert.match(body.message, /Input validation error/);
		}
		assert.deepEqual((await integrations.getIntegrationConfigCurrent(integration.id)).properties, {});
	});
});
