// The data actions workshop from its first step to its last, and what the role of its OAuth client decides.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import {
	actionFailed, enabled, installed, platform, plugged, presences, published, stored, supportPresences, supportQueue,
} from '../support/data-actions.js';
import { namesOf, refused, roleNamed, uuid } from '../support/expect.js';
import { startMockcloud } from '../support/mockcloud.js';
import { asUser, signedIn } from '../support/sdk.js';

const server = await startMockcloud();
const admin = await signedIn(server);
const adminUser = await asUser(server, server.adminEmail);
const { integrations } = admin;

/** Makes a role with these permissions of the domain routing, which the administrator then may give away. */
async function routingRole(name, entityName, ...actionSet) {
	const role = await adminUser.authorization.postAuthorizationRoles({ name, permissionPolicies: [{ domain: 'routing', entityName, actionSet }] });
	const { id } = await adminUser.users.getUsersMe();
	await adminUser.authorization.postAuthorizationSubjectBulkadd(id, { grants: [{ roleId: role.id, divisionId: '*' }] });
	return role;
}

function machine(name, ...roles) {
	return adminUser.oauth.postOauthClients({
		name, authorizedGrantType: 'CLIENT-CREDENTIALS', roleDivisions: roles.map(({ id }) => ({ roleId: id, divisionId: '*' })),
	});
}

const seesQueues = await routingRole('Sees queues', 'queue', 'view');

test('the workshop', async (t) => {
	const oauthClient = await machine('Workshop', seesQueues);
	let integration;
	let action; // as it was answered last
	const input = { QueueID: supportQueue };

	await t.test('installs Genesys Cloud Data Actions by the id of the type alone', async () => {
		integration = await integrations.postIntegrations({ body: { integrationType: { id: platform } } });
		assert.match(integration.id, uuid);
		assert.equal(integration.name, 'Genesys Cloud Data Actions');
		assert.equal(integration.integrationType.id, platform);
		assert.equal(integration.integrationType.category, 'Data Actions');
		assert.equal(integration.intendedState, 'DISABLED');
		assert.equal(integration.reportedState.code, 'INACTIVE');
		assert.deepEqual(await integrations.getIntegration(integration.id, { expand: ['config.current'] }), integration);
	});

	await t.test('finds a configuration that is complete and empty', async () => {
		const { name, version, notes, properties, advanced, credentials } = await integrations.getIntegrationConfigCurrent(integration.id);
		assert.deepEqual({ name, version, notes, properties, advanced, credentials }, {
			name: 'Genesys Cloud Data Actions', version: 1, notes: '', properties: {}, advanced: {}, credentials: {},
		});
	});

	await t.test('stores the OAuth client as a credential and plugs it in', async () => {
		const credential = await integrations.postIntegrationsCredentials({ body: {
			name: `Integration-${integration.id}`, type: { name: 'pureCloudOAuthClient' },
			credentialFields: { clientId: oauthClient.id, clientSecret: oauthClient.secret },
		} });
		const config = await integrations.putIntegrationConfigCurrent(integration.id, { body: {
			name: 'Presences', notes: '', version: 1, properties: {}, advanced: {}, credentials: { pureCloudOAuthClient: { id: credential.id } },
		} });
		assert.equal(config.version, 2);
		assert.equal(config.name, 'Presences');
		assert.equal(config.credentials.pureCloudOAuthClient.id, credential.id);
		assert.equal(config.credentials.pureCloudOAuthClient.type.name, 'pureCloudOAuthClient');
	});

	await t.test('switches the integration on', async () => {
		const on = await integrations.patchIntegration(integration.id, { body: { intendedState: 'ENABLED' } });
		assert.equal(on.intendedState, 'ENABLED');
		assert.equal(on.reportedState.code, 'ACTIVE');
		assert.equal(on.name, 'Presences');
	});

	await t.test('begins a draft with a name and an integration', async () => {
		action = await integrations.postIntegrationsActionsDrafts({ name: 'Agent presences', integrationId: integration.id });
		assert.match(action.id, /^custom_-_/);
		assert.equal(action.version, 1);
		assert.equal(action.category, 'Presences');
		assert.equal(action.secure, false);
		assert.equal(action.config.request.requestType, 'GET');
		await refused(integrations.getIntegrationsAction(action.id), { status: 404, code: 'not.found' });
	});

	await t.test('gives it a contract and a configuration, with the deliberate mistake', async () => {
		const { contract, config } = structuredClone(presences);
		config.response.successTemplate = '{"PresenceArray" : $Presences}';
		action = await integrations.patchIntegrationsActionDraft(action.id, { ...action, contract, config });
		assert.equal(action.version, 2);
		assert.deepEqual(action.contract.input.inputSchema, contract.input.inputSchema);
		assert.deepEqual(action.contract.output.successSchema, contract.output.successSchema);
		assert.deepEqual(action.config.response.translationMap, config.response.translationMap);
	});

	await t.test('sees the mistake at step 10 of a test', async () => {
		const { body, headers, status } = await admin.extended().integrations.postIntegrationsActionDraftTest(action.id, input, { flatten: true });
		assert.equal(status, 200);
		assert.equal(body.success, false);
		assert.ok(!('finalResult' in body));
		const wanted = {
			message: "Transform failed to process result using 'successTemplate' template due to error:'Variable $Presences has not been set "
				+ "at successTemplate[line 1, column 20]'\n Template:'{\"PresenceArray\" : $Presences}'.",
			code: 'bad.request', status: 400, messageParams: {}, contextId: headers['inin-correlation-id'],
			details: [{ errorCode: 'ACTION.PROCESSING' }], errors: [],
		};
		assert.deepEqual(body.error, wanted);
		assert.deepEqual(body.operations.map((o) => [o.step, o.name, o.success]), [
			[1, 'Validate request body contains simple json (key-value pairs)', true],
			[2, 'Validate draft definition', true],
			[3, 'Validate request body against simple input schema', true],
			[4, 'Perform authentication', true],
			[5, 'Resolve request URL template', true],
			[6, 'Resolve request header templates', true],
			[7, 'Resolve request body template', true],
			[8, 'Execute', true],
			[9, 'Resolve translation map', true],
			[10, 'Apply output transformation', false], // Guess: the name of this step
		]);
		assert.equal(body.operations[4].result, `/api/v2/routing/queues/${supportQueue}/members?expand=presence`);
		assert.deepEqual(JSON.parse(body.operations[8].result.Presence).toSorted(), supportPresences);
		assert.deepEqual(body.operations[9].error, wanted);
	});

	await t.test('mends it by sending the whole object back', async () => {
		action.config.response.successTemplate = '{"PresenceArray" : $Presence}';
		action = await integrations.patchIntegrationsActionDraft(action.id, action);
		assert.equal(action.version, 3);
		assert.equal(await integrations.getIntegrationsActionDraftTemplate(action.id, 'successtemplate.vm'), '{"PresenceArray" : $Presence}');
		assert.equal(await integrations.getIntegrationsActionDraftTemplate(action.id, 'requesttemplate.vm'), '${input.rawRequest}');
		assert.deepEqual(await integrations.getIntegrationsActionDraftValidation(action.id), { valid: true, errors: [] });
	});

	await t.test('tests it with success', async () => {
		const tested = await integrations.postIntegrationsActionDraftTest(action.id, input, { flatten: true });
		assert.equal(tested.success, true, JSON.stringify(tested.error));
		assert.ok(tested.operations.every((o) => o.success));
		assert.deepEqual(tested.finalResult.PresenceArray.toSorted(), supportPresences);
	});

	await t.test('publishes it by sending the whole object', async () => {
		const draftVersion = action.version;
		action = await integrations.postIntegrationsActionDraftPublish(action.id, action);
		assert.equal(draftVersion, 3);
		assert.equal(action.version, 1, 'published versions count separately');
		await refused(integrations.getIntegrationsActionDraft(action.id), { status: 404, code: 'not.found' });
		assert.deepEqual(namesOf(await integrations.getIntegrationsActions({ category: 'Presences' })), ['Agent presences']);
	});

	await t.test('executes it', async () => {
		const result = await integrations.postIntegrationsActionExecute(action.id, input);
		assert.deepEqual(Object.keys(result), ['PresenceArray']);
		assert.deepEqual(result.PresenceArray.toSorted(), supportPresences);
		const { entities } = await admin.routing.getRoutingQueueMembers(supportQueue, { expand: ['presence'] });
		assert.deepEqual(entities.map((m) => m.user.presence.presenceDefinition.systemPresence), result.PresenceArray);
	});

	await t.test('sees that somebody takes a break', async () => {
		const { entities } = await admin.routing.getRoutingQueueMembers(supportQueue, { expand: ['presence'] });
		const available = entities.find((m) => m.user.presence.presenceDefinition.systemPresence === 'Available');
		const definitions = await admin.presence.getPresenceDefinitions0();
		const pause = definitions.entities.find((d) => d.systemPresence === 'Break');
		const before = await admin.presence.getUserPresence(available.id, 'PURECLOUD');
		await admin.presence.patchUserPresence(available.id, 'PURECLOUD', { presenceDefinition: { id: pause.id } });
		const result = await integrations.postIntegrationsActionExecute(action.id, input);
		assert.deepEqual(result.PresenceArray.toSorted(), ['Break', 'Meal', 'Offline', 'On Queue']);
		await admin.presence.patchUserPresence(available.id, 'PURECLOUD', { presenceDefinition: { id: before.presenceDefinition.id } });
	});

	await t.test('changes what is published by a new draft', async () => {
		let draft = await integrations.postIntegrationsActionDraft(action.id);
		assert.equal(draft.id, action.id);
		draft.name = 'Presences of a queue';
		delete draft.contract;
		draft = await integrations.patchIntegrationsActionDraft(draft.id, draft);
		assert.equal((await integrations.getIntegrationsAction(action.id)).name, 'Agent presences');
		const next = await integrations.postIntegrationsActionDraftPublish(draft.id, { version: draft.version });
		assert.equal(next.version, 2);
		assert.equal((await integrations.getIntegrationsAction(action.id)).name, 'Presences of a queue');
	});
});

describe('what an action may do', () => {
	const input = { QueueID: supportQueue };

	/** The workshop's action with an OAuth client of its own. */
	async function actionOf(oauthClient) {
		const credential = await stored(admin, 'pureCloudOAuthClient', { clientId: oauthClient.id, clientSecret: oauthClient.secret });
		return published(admin, await installed(admin, platform, credential), presences);
	}

	test('is decided by the roles of its OAuth client, at once', async () => {
		const oauthClient = await machine('No queues', await roleNamed(admin, 'employee'));
		const action = await actionOf(oauthClient);
		const refusal = { status: 403, code: 'not.authorized', blame: 'ACTION.REMOTE_ENDPOINT' };
		const { errors: [inner] } = await actionFailed(integrations.postIntegrationsActionExecute(action.id, input), refusal);
		assert.equal(inner.status, 403);
		assert.match(inner.message, /^REST call for action execute failed\. Message: Request to backend service failed\. To see error details, use test mode/);

		const { operations } = await integrations.postIntegrationsActionTest(action.id, input);
		assert.equal(operations.length, 8);
		assert.equal(operations[7].error.code, 'not.authorized');
		assert.match(operations[7].error.errors[0].message, /routing:queue:view/, 'a test shows what was answered');

		const grants = [{ roleId: seesQueues.id, divisionId: '*' }];
		const type = { subjectType: 'PC_OAUTH_CLIENT' };
		await adminUser.authorization.postAuthorizationSubjectBulkadd(oauthClient.id, { grants }, type);
		const result = await integrations.postIntegrationsActionExecute(action.id, input);
		assert.deepEqual(result.PresenceArray.toSorted(), supportPresences);

		await adminUser.authorization.postAuthorizationSubjectBulkremove(oauthClient.id, { grants });
		await actionFailed(integrations.postIntegrationsActionExecute(action.id, input), refusal);
	});

	test('does not depend on who executes it', async () => {
		const action = await actionOf(await machine('Queues', seesQueues));
		const role = await adminUser.authorization.postAuthorizationRoles({
			name: 'Executes', permissionPolicies: [{ domain: 'integrations', entityName: 'action', actionSet: ['execute'] }],
		});
		const user = await admin.users.postUsers({ name: 'Exa Executes', email: 'exa@mockcloud.test', state: 'active' });
		await adminUser.authorization.postAuthorizationSubjectBulkadd(user.id, { grants: [{ roleId: role.id, divisionId: '*' }] });
		const exa = await asUser(server, user.email);
		await refused(exa.routing.getRoutingQueueMembers(supportQueue), { status: 403, code: 'missing.any.permissions' });
		const result = await exa.integrations.postIntegrationsActionExecute(action.id, input);
		assert.deepEqual(result.PresenceArray.toSorted(), supportPresences);
	});

	test('needs the right to execute actions', async () => {
		const action = await actionOf(await machine('Plenty', seesQueues));
		const agent = await asUser(server, 'agent1@mockcloud.test');
		const refusal = { status: 403, code: 'missing.any.permissions', message: /integrations:action:execute/ };
		await refused(agent.integrations.postIntegrationsActionExecute(action.id, input), refusal);
		await refused(agent.integrations.postIntegrationsActionTest(action.id, input), refusal);
	});

	test('has no user behind it', async () => {
		const oauthClient = await machine('Nobody', seesQueues);
		const credential = await stored(admin, 'pureCloudOAuthClient', { clientId: oauthClient.id, clientSecret: oauthClient.secret });
		const { contract, config } = structuredClone(presences);
		config.request.requestUrlTemplate = '/api/v2/users/me';
		const action = await published(admin, await installed(admin, platform, credential), { contract, config });
		await actionFailed(integrations.postIntegrationsActionExecute(action.id, input), {
			status: 400, code: 'bad.request', blame: 'ACTION.REMOTE_ENDPOINT',
		});
		const { error } = await integrations.postIntegrationsActionTest(action.id, input);
		assert.match(error.errors[0].message, /not\.a\.user/);
	});

	test('ends with its OAuth client', async () => {
		const oauthClient = await machine('Short-lived', seesQueues);
		const action = await actionOf(oauthClient);
		await integrations.postIntegrationsActionExecute(action.id, input);
		const gone = { status: 400, code: 'invalid.credentials', blame: 'ACTION.AUTHENTICATION' };
		const { name, authorizedGrantType, roleDivisions } = oauthClient;
		await adminUser.oauth.putOauthClient(oauthClient.id, { name, authorizedGrantType, roleDivisions, state: 'inactive' });
		await integrations.postIntegrationsActionExecute(action.id, input); // an inactive client gets no new token and keeps the old one
		await adminUser.oauth.deleteOauthClient(oauthClient.id);
		await actionFailed(integrations.postIntegrationsActionExecute(action.id, input), gone);
	});

	test('is nothing while the integration is switched off', async () => {
		const oauthClient = await machine('Switched off', seesQueues);
		const credential = await stored(admin, 'pureCloudOAuthClient', { clientId: oauthClient.id, clientSecret: oauthClient.secret });
		const integration = await integrations.postIntegrations({ body: { integrationType: { id: platform } } });
		const action = await published(admin, integration, presences);
		await plugged(admin, integration, credential);
		// Guess: the code and the words.
		const inactive = { status: 400, code: 'bad.request', message: /is not active/, blame: 'ACTION.PROCESSING' };
		await actionFailed(integrations.postIntegrationsActionExecute(action.id, input), inactive);
		await actionFailed(integrations.postIntegrationsActionTest(action.id, input), inactive);
		await enabled(admin, integration);
		await integrations.postIntegrationsActionExecute(action.id, input);
	});
});
