// Data actions from draft to draft: their versions, and their lists.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import {
	call, contractOf, control, installed, platform, presenceOutput, presences, published, web,
} from '../support/data-actions.js';
import { idsOf, namesOf, refused, times, unknownID } from '../support/expect.js';
import { startMockcloud } from '../support/mockcloud.js';
import { asUser, signedIn } from '../support/sdk.js';

const server = await startMockcloud();
const admin = await signedIn(server);
const { integrations } = admin;
const integration = await installed(admin, platform);

const drafted = (changes) => integrations.postIntegrationsActionsDrafts({ name: 'A draft', integrationId: integration.id, ...changes });

describe('a draft', () => {
	test('has the defaults of the product', async () => {
		const draft = await drafted();
		const { config, category, secure } = await integrations.getIntegrationsActionDraft(draft.id, { includeConfig: true });
		assert.equal(category, integration.name);
		assert.equal(secure, false);
		assert.equal(config.request.requestType, 'GET'); // Guess: the product shows none
		assert.deepEqual(config.request.headers, {});
		assert.deepEqual(config.response.translationMap, {});
		assert.deepEqual(config.response.translationMapDefaults, {});
		assert.equal(await integrations.getIntegrationsActionDraftTemplate(draft.id, 'requesttemplate.vm'), '${input.rawRequest}');
		assert.equal(await integrations.getIntegrationsActionDraftTemplate(draft.id, 'successtemplate.vm'), '${rawResult}');
	});

	test('refuses a version that is out of date', async () => {
		const draft = await drafted();
		assert.equal((await integrations.patchIntegrationsActionDraft(draft.id, { ...draft, name: 'First' })).version, 2);
		await refused(integrations.patchIntegrationsActionDraft(draft.id, { ...draft, name: 'Second' }), {
			status: 409, code: 'request.conflict', message: /does not match the current version/,
		});
		await refused(integrations.patchIntegrationsActionDraft(draft.id, { name: 'Third' }), { status: 400, code: 'constraint.validation', field: 'version' });
		assert.equal((await integrations.getIntegrationsActionDraft(draft.id)).name, 'First');
	});

	test('keeps a template that is not sent, and takes "" for the default', async () => {
		let draft = await drafted(presences);
		delete draft.config.response.successTemplate;
		draft = await integrations.patchIntegrationsActionDraft(draft.id, draft);
		const template = () => integrations.getIntegrationsActionDraftTemplate(draft.id, 'successtemplate.vm');
		assert.equal(await template(), presences.config.response.successTemplate);
		draft.config.response.successTemplate = '';
		draft = await integrations.patchIntegrationsActionDraft(draft.id, draft);
		assert.equal(await template(), '${rawResult}');
	});

	test('says what keeps it from being published', async () => {
		const { contract, config } = structuredClone(presences);
		config.response.successTemplate = '{"PresenceArray": #foreach($x in $Presence) $x #end}';
		const draft = await drafted({ contract, config });
		const { valid, errors } = await integrations.getIntegrationsActionDraftValidation(draft.id);
		assert.equal(valid, false);
		assert.ok(errors.length > 0);
		for (const error of errors) assert.equal(typeof error.message, 'string');
		await refused(integrations.postIntegrationsActionDraftPublish(draft.id, draft), { status: 400, code: errors[0].code, message: errors[0].message });
		await refused(integrations.getIntegrationsAction(draft.id), { status: 404, code: 'not.found' });
	});

	test('is not published without a version, and not with another', async () => {
		const draft = await drafted(presences);
		await refused(integrations.postIntegrationsActionDraftPublish(draft.id, {}), { status: 400, code: 'constraint.validation', message: /must not be null/ });
		await refused(integrations.postIntegrationsActionDraftPublish(draft.id, { version: 2 }), {
			status: 400, code: 'bad.request', message: /Supplied version 2 does not match latest draft version 1/,
		});
		assert.equal((await integrations.postIntegrationsActionDraftPublish(draft.id, { version: 1 })).version, 1);
	});

	test('can be given up', async () => {
		const draft = await drafted();
		const { status } = await admin.extended().integrations.deleteIntegrationsActionDraft(draft.id);
		assert.equal(status, 204);
		await refused(integrations.getIntegrationsActionDraft(draft.id), { status: 404, code: 'not.found' });
		await refused(integrations.deleteIntegrationsActionDraft(draft.id), { status: 404, code: 'not.found' });
	});
});

describe('a published action', () => {
	test('counts its versions apart from those of its drafts', async () => {
		const action = await published(admin, integration, presences);
		assert.equal(action.version, 1);
		assert.equal((await integrations.patchIntegrationsAction(action.id, { version: 1, name: 'Second' })).version, 2);
		assert.equal((await integrations.patchIntegrationsAction(action.id, { version: 2, name: 'Third' })).version, 3);
		const draft = await integrations.postIntegrationsActionDraft(action.id);
		assert.equal(draft.version, 1);
		assert.equal(draft.name, 'Third');
		assert.equal((await integrations.postIntegrationsActionDraftPublish(draft.id, { version: 1 })).version, 4);
	});

	test('has one draft at a time', async () => {
		const { id } = await published(admin, integration, presences);
		await integrations.postIntegrationsActionDraft(id);
		await refused(integrations.postIntegrationsActionDraft(id), { status: 409, code: 'request.conflict' });
		await integrations.deleteIntegrationsActionDraft(id);
		assert.equal((await integrations.getIntegrationsAction(id)).id, id);
		assert.equal((await integrations.postIntegrationsActionDraft(id)).id, id);
	});

	test('keeps its contract, and whether it is secure', async () => {
		const { id } = await published(admin, integration, presences);
		const contract = contractOf({ ...presenceOutput, required: ['PresenceArray'] });
		const draft = await integrations.postIntegrationsActionDraft(id);
		await refused(integrations.patchIntegrationsActionDraft(id, { ...draft, contract }), { status: 400, code: 'bad.request' });
		await refused(integrations.patchIntegrationsActionDraft(id, { ...draft, secure: true }), { status: 400, code: 'bad.request' });
		assert.equal((await integrations.patchIntegrationsActionDraft(id, draft)).version, 2, 'sending it back unchanged changes nothing');
		assert.deepEqual(await integrations.getIntegrationsActionSchema(id, 'successschema.json'), presenceOutput);
	});

	test('says so where it is changed without a draft', async () => {
		const { id, version } = await published(admin, integration, presences);
		const contract = contractOf({ ...presenceOutput, required: ['PresenceArray'] });
		await refused(integrations.patchIntegrationsAction(id, { version, contract }), { status: 400, code: 'bad.request' });
		await refused(integrations.patchIntegrationsAction(id, { version, secure: true }), { status: 400, code: 'bad.request' });
	});

	test('refuses a version that is out of date', async () => {
		const { id } = await published(admin, integration, presences);
		await integrations.patchIntegrationsAction(id, { version: 1, name: 'First' });
		await refused(integrations.patchIntegrationsAction(id, { version: 1, name: 'Second' }), {
			status: 409, code: 'request.conflict', message: /does not match the current version/,
		});
		assert.equal((await integrations.getIntegrationsAction(id)).name, 'First');
	});

	test('goes with its draft', async () => {
		const { id } = await published(admin, integration, presences);
		await integrations.postIntegrationsActionDraft(id);
		const { status } = await admin.extended().integrations.deleteIntegrationsAction(id);
		assert.equal(status, 204);
		for (const attempt of [
			() => integrations.getIntegrationsAction(id), () => integrations.getIntegrationsActionDraft(id),
			() => integrations.deleteIntegrationsAction(id), () => integrations.postIntegrationsActionExecute(id, {}),
		]) {
			await refused(attempt(), { status: 404, code: 'not.found' });
		}
	});

	test('needs an integration that there is, and a name', async () => {
		await refused(published(admin, integration, presences, { integrationId: unknownID }), { status: 400, code: 'bad.request' });
		await refused(published(admin, integration, presences, { name: undefined }), { status: 400, code: 'constraint.validation', field: 'name' });
	});

	test('is changed only by those with the right', async () => {
		const { id } = await published(admin, integration, presences);
		const agent = await asUser(server, 'agent1@mockcloud.test');
		await refused(agent.integrations.patchIntegrationsAction(id, { version: 1, name: 'Mine' }), { status: 403, code: 'missing.any.permissions', message: /integrations:action:edit/ });
		await refused(agent.integrations.deleteIntegrationsAction(id), { status: 403, code: 'missing.any.permissions', message: /integrations:action:delete/ });
	});
});

describe('lists of actions', async () => {
	const own = await installed(admin, web);
	const more = 27;
	const made = await times(more, (n) => published(admin, own, call('GET', 'https://example.test/'), {
		name: `Listed ${String(n).padStart(2, '0')}`, category: n % 2 ? 'Odd' : 'Even', secure: n % 3 === 0,
	}));

	test('have pages of 25, and end with an empty one', async () => {
		const first = await integrations.getIntegrationsActions({ name: 'listed' });
		assert.equal(first.pageSize, 25);
		assert.equal(first.total, more);
		assert.equal(first.entities.length, 25);
		const names = [];
		for (let pageNumber = 1; ; pageNumber++) {
			const { entities } = await integrations.getIntegrationsActions({ name: 'listed', pageSize: 10, pageNumber });
			if (!entities?.length) break;
			names.push(...namesOf({ entities }));
		}
		assert.deepEqual(names, made.map((a) => a.name).toSorted());
	});

	test('link to the next page until the last', async () => {
		const ids = [];
		for (let uri = '/api/v2/integrations/actions?name=LISTED&pageSize=10'; uri;) {
			const answer = await fetch(server.url + uri, { headers: { Authorization: `Bearer ${admin.token}` } });
			const page = await answer.json();
			ids.push(...idsOf(page));
			uri = page.nextUri;
		}
		assert.deepEqual(ids.toSorted(), idsOf({ entities: made }).toSorted());
	});

	test('can be filtered', async () => {
		const list = async (filter) => namesOf(await integrations.getIntegrationsActions({ pageSize: 100, ...filter }));
		const named = (numbers) => numbers.map((n) => `Listed ${String(n).padStart(2, '0')}`);
		assert.deepEqual(await list({ name: 'isted 1' }), named([10, 11, 12, 13, 14, 15, 16, 17, 18, 19]));
		assert.equal((await list({ category: 'Odd' })).length, 14);
		assert.deepEqual(await list({ category: 'Even', secure: 'true' }), named([6, 12, 18, 24]));
		assert.deepEqual(await list({ category: 'Even', secure: 'false', name: '2' }), named([2, 20, 22, 26]));
		assert.deepEqual(await list({ ids: `${made[0].id},${made[4].id},${unknownID}` }), named([1, 5]));
		assert.deepEqual(await list({ name: 'nothing is called so' }), []);
		await refused(list({ ids: Array(51).fill(unknownID).join(',') }), { status: 400, code: 'invalid.query.param.value' });
	});

	test('can be sorted', async () => {
		const list = async (order) => namesOf(await integrations.getIntegrationsActions({ name: 'listed', pageSize: 100, ...order }));
		const names = made.map((a) => a.name).toSorted();
		assert.deepEqual(await list({ sortBy: 'name', sortOrder: 'asc' }), names);
		assert.deepEqual(await list({ sortBy: 'name', sortOrder: 'DESC' }), names.toReversed());
	});

	test('can hold the configurations', async () => {
		const { entities } = await integrations.getIntegrationsActions({ name: 'listed 01', includeConfig: true });
		assert.equal(entities[0].config?.request.requestUrlTemplate, 'https://example.test/');
	});

	test('of drafts hold drafts alone', async () => {
		const draft = await drafted({ name: 'Only a draft' });
		const redraft = await integrations.postIntegrationsActionDraft(made[0].id);
		const ids = idsOf(await integrations.getIntegrationsActionsDrafts({ pageSize: 500 }));
		assert.ok(ids.includes(draft.id) && ids.includes(redraft.id));
		assert.ok(!ids.includes(made[1].id));
		assert.deepEqual(namesOf(await integrations.getIntegrationsActionsDrafts({ name: 'only a' })), ['Only a draft']);
		assert.deepEqual(namesOf(await integrations.getIntegrationsActions({ name: 'only a' })), []);
	});

	test('of categories hold names alone', async () => {
		const { entities, ...rest } = await integrations.getIntegrationsActionsCategories({ pageSize: 100 });
		for (const name of ['Odd', 'Even', integration.name]) {
			assert.equal(entities.filter((c) => c.name === name).length, 1, `${name} in ${namesOf({ entities })}`);
		}
		for (const category of entities) assert.deepEqual(Object.keys(category), ['name']);
		assert.ok(!('nextUri' in rest));
	});
});

test('an action is found by the tools of mockcloud under its name', async () => {
	await published(admin, integration, presences, { name: 'Exported once' });
	const file = await control(server, 'GET', '/actions/export?action=Exported%20once');
	assert.equal(file.name, 'Exported once');
	assert.equal(file.integrationType, platform);
	assert.equal(file.actionType, 'custom');
	assert.deepEqual(file.contract, presences.contract);
});
