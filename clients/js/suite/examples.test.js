// The example actions: each is imported, tested, published, executed and exported again.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

import { control, hitsOf, installed, platform, stored, stubbed, supportPresences, supportQueue, web } from '../support/data-actions.js';
import { refused, userNamed } from '../support/expect.js';
import { startMockcloud } from '../support/mockcloud.js';
import { signedIn } from '../support/sdk.js';

const server = await startMockcloud();
const admin = await signedIn(server);
const { integrations } = admin;
const folder = new URL('../../../fixtures/actions/', import.meta.url);
const files = readdirSync(folder).filter((name) => /^0\d.*\.json$/.test(name)).toSorted();
const read = (name) => JSON.parse(readFileSync(new URL(name, folder)));

const genesys = await installed(admin, platform, await stored(admin, 'pureCloudOAuthClient', { clientId: server.admin.id, clientSecret: server.admin.secret }));
const userDefined = await installed(admin, web, await stored(admin, 'userDefined', { baseUrl: 'https://lookup.example.test', user: 'somebody', key: 'fake-key-of-a-lookup' }));
const withLogin = await installed(admin, web, await stored(admin, 'userDefinedOAuth', {
	loginUrl: 'https://helpdesk.example.test/login', clientId: 'desk', clientSecret: 'fake-secret-of-the-desk',
}));
const agent = await userNamed(admin, 'agent1@mockcloud.test');
const ticket = { ticket: { id: '7', owner: { name: 'Ada' } }, tags: ['new'], history: [{ at: '2026-01-15', by: 'Ada' }] };

/** By the number of the file: where it belongs, which stubs answer, and what comes of which input. */
const examples = {
	'01': {
		integration: genesys,
		runs: [[{ QueueID: supportQueue }, (result) => assert.deepEqual(result.PresenceArray.toSorted(), supportPresences)]],
	},
	'02': {
		integration: genesys,
		runs: [
			[{ email: agent.email }, { userId: agent.id, displayName: agent.name, matches: 1 }],
			[{ email: 'no"body"@mockcloud.test' }, { userId: '', displayName: 'nobody', matches: 0 }],
		],
	},
	'03': {
		integration: genesys,
		stubs: [
			['POST', '/api/v2/conversations/callbacks', { body: { conversation: { id: 'c1' }, callbackIdentifiers: [{ type: 'ACD', id: 'first' }, { type: 'ACD', id: 'second' }] } }, {
				contains: { routingData: { queueId: 'q', priority: 3 }, callbackNumbers: ['+49 30'], callbackUserName: 'Ada "A"', callbackAutomated: true },
			}],
			['POST', '/api/v2/conversations/callbacks', { body: { callbackIdentifiers: [] } }, {
				contains: { routingData: { queueId: 'plain' }, callbackUserName: '', callbackAutomated: false },
			}],
		],
		runs: [
			[{ queueId: 'q', phone: '+49 30', priority: 3, customerName: 'Ada "A"', automated: true }, { conversationId: 'c1', firstCallbackId: 'first' }],
			[{ queueId: 'plain', phone: '+49 30' }, { conversationId: '', firstCallbackId: '' }],
		],
	},
	'04': {
		integration: genesys,
		stubs: [
			['GET', '/api/v2/routing/queues/q1/mediatypes/call/estimatedwaittime', { body: { results: [
				{ formula: 'ABANDON', estimatedWaitTimeSeconds: 99 }, { formula: 'BEST', estimatedWaitTimeSeconds: 42 },
			] } }],
			['GET', '/api/v2/routing/queues/q2/mediatypes/call/estimatedwaittime', { body: { results: [] } }],
		],
		runs: [
			[{ queueId: 'q1', mediaType: 'call' }, { seconds: 42, known: true }],
			[{ queueId: 'q2', mediaType: 'call' }, { seconds: -1, known: false }],
		],
	},
	'05': {
		integration: genesys,
		stubs: [['PUT', '/api/v2/flows/datatables/t/rows/Main%20Street', { body: { key: 'Main Street', Open: true, Note: 'a "note"' } }, {
			contains: { key: 'Main Street', Open: true, Note: 'a "note"' },
		}]],
		runs: [[{ tableId: 't', key: 'Main Street', open: true, note: 'a "note"' }, { key: 'Main Street', Open: true, Note: 'a "note"' }]],
	},
	'06': {
		integration: withLogin,
		stubs: [
			['POST', 'https://helpdesk.example.test/login', { body: { token_type: 'Bearer', access_token: 'fake-token-of-the-desk' } }, { containsText: 'grant_type=client_credentials' }],
			['POST', 'https://helpdesk.example.test/v1/tickets', { body: ticket }, { contains: { subject: 'Broken' } }],
		],
		runs: [[{ subject: 'Broken', traceId: 't1' }, ticket]],
	},
	'07': {
		integration: userDefined,
		stubs: [
			['POST', 'https://lookup.example.test/lookup', { body: { customers: [{ customer: { name: 'Ada' } }, { customer: { name: 'Ben' } }] } }, { containsText: 'phone=%2B49+30&city=K%C3%B6ln' }],
			['POST', 'https://lookup.example.test/lookup', { body: {} }, { containsText: 'phone=0&city=' }],
		],
		runs: [
			[{ phone: '+49 30', city: 'Köln' }, { names: ['Ada', 'Ben'], total: 2 }],
			[{ phone: '0' }, { names: [], total: 0 }],
		],
	},
	'08': {
		integration: genesys,
		stubs: [
			['POST', '/api/v2/analytics/queues/observations/query', { body: { results: [
				{ group: { queueId: 'q1', mediaType: 'voice' }, data: [{ metric: 'oWaiting', stats: { count: 5 } }, { metric: 'oInteracting', stats: { count: 2 } }] },
			] } }, { containsText: '"q1"' }],
			['POST', '/api/v2/analytics/queues/observations/query', { body: { results: [] } }, { containsText: '"q2"' }],
		],
		runs: [
			[{ queueId: 'q1' }, { waiting: 5, interacting: 2 }],
			[{ queueId: 'q2' }, { waiting: 0, interacting: 0 }],
		],
	},
	'09': {
		integration: genesys,
		runs: [
			[{ name: 'Call Back Later' }, [{ id: '6d6f636b-0011-4000-8000-000000000002', name: 'Call Back Later' }]],
			[{}, (codes) => {
				assert.ok(codes.length >= 3);
				for (const code of codes) assert.deepEqual(Object.keys(code), ['id', 'name']);
			}],
		],
	},
};

function check(result, wanted) {
	if (typeof wanted === 'function') wanted(result);
	else assert.deepEqual(result, wanted);
}

test('there is an expectation for each example', () => {
	assert.deepEqual(files.map((name) => name.slice(0, 2)), Object.keys(examples).toSorted());
});

for (const name of files) {
	test(`${name} is imported, runs and is exported again`, async () => {
		const file = read(name);
		const { integration, stubs = [], runs } = examples[name.slice(0, 2)];
		const registered = [];
		for (const stub of stubs) registered.push(await stubbed(server, ...stub));
		const imported = await control(server, 'POST', `/actions/import?integration=${integration.id}`, file);
		assert.equal(imported.name, file.name);
		assert.equal(imported.integrationId, integration.id);
		assert.equal(imported.published, false);
		assert.deepEqual(await integrations.getIntegrationsActionDraftValidation(imported.id), { valid: true, errors: [] });
		for (const [input, wanted] of runs) {
			const tested = await integrations.postIntegrationsActionDraftTest(imported.id, input);
			assert.equal(tested.success, true, JSON.stringify(tested));
			check(tested.finalResult, wanted);
		}
		await integrations.postIntegrationsActionDraftPublish(imported.id, { version: imported.version });
		for (const [input, wanted] of runs) check(await integrations.postIntegrationsActionExecute(imported.id, input), wanted);
		for (const stub of registered) assert.ok(await hitsOf(server, stub) > 0, `${stub.url} was not called`);
		assert.deepEqual(await control(server, 'GET', `/actions/export?action=${encodeURIComponent(file.name)}`), file);
		assert.deepEqual(await control(server, 'GET', `/actions/export?action=${imported.id}`), file);
	});

	test(`${name} can be published at once`, async () => {
		const file = { ...read(name), name: `Another ${name}` };
		const imported = await control(server, 'POST', `/actions/import?integration=${examples[name.slice(0, 2)].integration.id}&publish=true`, file);
		assert.equal(imported.published, true);
		const action = await integrations.getIntegrationsAction(imported.id, { expand: 'contract' });
		assert.equal(action.version, 1);
		assert.deepEqual(action.contract.input.inputSchema, file.contract.input.inputSchema);
		assert.deepEqual(action.contract.output.successSchema, file.contract.output.successSchema);
	});
}

test('what is no exported action is refused', async () => {
	const file = read(files[0]);
	const importing = (content, integration = genesys.id) => fetch(`${server.url}/_mockcloud/actions/import?integration=${encodeURIComponent(integration)}`, {
		method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(content),
	}).then(async (answer) => {
		const body = await answer.json();
		if (!answer.ok) throw body;
		return body;
	});
	const { actionType, ...untyped } = file;
	await refused(importing(untyped), { status: 400, code: 'bad.request', message: /actionType/ });
	const bare = structuredClone(file);
	delete bare.config.request.requestTemplate;
	await refused(importing(bare), { status: 400, code: 'bad.request', message: /missing the requesttemplate config request definition/ });
	await refused(importing(file, userDefined.id), { status: 400, code: 'bad.request', message: /purecloud-data-actions/ });
	await refused(importing(file, 'No such integration'), { status: 404, code: 'not.found' });
	await refused(importing([file]), { status: 400, code: 'bad.request' });
});
