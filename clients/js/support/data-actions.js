// Integrations, their credentials and their data actions, as the tests set them up.
import assert from 'node:assert/strict';

import { refused } from './expect.js';

/** Types of integrations: those whose actions call the Platform API, and those whose actions call web services. */
export const platform = 'purecloud-data-actions';
export const web = 'custom-rest-actions';

/** Where each type has its credential. */
export const slotOf = { [platform]: 'pureCloudOAuthClient', [web]: 'basicAuth' };

/** The queue whose members the action of the workshop looks at, and their presences in the fixture. */
export const supportQueue = '6d6f636b-0010-4000-8000-000000000002';
export const supportPresences = ['Available', 'Meal', 'Offline', 'On Queue'];

/** The schemas of the action that the workshop builds. */
export const queueInput = {
	$schema: 'http://json-schema.org/draft-04/schema#', type: 'object', required: ['QueueID'],
	properties: { QueueID: { type: 'string' } }, additionalProperties: true,
};
export const presenceOutput = {
	$schema: 'http://json-schema.org/draft-04/schema#', type: 'object',
	properties: { PresenceArray: { type: 'array', items: { type: 'string' } } }, additionalProperties: true,
};

/** A contract with this success schema. */
export function contractOf(successSchema, inputSchema = queueInput) {
	return { input: { inputSchema }, output: { successSchema } };
}

/** The contract and the configuration of that action. */
export const presences = {
	contract: contractOf(presenceOutput),
	config: {
		request: { requestUrlTemplate: '/api/v2/routing/queues/${input.QueueID}/members?expand=presence', requestType: 'GET', headers: {} },
		response: {
			translationMap: { Presence: '$.entities[*].user.presence.presenceDefinition.systemPresence' },
			translationMapDefaults: { Presence: 'null' },
			successTemplate: '{"PresenceArray" : $Presence}',
		},
	},
};

/** A schema of any object. */
const anything = { type: 'object', properties: {}, additionalProperties: true };

/** A contract that takes and gives any object, and the configuration of a call whose answer is passed on as it is. */
export function call(requestType, requestUrlTemplate, { headers = {}, body = '', timeoutSeconds } = {}) {
	return {
		contract: contractOf(anything, anything),
		config: {
			timeoutSeconds,
			request: { requestUrlTemplate, requestType, headers, requestTemplate: body },
			response: { translationMap: {}, translationMapDefaults: {}, successTemplate: '' },
		},
	};
}

/** Stores a credential. */
export function stored(session, type, credentialFields, name = 'A credential') {
	return session.integrations.postIntegrationsCredentials({ body: { name, type: { name: type }, credentialFields } });
}

/** Changes a part of an integration's configuration, which is always sent as a whole. */
export async function reconfigured(session, id, changes) {
	const config = await session.integrations.getIntegrationConfigCurrent(id);
	return session.integrations.putIntegrationConfigCurrent(id, { body: { ...config, ...changes } });
}

/** Puts a credential into the only slot that the integration has. */
export function plugged(session, integration, credential) {
	const slot = slotOf[integration.integrationType.id];
	return reconfigured(session, integration.id, { credentials: { [slot]: { id: credential.id } } });
}

/** Switches an integration on. */
export function enabled(session, { id }) {
	return session.integrations.patchIntegration(id, { body: { intendedState: 'ENABLED' } });
}

/** Installs an integration of the type, with a credential if one is given, and switches it on. */
export async function installed(session, typeID, credential) {
	const integration = await session.integrations.postIntegrations({ body: { integrationType: { id: typeID } } });
	if (credential) await plugged(session, integration, credential);
	return enabled(session, integration);
}

/** Publishes an action at once. */
export function published(session, { id, name }, action, changes) {
	return session.integrations.postIntegrationsActions({
		name: 'An action', category: name, integrationId: id, ...action, ...changes,
	});
}

/** Checks that an action failed, and who is to blame. Returns the body. */
export async function actionFailed(running, { status, code, message, blame }) {
	const body = await refused(running, { status, code, message });
	assert.deepEqual(body.details, [{ errorCode: blame }]);
	return body;
}

/** Calls what only mockcloud has, from this machine. */
export async function control(server, method, path, content) {
	const headers = { 'Content-Type': 'application/json' }; // wanted of every change, also of one without a body
	const answer = await fetch(`${server.url}/_mockcloud${path}`, { method, headers, body: content && JSON.stringify(content) });
	const text = await answer.text();
	assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
	return text === '' ? null : JSON.parse(text);
}

/** Registers an answer to calls of a URL that nobody serves, or in place of who does. Returns the stub. */
export function stubbed(server, method, url, response, body) {
	return control(server, 'POST', '/stubs', { method, url, response, ...(body ? { body } : {}) });
}

/** How often a stub has answered. */
export async function hitsOf(server, { id }) {
	return (await control(server, 'GET', `/stubs/${id}`)).hits;
}
