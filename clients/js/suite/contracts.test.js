// What goes into data actions and what comes out: contracts, the files of templates and schemas, flattening, limits.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import {
	call, contractOf, installed, platform, presenceOutput, presences, published, queueInput, stored, stubbed, web,
} from '../support/data-actions.js';
import { refused } from '../support/expect.js';
import { startMockcloud } from '../support/mockcloud.js';
import { signedIn } from '../support/sdk.js';
import { startWebService } from '../support/web-service.js';

const server = await startMockcloud();
const admin = await signedIn(server);
const { integrations } = admin;
const integration = await installed(admin, platform);
const services = await installed(admin, web);

/** Reads a path as a client without the SDK would, which changes nothing of the text. */
async function textOf(path) {
	const answer = await fetch(server.url + path, { headers: { Authorization: `Bearer ${admin.token}`, Accept: '*/*' } });
	assert.equal(answer.status, 200);
	return { type: answer.headers.get('content-type'), text: await answer.text() };
}

describe('a contract', () => {
	const object = (properties) => ({ type: 'object', properties, additionalProperties: true });

	for (const [what, schema] of [
		['an object inside', object({ inner: { type: 'object', properties: {} } })],
		['an array inside', object({ inner: { type: 'array', items: { type: 'string' } } })],
		['a name that begins with a digit', object({ '1st': { type: 'string' } })],
		['an array as a whole', { type: 'array', items: { type: 'string' } }],
	]) {
		test(`takes no input with ${what}`, async () => {
			const { config } = presences;
			await refused(published(admin, integration, { contract: contractOf(presenceOutput, schema), config }), { status: 400, code: 'invalid.schema' });
		});
	}

	test('says of an object inside exactly what users have quoted', async () => {
		const { config } = presences;
		const schema = object({ inner: { type: 'object' } });
		await refused(published(admin, integration, { contract: contractOf(presenceOutput, schema), config }), {
			status: 400, code: 'invalid.schema',
			message: 'Failed Validation of contract.input.inputSchema as a simple properties schema. Must be an Object with properties and no sub-objects. '
				+ 'JSON failed schema validation for the following reasons: Schema: # @/properties/properties/patternProperties/^[a-zA-Z][a-zA-Z0-9_-]*$/properties/type. '
				+ 'Error location: /properties/inner/type. instance value ("object") not found in enum (possible values: ["boolean","integer","null","number","string"])',
		});
	});

	test('takes arrays as output, at the root and inside', async () => {
		for (const schema of [
			{ type: 'array', items: object({ id: { type: 'string' } }) },
			object({ list: { type: 'array', items: object({ id: { type: 'string' } }) } }),
			object({ pair: { type: 'array', items: [{ type: 'string' }, { type: 'integer' }] } }),
		]) {
			const { config } = presences;
			const { id } = await published(admin, integration, { contract: contractOf(schema), config });
			assert.deepEqual(await integrations.getIntegrationsActionSchema(id, 'successschema.json'), schema);
		}
	});

	test('holds for what is sent and for what comes out', async () => {
		const stub = await stubbed(server, 'GET', 'https://numbers.example.test/', { body: { n: 'no number' } });
		const action = await published(admin, services, call('GET', 'https://numbers.example.test/'), {
			contract: contractOf(object({ n: { type: 'integer' } }), { ...object({ id: { type: 'string' } }), required: ['id'] }),
		});
		const run = (input) => integrations.postIntegrationsActionExecute(action.id, input);
		for (const input of [{}, { id: 7 }, { id: null }]) {
			const { details } = await refused(run(input), { status: 400, code: 'invalid.schema' });
			assert.deepEqual(details, [{ errorCode: 'ACTION.PROCESSING' }]);
		}
		for (const input of [{ id: 'x', more: { deep: true } }, { id: 'x', more: [1] }, [{ id: 'x' }]]) {
			const { details: blame } = await refused(run(input), { status: 400, code: 'bad.request' }); // Guess: the code
			assert.deepEqual(blame, [{ errorCode: 'ACTION.PROCESSING' }]);
		}
		const { details } = await refused(run({ id: 'x' }), { status: 400, code: 'invalid.schema' });
		assert.deepEqual(details, [{ errorCode: 'ACTION.PROCESSING' }]);
		await stubbed(server, 'GET', stub.url, { body: { n: 7 } });
		assert.deepEqual(await run({ id: 'x', more: null }), { n: 7 });
	});

	test('says in plain words that an input is not flat', async () => {
		const { id } = await published(admin, services, call('GET', 'https://numbers.example.test/'));
		await refused(integrations.postIntegrationsActionExecute(id, { deep: {} }), { status: 400, code: 'bad.request', message: /^The request body must be a flat JSON object/ });
	});

	for (const name of ['rawRequest', 'orgId', 'integrationId']) {
		test(`leaves the name ${name} to the service`, async () => {
			const { config } = presences;
			await refused(published(admin, integration, { contract: contractOf(presenceOutput, object({ [name]: { type: 'string' } })), config }), { status: 400, code: 'invalid.schema' });
		});
	}
});

describe('what actions cannot do', () => {
	const execute = ({ id }, input = {}) => integrations.postIntegrationsActionExecute(id, input);

	test('is to call each other without end', async () => {
		const credential = await stored(admin, 'pureCloudOAuthClient', { clientId: server.admin.id, clientSecret: server.admin.secret });
		const action = await published(admin, await installed(admin, platform, credential), call('POST', '/api/v2/integrations/actions/${input.id}/execute'));
		const { details } = await refused(execute(action, { id: action.id }), { status: 400, code: 'bad.request' });
		assert.deepEqual(details, [{ errorCode: 'ACTION.REMOTE_ENDPOINT' }]);
	});

	test('is to read more than 2 MB', async () => {
		const service = await startWebService(() => ({ text: JSON.stringify('x'.repeat(2_000_000)) }));
		const { details, errors } = await refused(execute(await published(admin, services, call('GET', service.url))), { status: 400, code: 'bad.request' });
		assert.deepEqual(details, [{ errorCode: 'ACTION.REMOTE_ENDPOINT' }]);
		assert.match(errors[0].message, /2 MB/);
	});

	test('is to fill in a name that there is not', async () => {
		const action = await published(admin, services, call('GET', 'https://x.example.test/${nothing}'));
		const { details, errors } = await refused(execute(action), { status: 400, code: 'invalid.substitution' });
		assert.deepEqual(details, [{ errorCode: 'ACTION.PROCESSING' }]);
		assert.match(errors[0].message, /Variable \$nothing has not been set at requestUrlTemplate\[line 1, column 24\]/);
	});

	test('is to use a directive that the product does not have', async () => {
		for (const directive of ['#foreach($x in $y)$x#end', '#macro(m)#end', '#include("x")', '#parse("x")', '#evaluate("x")']) {
			await refused(published(admin, services, call('POST', 'https://x.example.test/', { body: directive })), { status: 400, code: 'bad.request' }); // Guess: refused at once
		}
	});

	test('is to leave the Platform API with its token', async () => {
		const credential = await stored(admin, 'pureCloudOAuthClient', { clientId: server.admin.id, clientSecret: server.admin.secret });
		const own = await installed(admin, platform, credential);
		await refused(execute(await published(admin, own, call('GET', 'https://elsewhere.example.test/api/v2/users'))), { status: 400, code: 'bad.request' }); // Guess
		assert.ok((await execute(await published(admin, own, call('GET', `${server.url}/api/v2/routing/queues`)))).entities.length > 0);
	});
});

describe('the files of an action', () => {
	const template = '{\n  "key": "$!{input.QueueID}"\n}\n';
	const { contract } = presences;
	const config = {
		timeoutSeconds: 20,
		request: { requestUrlTemplate: '/api/v2/routing/queues', requestType: 'POST', headers: { 'X-Header': 'x' }, requestTemplate: template },
		response: presences.config.response,
	};

	test('are templates as raw text', async () => {
		const { id } = await published(admin, integration, { contract, config });
		const { type, text } = await textOf(`/api/v2/integrations/actions/${id}/templates/requesttemplate.vm`);
		assert.match(type, /^text\/plain/);
		assert.equal(text, template);
		assert.equal(await integrations.getIntegrationsActionTemplate(id, 'successtemplate.vm'), '{"PresenceArray" : $Presence}');
		await integrations.postIntegrationsActionDraft(id);
		assert.equal((await textOf(`/api/v2/integrations/actions/${id}/draft/templates/requesttemplate.vm`)).text, template);
		await refused(integrations.getIntegrationsActionTemplate(id, 'other.vm'), { status: 404, code: 'not.found' });
	});

	test('are schemas letter by letter', async () => {
		const { id } = await published(admin, integration, { contract, config });
		const { type, text } = await textOf(`/api/v2/integrations/actions/${id}/schemas/inputschema.json`);
		assert.match(type, /^application\/json/);
		assert.equal(text.trim(), JSON.stringify(queueInput));
		assert.deepEqual(await integrations.getIntegrationsActionSchema(id, 'successschema.json'), presenceOutput);
		await integrations.postIntegrationsActionDraft(id);
		assert.deepEqual(await integrations.getIntegrationsActionDraftSchema(id, 'inputschema.json'), queueInput);
		await refused(integrations.getIntegrationsActionSchema(id, 'other.json'), { status: 404, code: 'not.found' });
	});

	test('keep the order of what is described where the whole action is sent back', async () => {
		const inputSchema = { type: 'object', title: 'Ordered', properties: { zulu: { type: 'string' }, alfa: { type: 'number', default: 1.5 } }, description: '<&>' };
		const draft = await integrations.postIntegrationsActionsDrafts({ name: 'Ordered', integrationId: integration.id });
		draft.contract = contractOf(presenceOutput, inputSchema);
		await integrations.patchIntegrationsActionDraft(draft.id, draft);
		const { text } = await textOf(`/api/v2/integrations/actions/${draft.id}/draft/schemas/inputschema.json`);
		assert.equal(text.trim(), JSON.stringify(inputSchema));
	});

	test('are named where the action is read, and shown where they are asked for', async () => {
		const { id } = await published(admin, integration, { contract, config });
		const base = `/api/v2/integrations/actions/${id}`;
		const plain = await integrations.getIntegrationsAction(id);
		assert.deepEqual(plain.contract, {
			input: { inputSchemaUri: `${base}/schemas/inputschema.json` }, output: { successSchemaUri: `${base}/schemas/successschema.json` },
		});
		assert.ok(!('config' in plain));

		const expanded = await integrations.getIntegrationsAction(id, { expand: 'contract' });
		assert.deepEqual(expanded.contract.input.inputSchema, queueInput);
		assert.deepEqual(expanded.contract.output.successSchema, presenceOutput);

		const { config: shown } = await integrations.getIntegrationsAction(id, { includeConfig: true });
		assert.deepEqual(shown, {
			timeoutSeconds: 20,
			request: {
				requestUrlTemplate: '/api/v2/routing/queues', requestType: 'POST', headers: { 'X-Header': 'x' },
				requestTemplateUri: `${base}/templates/requesttemplate.vm`,
			},
			response: {
				translationMap: presences.config.response.translationMap, translationMapDefaults: presences.config.response.translationMapDefaults,
				successTemplateUri: `${base}/templates/successtemplate.vm`,
			},
		});
	});
});

describe('flattening', () => {
	const successSchema = {
		type: 'object', additionalProperties: true,
		properties: {
			ticket: { type: 'object', properties: { id: { type: 'string' }, owner: { type: 'object', properties: { name: { type: 'string' } } } } },
			tags: { type: 'array', items: { type: 'string' } },
			history: { type: 'array', items: { type: 'object', properties: { at: { type: 'string' }, by: { type: 'string' } } } },
		},
	};
	const answer = {
		ticket: { id: '7', owner: { name: 'Ada' } }, tags: ['new', 'red'], history: [{ at: 'dawn', by: 'Ada' }, { at: 'noon', by: 'Ben' }],
	};
	const flat = { 'ticket.id': '7', 'ticket.owner.name': 'Ada', tags: ['new', 'red'], 'history.at': ['dawn', 'noon'], 'history.by': ['Ada', 'Ben'] };

	test('joins keys with dots, in results and in schemas', async () => {
		await stubbed(server, 'GET', 'https://tickets.example.test/7', { body: answer });
		const { id } = await published(admin, services, call('GET', 'https://tickets.example.test/7'), { contract: contractOf(successSchema, { type: 'object', properties: {} }) });
		assert.deepEqual(await integrations.postIntegrationsActionExecute(id, {}), answer);
		// Guess: the form of arrays of objects.
		assert.deepEqual(await integrations.postIntegrationsActionExecute(id, {}, { flatten: true }), flat);
		assert.deepEqual((await integrations.postIntegrationsActionTest(id, {}, { flatten: true })).finalResult, flat);

		const { contract } = await integrations.getIntegrationsAction(id, { expand: 'contract', flatten: true });
		const { schema, arrayProperties } = contract.output.successSchemaFlattened;
		assert.deepEqual(Object.keys(schema.properties).toSorted(), Object.keys(flat).toSorted());
		assert.deepEqual(arrayProperties.toSorted(), ['history.at', 'history.by', 'tags']);
		assert.deepEqual(contract.input.inputSchemaFlattened.properties, {});
		const file = await integrations.getIntegrationsActionSchema(id, 'successschema.json', { flatten: true });
		assert.deepEqual(file, schema);
	});
});
