// What can be installed, and what is.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { enabled, installed, platform, plugged, reconfigured, stored, web } from '../support/data-actions.js';
import { idsOf, refused, times, unknownID } from '../support/expect.js';
import { startMockcloud } from '../support/mockcloud.js';
import { asUser, signedIn } from '../support/sdk.js';

const server = await startMockcloud();
const admin = await signedIn(server);
const { integrations } = admin;

const install = (typeID, name) => integrations.postIntegrations({ body: { name, integrationType: { id: typeID } } });

describe('the catalogue of types', () => {
	const catalogue = {
		'purecloud-data-actions': ['Genesys Cloud Data Actions', 'Data Actions', 'pureCloudOAuthClient', 10],
		'custom-rest-actions': ['Web Services Data Actions', 'Data Actions', 'basicAuth', 50],
		'function-data-actions': ['Function Data Actions', 'Data Actions', 'userDefined', 10], // Guess: the slot
		'aws-lambda-data-actions': ['AWS Lambda Data Actions', 'Data Actions', 'AmazonWebServicesARN', 10],
		'salesforce-datadip': ['Salesforce Data Actions', 'Data Actions', 'salesforceUser', 50],
		'microsoft-dynamics-data-actions': ['Microsoft Dynamics 365 Data Actions', 'Data Actions', 'msDynamics', 10],
		'zendesk-data-actions': ['Zendesk Data Actions', 'Data Actions', 'zendeskApiToken', 10],
		'embedded-client-app': ['Client Application', 'Client Apps'],
		'embedded-client-app-interaction-widget': ['Interaction Widget', 'Client Apps'],
		'custom-smtp-server': ['Custom SMTP Server', undefined, 'basicAuth'],
		'imap-server': ['IMAP Server', undefined, 'basicAuth'],
		'amazon-eventbridge-source': ['Amazon EventBridge Source'],
		audiohook: ['AudioHook Monitor', undefined, 'audioHook'],
		'premium-app-example': [],
		webhook: [],
	};

	test('holds what is known of the real one', async () => {
		const { entities } = await integrations.getIntegrationsTypes({ pageSize: 100 });
		for (const [id, [name, category, slot, maxInstances]] of Object.entries(catalogue)) {
			const type = entities.find((t) => t.id === id);
			assert.ok(type, `${id} is not among ${idsOf({ entities })}`);
			if (name) assert.equal(type.name, name);
			if (category) assert.equal(type.category, category);
			if (slot) assert.deepEqual(Object.keys(type.credentials), [slot]);
			if (maxInstances) assert.equal(type.maxInstances, maxInstances);
			assert.deepEqual(await integrations.getIntegrationsType(id), type);
		}
	});

	test('says which credentials fit', async () => {
		const { credentials } = await integrations.getIntegrationsType(platform);
		assert.equal(credentials.pureCloudOAuthClient.required, true);
		assert.deepEqual(credentials.pureCloudOAuthClient.credentialTypes, ['pureCloudOAuthClient']);
		const { credentials: ofWeb } = await integrations.getIntegrationsType(web);
		assert.equal(ofWeb.basicAuth.required, false);
		assert.deepEqual(ofWeb.basicAuth.credentialTypes.toSorted(), ['basicAuth', 'userDefined', 'userDefinedOAuth']);
	});

	test('can be read a page at a time', async () => {
		const { entities } = await integrations.getIntegrationsTypes({ pageSize: 100 });
		const ids = [];
		for (let pageNumber = 1, more = true; more; pageNumber++) {
			const page = await integrations.getIntegrationsTypes({ pageSize: 4, pageNumber });
			ids.push(...idsOf(page));
			more = 'nextUri' in page;
		}
		assert.deepEqual(ids, idsOf({ entities }));
	});

	test('has the schemas of configurations', async () => {
		for (const part of ['properties', 'advanced']) {
			const schema = await integrations.getIntegrationsTypeConfigschema(platform, part);
			assert.equal(schema.type, 'object');
			assert.deepEqual(schema.properties, {}); // Guess: there is nothing to configure
			assert.equal(schema.additionalProperties, false);
		}
		const { properties } = await integrations.getIntegrationsTypeConfigschema('embedded-client-app', 'properties');
		for (const name of ['displayType', 'url', 'sandbox', 'groups']) assert.ok(name in properties, name);
	});

	test('has no type of any other id', async () => {
		await refused(integrations.getIntegrationsType('no-such-type'), { status: 404, code: 'not.found' });
		await refused(integrations.getIntegrationsTypeConfigschema('no-such-type', 'properties'), { status: 404, code: 'not.found' });
	});
});

describe('an integration', () => {
	test('gets a name of its own where none is given', async () => {
		const [first, second] = [await install(web), await install(web)];
		assert.equal(first.name, 'Web Services Data Actions');
		assert.match(second.name, /^Web Services Data Actions .*\d/); // Guess: the form of the number
		assert.equal((await install(web, 'Named')).name, 'Named');
	});

	test('is changed through its configuration alone', async () => {
		const { id } = await install('embedded-client-app');
		const patched = await integrations.patchIntegration(id, { body: { intendedState: 'DISABLED', name: 'Other', notes: 'Other' } });
		assert.equal(patched.name, 'Client Application');
		const properties = { url: 'https://app.example.test/', displayType: 'standalone', sandbox: 'allow-scripts' };
		const config = await reconfigured(admin, id, { name: 'My application', notes: 'For tests', properties });
		assert.equal(config.version, 2);
		assert.deepEqual(config.properties, properties);
		const read = await integrations.getIntegration(id);
		assert.equal(read.name, 'My application');
		assert.equal(read.notes, 'For tests');
		assert.deepEqual(await integrations.getIntegrationConfigCurrent(id), config);
	});

	test('refuses a configuration that is out of date', async () => {
		const { id } = await install(web);
		const config = await integrations.getIntegrationConfigCurrent(id);
		const put = (version) => integrations.putIntegrationConfigCurrent(id, { body: { ...config, version, notes: `after ${version}` } });
		assert.equal((await put(1)).version, 2);
		const conflict = {
			status: 409, code: 'version.conflict', message: 'Integration configuration update failed due to version conflict.',
		};
		await refused(put(1), conflict);
		await refused(put(3), conflict);
		assert.equal((await integrations.getIntegrationConfigCurrent(id)).notes, 'after 1');
		assert.equal((await put(2)).version, 3);
	});

	test('lets one of two changes at the same time win', async () => {
		const { id } = await install(web);
		const config = await integrations.getIntegrationConfigCurrent(id);
		const changes = await Promise.allSettled(['One', 'Two', 'Three'].map((notes) => integrations.putIntegrationConfigCurrent(id, { body: { ...config, notes } })));
		assert.equal(changes.filter((c) => c.status === 'fulfilled').length, 1);
		assert.equal((await integrations.getIntegrationConfigCurrent(id)).version, 2);
	});

	test('refuses properties that its type does not have', async () => {
		const { id } = await install(platform);
		await refused(reconfigured(admin, id, { properties: { color: 'red' } }), { status: 400, code: 'bad.request', message: /Input validation error/ });
		await refused(reconfigured(admin, id, { advanced: { color: 'red' } }), { status: 400, code: 'bad.request', message: /Input validation error/ });
	});

	test('shows its credentials where they are asked for', async () => {
		const credential = await stored(admin, 'basicAuth', { userName: 'somebody' }, 'Shown');
		const { id } = await installed(admin, web, credential);
		assert.deepEqual((await integrations.getIntegration(id)).config.current.credentials ?? {}, {});
		const { config } = await integrations.getIntegration(id, { expand: ['config.current'] });
		assert.equal(config.current.credentials.basicAuth.id, credential.id);
		const { entities } = await integrations.getIntegrations({ pageSize: 100, expand: ['config.current'] });
		assert.equal(entities.find((i) => i.id === id).config.current.credentials.basicAuth.id, credential.id);
	});

	test('takes a slot in any case', async () => {
		const credential = await stored(admin, 'amazonWebServicesARN', { ARN: 'arn:aws:iam::000000000000:role/fake' });
		const { id } = await install('aws-lambda-data-actions');
		const { credentials } = await reconfigured(admin, id, { credentials: { amazonWebServicesARN: { id: credential.id } } }); // Guess: the case does not count
		assert.deepEqual(Object.keys(credentials), ['AmazonWebServicesARN']);
		assert.equal((await enabled(admin, { id })).reportedState.code, 'ACTIVE');
	});

	test('can be switched off again', async () => {
		const integration = await installed(admin, web);
		const off = await integrations.patchIntegration(integration.id, { body: { intendedState: 'DISABLED' } });
		assert.equal(off.intendedState, 'DISABLED');
		assert.equal(off.reportedState.code, 'INACTIVE');
		await refused(integrations.patchIntegration(integration.id, { body: { intendedState: 'ASLEEP' } }), { status: 400, code: 'invalid.value' });
	});

	test('cannot be had more often than its type allows', async () => {
		const made = [];
		const { entities } = await integrations.getIntegrations({ pageSize: 100 });
		for (let n = entities.filter((i) => i.integrationType.id === platform).length; n < 10; n++) made.push(await install(platform));
		await refused(install(platform), { status: 400, code: 'max.integrations.reached' });
		for (const { id } of made) await integrations.deleteIntegration(id);
	});

	test('needs a type that there is', async () => {
		await refused(install('no-such-type'), { status: 400, code: 'bad.request' }); // Guess: the code
		await refused(integrations.postIntegrations({ body: { name: 'Nothing' } }), { status: 400, code: 'constraint.validation', field: 'integrationType' });
	});

	test('is nothing for those without the right', async () => {
		const agent = await asUser(server, 'agent1@mockcloud.test');
		await refused(agent.integrations.getIntegrations(), { status: 403, code: 'missing.any.permissions', message: /integrations:integration:view/ });
		await refused(agent.integrations.postIntegrations({ body: { integrationType: { id: web } } }), { status: 403, code: 'missing.any.permissions' });
	});

	test('that nobody has installed is not found', async () => {
		for (const attempt of [
			() => integrations.getIntegration(unknownID), () => integrations.getIntegrationConfigCurrent(unknownID),
			() => integrations.deleteIntegration(unknownID), () => enabled(admin, { id: unknownID }),
		]) {
			await refused(attempt(), { status: 404, code: 'not.found' });
		}
	});
});

test('deleting an integration deletes its actions and keeps the others', async () => {
	const credential = await stored(admin, 'basicAuth', { userName: 'somebody' }, 'Kept');
	const [gone, kept] = [await installed(admin, web, credential), await installed(admin, web)];
	await plugged(admin, kept, credential);
	const draftOf = ({ id }) => integrations.postIntegrationsActionsDrafts({ name: 'Draft', integrationId: id });
	const [lost, left] = [await draftOf(gone), await draftOf(kept)];
	await integrations.deleteIntegration(gone.id);
	await refused(integrations.getIntegration(gone.id), { status: 404, code: 'not.found' });
	await refused(integrations.getIntegrationsActionDraft(lost.id), { status: 404, code: 'not.found' });
	assert.equal((await integrations.getIntegrationsActionDraft(left.id)).id, left.id);
	const ids = idsOf(await integrations.getIntegrations({ pageSize: 100 }));
	assert.ok(!ids.includes(gone.id) && ids.includes(kept.id));
	assert.equal((await integrations.getIntegrationsCredential(credential.id)).name, 'Kept');
	assert.equal((await integrations.getIntegrationConfigCurrent(kept.id)).credentials.basicAuth.id, credential.id);
});

test('a list of integrations can be read in each of the usual ways', async () => {
	await times(12, (n) => install('embedded-client-app', `Listed ${String(n).padStart(2, '0')}`));
	const all = await integrations.getIntegrations({ pageSize: 100 });
	const byEmptiness = [];
	for (let pageNumber = 1; ; pageNumber++) {
		const { entities } = await integrations.getIntegrations({ pageSize: 5, pageNumber });
		if (!entities?.length) break;
		byEmptiness.push(...entities);
	}
	const byURI = [];
	for (let pageNumber = 1, more = true; more; pageNumber++) {
		const page = await integrations.getIntegrations({ pageSize: 5, pageNumber });
		byURI.push(...page.entities);
		more = Boolean(page.nextUri);
	}
	for (const entities of [byEmptiness, byURI]) assert.deepEqual(idsOf({ entities }), idsOf(all));
	assert.equal(all.total, all.entities.length);
	assert.ok(!('nextUri' in all));
});
