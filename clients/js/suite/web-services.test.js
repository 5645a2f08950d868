// Data actions that call web services: what arrives there, what becomes of the answers, and log-ins of their own.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';

import { actionFailed, call, control, hitsOf, installed, plugged, published, stored, stubbed, web } from '../support/data-actions.js';
import { idsOf, refused } from '../support/expect.js';
import { startMockcloud } from '../support/mockcloud.js';
import { signedIn } from '../support/sdk.js';
import { startWebService } from '../support/web-service.js';

const server = await startMockcloud();
const admin = await signedIn(server);
const { integrations } = admin;
const execute = ({ id }, input = {}) => integrations.postIntegrationsActionExecute(id, input);
const fixture = (name) => JSON.parse(readFileSync(new URL(`../../../fixtures/actions/${name}`, import.meta.url)));

describe('a web service', async () => {
	const service = await startWebService(({ method, path, body }) => {
		switch (path.split('?')[0]) {
			case '/html': return { headers: { 'Content-Type': 'text/html' }, text: '<h1>Hello</h1>' };
			case '/text': return { headers: { 'Content-Type': 'text/plain' }, text: '"a JSON text all the same"' };
			case '/nothing': return { status: 204 };
			case '/never': return null;
			case '/moved': return { status: 302, headers: { Location: '/lookup' } };
			default: return { text: JSON.stringify({ method, path, body }) };
		}
	});
	const { url, requests } = service;
	const integration = await installed(admin, web);
	const actionOf = (method, path, more, changes) => published(admin, integration, call(method, url + path, more), changes);
	const lastRequest = () => requests.at(-1);

	test('gets the user name and the password', async () => {
		const credential = await stored(admin, 'basicAuth', { userName: 'somebody', password: 'fake-pass:word' });
		const action = await published(admin, await installed(admin, web, credential), call('GET', `${url}/lookup?phone=$esc.url("\${input.phone}")`));
		assert.deepEqual(await execute(action, { phone: '+49 30' }), { method: 'GET', path: '/lookup?phone=%2B49+30', body: '' });
		assert.equal(lastRequest().headers.authorization, `Basic ${Buffer.from('somebody:fake-pass:word').toString('base64')}`);
		assert.equal(lastRequest().headers['user-agent'], 'PureCloudIntegrations/1.0');
		assert.match(lastRequest().headers.accept, /json/);
	});

	test('gets a user name alone', async () => {
		const action = await published(admin, await installed(admin, web, await stored(admin, 'basicAuth', { userName: 'somebody' })), call('GET', url));
		await execute(action);
		assert.equal(lastRequest().headers.authorization, `Basic ${Buffer.from('somebody:').toString('base64')}`);
	});

	test('gets what the templates make of the fields of a credential', async () => {
		const credential = await stored(admin, 'userDefined', { baseUrl: url, tenant: 'north', key: 'fake-key-of-a-service' });
		const action = await published(admin, await installed(admin, web, credential), call('POST', '${credentials.baseUrl}/${credentials.tenant}/lookup', {
			headers: { 'X-Key': '${credentials.key}', 'Content-Type': 'application/x-www-form-urlencoded' }, body: 'name=$esc.urlFormEncode("${input.name}")',
		}));
		assert.deepEqual(await execute(action, { name: 'Ünal & Co' }), { method: 'POST', path: '/north/lookup', body: 'name=%C3%9Cnal+%26+Co' });
		assert.equal(lastRequest().headers['x-key'], 'fake-key-of-a-service');
		assert.equal(lastRequest().headers['content-type'], 'application/x-www-form-urlencoded');
		assert.equal(lastRequest().headers.authorization, undefined);
	});

	test('gets nothing of a credential by itself, unless that is basic authentication', async () => {
		await execute(await actionOf('GET', '/lookup'));
		assert.equal(lastRequest().headers.authorization, undefined);
	});

	test('gets the input as it is, without its nulls', async () => {
		const action = await actionOf('POST', '/tickets');
		const { body } = await execute(action, { subject: 'Line "1"\n€', amount: 12.5, urgent: true, note: null });
		assert.equal(body, '{"subject":"Line \\"1\\"\\n€","amount":12.5,"urgent":true}');
		assert.equal(lastRequest().headers['content-type'], 'application/json');
	});

	for (const method of ['PUT', 'PATCH', 'DELETE']) {
		test(`is called by ${method}`, async () => {
			assert.deepEqual(await execute(await actionOf(method, '/tickets/7', { body: '{"a":1}' })), { method, path: '/tickets/7', body: '{"a":1}' });
		});
	}

	test('gets no body by GET', async () => {
		assert.equal((await execute(await actionOf('GET', '/lookup', { body: '{"a":1}' }), { b: 2 })).body, '');
	});

	test('shows in a test what it was asked and what it said', async () => {
		const { id } = await actionOf('POST', '/tickets', { headers: { 'X-Trace': '$!{input.trace}' } });
		const { success, operations, finalResult } = await integrations.postIntegrationsActionTest(id, { subject: 'x' });
		assert.equal(success, true);
		assert.deepEqual(operations.map((o) => o.step), Array.from(operations, (_, n) => n + 1));
		assert.equal(operations[4].result, `${url}/tickets`);
		assert.deepEqual(operations[5].result, { 'X-Trace': '' });
		assert.deepEqual(operations[7].result, finalResult);
	});

	test('may answer with nothing', async () => {
		assert.deepEqual(await execute(await actionOf('DELETE', '/nothing')), {}); // Guess: the raw result of no content
	});

	test('may call its JSON something else', async () => {
		const { contract, config } = call('GET', `${url}/text`);
		config.response.successTemplate = '{"said": ${rawResult}}';
		assert.deepEqual(await execute(await published(admin, integration, { contract, config })), { said: 'a JSON text all the same' });
	});

	test('may lead elsewhere', async () => {
		assert.equal((await execute(await actionOf('GET', '/moved'))).path, '/lookup');
	});

	test('that answers with something other than JSON fails', async () => {
		const action = await actionOf('GET', '/html');
		const failure = { status: 400, code: 'bad.request', blame: 'ACTION.REMOTE_ENDPOINT' };
		const { message, errors, contextId } = await actionFailed(execute(action), failure);
		assert.equal(message, 'The request could not be understood by the server due to malformed syntax.');
		assert.deepEqual(errors.map(({ code, status }) => ({ code, status })), [{ code: 'BAD_REQUEST', status: 400 }]);
		assert.equal(errors[0].message, 'REST call for action execute failed. Message: Request to backend service failed. To see error details, '
			+ `use test mode to execute the action, or execute request in Postman or other REST tools. [${contextId}]`);
		const { error } = await integrations.postIntegrationsActionTest(action.id, {});
		assert.match(error.errors[0].message, /<h1>Hello<\/h1>/);
	});

	test('that takes longer than the action allows fails', async () => {
		const action = await actionOf('GET', '/never', { timeoutSeconds: 1 });
		await actionFailed(execute(action), { status: 504, code: 'request.timeout', message: 'The request timed out.', blame: 'ACTION.REMOTE_ENDPOINT' }); // Guess
		const { operations } = await integrations.postIntegrationsActionTest(action.id, {});
		assert.equal(operations.at(-1).name, 'Execute');
		assert.equal(operations.at(-1).error.code, 'request.timeout');
	});

	test('has 1 to 60 seconds', async () => {
		for (const timeoutSeconds of [-1, 61]) await refused(actionOf('GET', '/never', { timeoutSeconds }), { status: 400, code: 'bad.request' });
		assert.equal((await actionOf('GET', '/lookup', { timeoutSeconds: 60 })).config.timeoutSeconds, 60);
	});

	test('that does not listen fails, and the message says so', async () => {
		const action = await published(admin, integration, call('GET', 'http://127.0.0.1:1/'));
		const { errors } = await actionFailed(execute(action), { status: 400, code: 'bad.request', blame: 'ACTION.REMOTE_ENDPOINT' });
		assert.match(errors[0].message, /127\.0\.0\.1:1/);
	});

	test('gets JSON wishes alone', async () => {
		await refused(actionOf('GET', '/lookup', { headers: { Accept: 'text/html' } }), {
			status: 400, code: 'invalid.schema', message: /The 'Accept' header only supports json content types when specified/,
		});
		await execute(await actionOf('GET', '/lookup', { headers: { Accept: 'application/vnd.example+json' } }));
		assert.equal(lastRequest().headers.accept, 'application/vnd.example+json');
	});
});

describe('a refusal of a web service', async () => {
	const service = await startWebService(({ path }) => ({ status: Number(path.slice(1)), text: '{"reason":"for a reason"}' }));
	const integration = await installed(admin, web);

	// Guess: all but 400 and 403.
	for (const [status, as, code] of [
		[400, 400, 'bad.request'],
		[401, 401, 'bad.credentials'],
		[403, 403, 'not.authorized'],
		[404, 404, 'not.found'],
		[409, 409, 'request.conflict'],
		[418, 400, 'bad.request'],
		[422, 400, 'bad.request'],
		[429, 429, 'too.many.requests'],
		[500, 500, 'internal.server.error'],
		[503, 500, 'internal.server.error'],
	]) {
		test(`with ${status} is answered with ${as} ${code}`, async () => {
			const action = await published(admin, integration, call('GET', `${service.url}/${status}`));
			const before = service.requests.length;
			const { errors } = await actionFailed(execute(action), { status: as, code, blame: 'ACTION.REMOTE_ENDPOINT' });
			assert.equal(service.requests.length, before + 1, 'it is not asked again');
			assert.ok(!JSON.stringify(errors).includes('for a reason'), 'what was answered is told by tests alone');
			const { error } = await integrations.postIntegrationsActionTest(action.id, {});
			assert.equal(error.status, as);
			assert.equal(error.code, code);
			assert.match(error.errors[0].message, /^REST call for action execute failed\. Message: Request to backend service failed\. {2}Response from web service: \{"reason":"for a reason"\}/);
		});
	}
});

describe('a stub', async () => {
	const integration = await installed(admin, web);

	test('answers in place of a service that nobody can reach', async () => {
		const action = await published(admin, integration, call('GET', 'https://crm.example.test/customers/${input.id}'));
		const { errors } = await actionFailed(execute(action, { id: '7' }), { status: 400, code: 'bad.request', blame: 'ACTION.REMOTE_ENDPOINT' });
		assert.match(errors[0].message, /crm\.example\.test/);
		assert.match(errors[0].message, /Register a stub/);
		const stub = await stubbed(server, 'GET', 'https://crm.example.test/customers/7', { body: { name: 'Ada' } });
		assert.deepEqual(await execute(action, { id: '7' }), { name: 'Ada' });
		assert.equal(await hitsOf(server, stub), 1);
		await actionFailed(execute(action, { id: '8' }), { status: 400, code: 'bad.request', blame: 'ACTION.REMOTE_ENDPOINT' });
		await control(server, 'DELETE', `/stubs/${stub.id}`);
		await actionFailed(execute(action, { id: '7' }), { status: 400, code: 'bad.request', blame: 'ACTION.REMOTE_ENDPOINT' });
	});

	test('may refuse, or say what is no JSON, or take too long', async () => {
		const action = await published(admin, integration, call('GET', 'https://moody.example.test/', { timeoutSeconds: 1 }));
		for (const [response, status, code] of [
			[{ status: 403, body: { no: 'thanks' } }, 403, 'not.authorized'],
			[{ text: 'Hello' }, 400, 'bad.request'],
			[{ delayMilliseconds: 5000 }, 504, 'request.timeout'],
		]) {
			await stubbed(server, 'GET', 'https://moody.example.test/', response);
			await actionFailed(execute(action), { status, code, blame: 'ACTION.REMOTE_ENDPOINT' });
		}
	});

	test('answers for what mockcloud does not run', async () => {
		const arn = 'arn:aws:lambda:eu-central-1:000000000000:function:fake';
		const credential = await stored(admin, 'amazonWebServicesARN', { ARN: 'arn:aws:iam::000000000000:role/fake' });
		const lambda = await integrations.postIntegrations({ body: { integrationType: { id: 'aws-lambda-data-actions' } } });
		const config = await integrations.getIntegrationConfigCurrent(lambda.id);
		await integrations.putIntegrationConfigCurrent(lambda.id, { body: { ...config, credentials: { AmazonWebServicesARN: { id: credential.id } } } });
		await integrations.patchIntegration(lambda.id, { body: { intendedState: 'ENABLED' } });
		const action = await published(admin, lambda, call('POST', arn));
		const { message } = await actionFailed(execute(action, { x: 1 }), { status: 400, code: 'bad.request', blame: 'ACTION.REMOTE_ENDPOINT' });
		assert.match(message, /register a stub/);
		await stubbed(server, 'POST', arn, { body: { squared: 1 } }, { contains: { x: 1 } });
		assert.deepEqual(await execute(action, { x: 1 }), { squared: 1 });
	});
});

describe('a log-in of its own', async () => {
	let issued = 0;
	const help = await startWebService(({ path, headers, body }) => {
		if (path === '/login') {
			const right = headers.authorization === `Basic ${Buffer.from('desk:fake-secret-of-the-desk').toString('base64')}` && body === 'grant_type=client_credentials';
			if (!right) return { status: 401, text: '{"error":"invalid_client"}' };
			issued++;
			return { text: JSON.stringify({ token_type: 'Bearer', access_token: `fake-token-of-the-desk-${issued}` }) };
		}
		const valid = headers.authorization === `Bearer fake-token-of-the-desk-${issued}`;
		return valid ? { text: '{"ticket":{"id":"7"}}' } : { status: 401, text: '{"error":"invalid_token"}' };
	});
	const fields = { loginUrl: `${help.url}/login`, clientId: 'desk', clientSecret: 'fake-secret-of-the-desk' };
	const authID = ({ id }) => `customAuth_-_${id}`;
	const ticket = call('POST', `${help.url}/tickets`, { headers: { Authorization: '${authResponse.token_type} ${authResponse.access_token}' } });
	const logins = () => help.requests.filter((r) => r.path === '/login').length;
	const oauthIntegration = async (changes) => installed(admin, web, await stored(admin, 'userDefinedOAuth', { ...fields, ...changes }));

	test('appears with the credential, and goes with it', async () => {
		const integration = await installed(admin, web);
		const id = authID(integration);
		await refused(integrations.getIntegrationsAction(id), { status: 404, code: 'not.found' });
		await plugged(admin, integration, await stored(admin, 'userDefinedOAuth', fields));
		const action = await integrations.getIntegrationsAction(id, { includeConfig: true });
		assert.equal(action.id, id);
		assert.equal(action.version, 1);
		assert.equal(action.integrationId, integration.id);
		assert.equal(action.name, `Custom Auth - ${integration.name}`); // Guess: the name
		await plugged(admin, integration, await stored(admin, 'basicAuth', { userName: 'somebody' }));
		await refused(integrations.getIntegrationsAction(id), { status: 404, code: 'not.found' });
		await plugged(admin, integration, await stored(admin, 'userDefinedOAuth', fields));
		await integrations.deleteIntegration(integration.id);
		await refused(integrations.getIntegrationsAction(id), { status: 404, code: 'not.found' });
	});

	test('is listed where it is asked for', async () => {
		const id = authID(await oauthIntegration());
		assert.ok(!idsOf(await integrations.getIntegrationsActions({ pageSize: 500 })).includes(id));
		assert.ok(!idsOf(await integrations.getIntegrationsActions({ pageSize: 500, includeAuthActions: 'false' })).includes(id));
		assert.ok(idsOf(await integrations.getIntegrationsActions({ pageSize: 500, includeAuthActions: 'true' })).includes(id));
	});

	test('can be tested, and not executed', async () => {
		const id = authID(await oauthIntegration());
		await refused(integrations.postIntegrationsActionExecute(id, {}), { status: 404, code: 'not.found' });
		const tested = await integrations.postIntegrationsActionTest(id, {});
		assert.equal(tested.success, true, JSON.stringify(tested.error));
		assert.equal(tested.finalResult.token_type, 'Bearer');
		assert.ok(!JSON.stringify(tested).includes(fields.clientSecret));
	});

	test('is changed without its contract', async () => {
		const id = authID(await oauthIntegration());
		const { _about, ...body } = fixture('10-custom-auth-patch.json');
		const changed = await integrations.patchIntegrationsAction(id, body);
		assert.equal(changed.version, 2);
		assert.equal(changed.name, 'Login for help desk');
		assert.equal((await integrations.postIntegrationsActionTest(id, {})).success, true);

		const draft = await integrations.postIntegrationsActionDraft(id);
		const { contract, secure, ...rest } = draft;
		const next = await integrations.patchIntegrationsActionDraft(id, { ...rest, name: 'Log-in' });
		assert.equal((await integrations.postIntegrationsActionDraftPublish(id, next)).version, 3);
	});

	test('runs once for many calls, and again when it is refused', async () => {
		const action = await published(admin, await oauthIntegration(), ticket);
		const before = logins();
		for (let n = 0; n < 3; n++) assert.deepEqual(await execute(action), { ticket: { id: '7' } });
		assert.equal(logins(), before + 1);
		issued++; // as if somebody else had logged in, which ends the token
		assert.deepEqual(await execute(action), { ticket: { id: '7' } });
		assert.equal(logins(), before + 2);
	});

	test('shows its token to nobody', async () => {
		const action = await published(admin, await oauthIntegration(), ticket);
		const tested = await integrations.postIntegrationsActionTest(action.id, {});
		assert.equal(tested.success, true, JSON.stringify(tested.error));
		const shown = JSON.stringify(tested);
		for (const text of ['fake-token-of-the-desk', fields.clientSecret]) assert.ok(!shown.includes(text), shown);
	});

	test('that fails is a failure to authenticate', async () => {
		const integration = await oauthIntegration({ clientSecret: 'fake-and-wrong' });
		assert.equal(integration.reportedState.code, 'ACTIVE');
		const action = await published(admin, integration, ticket);
		const { errors } = await actionFailed(execute(action), { status: 400, code: 'invalid.credentials', blame: 'ACTION.AUTHENTICATION' });
		assert.equal(errors[0].code, 'INVALID_CREDENTIALS');
		assert.match(errors[0].message, /invalid_client/);
		const { operations } = await integrations.postIntegrationsActionTest(action.id, {});
		assert.equal(operations.at(-1).name, 'Perform authentication');
	});

	test('opens the help desk of the examples', async () => {
		const integration = await oauthIntegration();
		const { id } = await control(server, 'POST', `/actions/import?integration=${integration.id}&publish=true`, fixture('06-ticket-web-service-nested-output.json'));
		const stub = await stubbed(server, 'POST', 'https://helpdesk.example.test/v1/tickets', { body: { ticket: { id: '7', owner: { name: 'Ada' } } } }, { contains: { subject: 'Broken' } });
		const result = await execute({ id }, { subject: 'Broken' });
		assert.deepEqual(result, { ticket: { id: '7', owner: { name: 'Ada' } } });
		assert.equal(await hitsOf(server, stub), 1);
	});
});
