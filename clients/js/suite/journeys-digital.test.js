import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { unknownID } from '../support/expect.js';
import {
	assertCreated, assertHolds, assertLists, assertOmits, assertPage, assertReads, gone, invalid, refusedWith, stale, startJourney, until,
} from '../support/journeys.js';

const { api } = await startJourney();

/** What an article says in one paragraph. */
const paragraph = (text) => ({ blocks: [{ type: 'Paragraph', paragraph: { blocks: [{ type: 'Text', text: { text } }] } }] });

describe('a journey through digital channels', () => {
	test('publishes the configuration of a messenger twice, and deploys it', async () => {
		const web = api.WebDeployments;
		const sent = {
			name: 'Shop window', description: 'On every page', languages: ['en-us', 'pt-br'], defaultLanguage: 'en-us',
			messenger: { enabled: true, styles: { primaryColor: '#335577' }, launcherButton: { visibility: 'On' } },
		};
		const draft = assertCreated(await web.postWebdeploymentsConfigurations(sent), sent);
		const versions = () => web.getWebdeploymentsConfigurationVersions(draft.id);
		await until(() => web.getWebdeploymentsConfigurationVersionsDraft(draft.id), ({ status }) => status === 'Active');
		await gone(web.getWebdeploymentsConfigurationVersion(draft.id, '1'));
		assert.equal((await web.postWebdeploymentsConfigurationVersionsDraftPublish(draft.id)).version, '1');
		assertHolds(await web.getWebdeploymentsConfigurationVersion(draft.id, '1'), { ...sent, id: draft.id, version: '1' });

		await web.putWebdeploymentsConfigurationVersionsDraft(draft.id, { ...sent, messenger: { enabled: false } });
		assert.equal((await web.getWebdeploymentsConfigurationVersionsDraft(draft.id)).messenger.enabled, false);
		await until(() => web.getWebdeploymentsConfigurationVersionsDraft(draft.id), ({ status }) => status === 'Active');
		assert.equal((await web.postWebdeploymentsConfigurationVersionsDraftPublish(draft.id)).version, '2');
		assert.equal((await web.getWebdeploymentsConfigurationVersion(draft.id, '1')).messenger.enabled, true);
		assert.equal((await web.getWebdeploymentsConfigurationVersion(draft.id, '2')).messenger.enabled, false);
		const listed = await versions();
		assert.ok(!('nextUri' in listed));
		for (const version of ['1', '2']) assert.ok(listed.entities.some((v) => v.version === version), JSON.stringify(listed.entities));

		const place = { name: 'Shop', allowAllDomains: false, allowedDomains: ['shop.example.com'], configuration: { id: draft.id, version: '2' } };
		await refusedWith([400, 404], web.postWebdeploymentsDeployments({ ...place, configuration: { id: unknownID, version: '1' } }));
		const deployment = assertCreated(await web.postWebdeploymentsDeployments(place), place);
		const active = await until(() => web.getWebdeploymentsDeployment(deployment.id), ({ status }) => status === 'Active');
		assertHolds(active, { ...place, id: deployment.id });
		assert.equal(typeof active.snippet, 'string');
		assertLists(await web.getWebdeploymentsDeployments(), deployment);
		const moved = await web.putWebdeploymentsDeployment(deployment.id, { ...place, configuration: { id: draft.id, version: '1' } });
		assert.equal(moved.configuration.version, '1');
		await web.deleteWebdeploymentsDeployment(deployment.id);
		await gone(web.getWebdeploymentsDeployment(deployment.id));
		await web.deleteWebdeploymentsConfiguration(draft.id);
		await gone(web.getWebdeploymentsConfigurationVersionsDraft(draft.id));
	});

	test('answers from a library', async () => {
		const responses = api.ResponseManagement;
		const library = assertCreated(await responses.postResponsemanagementLibraries({ name: 'Parcels' }), { name: 'Parcels', version: 1 });
		await assertReads((id) => responses.getResponsemanagementLibrary(id), library.id, library);
		assertLists(await responses.getResponsemanagementLibraries({ pageSize: 100 }), library);
		const sent = {
			name: 'On its way', libraries: [{ id: library.id }],
			texts: [{ content: 'Your parcel {{number}} is on its way', contentType: 'text/plain' }],
			substitutions: [{ id: 'number', description: 'Of the parcel', defaultValue: '0' }],
		};
		const response = assertCreated(await responses.postResponsemanagementResponses(sent), sent);
		assertHolds(await responses.getResponsemanagementResponse(response.id), { ...sent, id: response.id });
		const listing = await responses.getResponsemanagementResponses(library.id);
		assertPage(listing);
		assertLists(listing, response);

		const inLibrary = { name: 'libraryId', operator: 'EQUALS', values: [library.id] };
		const query = (queryPhrase) => responses.postResponsemanagementResponsesQuery({ queryPhrase, pageSize: 10, filters: [inLibrary] });
		assertLists((await query('parcel')).results, response);
		assert.deepEqual((await query('submarine')).results.entities, []);
		const change = { ...sent, version: response.version, texts: [{ content: 'It is there', contentType: 'text/plain' }] };
		const changed = await responses.putResponsemanagementResponse(response.id, change);
		assertHolds(changed, { texts: change.texts, version: response.version + 1 });
		await stale(responses.putResponsemanagementResponse(response.id, change));
		await responses.deleteResponsemanagementResponse(response.id);
		await gone(responses.getResponsemanagementResponse(response.id));
		await responses.deleteResponsemanagementLibrary(library.id);
		await gone(responses.getResponsemanagementLibrary(library.id));
	});

	test('writes, publishes and finds an article', async () => {
		const knowledge = api.Knowledge;
		const base = assertCreated(
			await knowledge.postKnowledgeKnowledgebases({ name: 'Kitchen', coreLanguage: 'en-US', description: 'All about pans' }),
			{ name: 'Kitchen', coreLanguage: 'en-US', description: 'All about pans', published: false },
		);
		await assertReads((id) => knowledge.getKnowledgeKnowledgebase(id), base.id, base);
		const category = assertCreated(await knowledge.postKnowledgeKnowledgebaseCategories(base.id, { name: 'Pans' }), { name: 'Pans' });
		const child = await knowledge.postKnowledgeKnowledgebaseCategories(base.id, { name: 'Woks', parentCategoryId: category.id });
		assert.equal(child.parentCategory.id, category.id);
		assertLists(await knowledge.getKnowledgeKnowledgebaseCategories(base.id), child);

		const sent = { title: 'Seasoning a wok', visible: true, alternatives: [{ phrase: 'How do I treat iron', autocomplete: true }] };
		const article = await knowledge.postKnowledgeKnowledgebaseDocuments(base.id, { ...sent, categoryId: child.id });
		assertCreated(article, { ...sent, state: 'Draft', category: { id: child.id }, knowledgeBase: { id: base.id } });
		await refusedWith([400, 404], knowledge.postKnowledgeKnowledgebaseDocuments(base.id, { ...sent, categoryId: unknownID }));
		const variation = await knowledge.postKnowledgeKnowledgebaseDocumentVariations(base.id, article.id, {
			name: 'Everybody', contexts: [], body: paragraph('Heat it with oil'),
		});
		assertCreated(variation, { name: 'Everybody', body: paragraph('Heat it with oil') });
		assertLists(await knowledge.getKnowledgeKnowledgebaseDocumentVariations(base.id, article.id), variation);
		const shorter = { name: 'Everybody', contexts: [], body: paragraph('Oil it') };
		await knowledge.patchKnowledgeKnowledgebaseDocumentVariation(variation.id, article.id, base.id, shorter);
		assertHolds(
			await knowledge.getKnowledgeKnowledgebaseDocumentVariation(variation.id, article.id, base.id, { documentState: 'Draft' }),
			{ id: variation.id, body: paragraph('Oil it') },
		);

		// A version is published by an empty body, whatever the document requires: the provider for Terraform does so.
		const version = await knowledge.postKnowledgeKnowledgebaseDocumentVersions(base.id, article.id, {});
		assert.equal(version.versionNumber, 1);
		assertLists(await knowledge.getKnowledgeKnowledgebaseDocumentVersions(base.id, article.id), version);
		assert.equal((await knowledge.getKnowledgeKnowledgebaseDocument(base.id, article.id)).state, 'Published');
		const find = (query) => knowledge.postKnowledgeKnowledgebaseDocumentsSearch(base.id, { body: { query, pageSize: 10 } });
		const found = await find('wok');
		assert.deepEqual(found.results.map(({ document }) => document.id), [article.id]);
		assert.deepEqual((await find('submarine')).results ?? [], []);
		await knowledge.patchKnowledgeKnowledgebaseDocumentsSearchSearchId(base.id, found.searchId, { body: { answered: true } });

		assertHolds(await knowledge.patchKnowledgeKnowledgebaseDocument(base.id, article.id, { title: 'Iron pans' }), { id: article.id, title: 'Iron pans' });
		await knowledge.deleteKnowledgeKnowledgebaseDocument(base.id, article.id);
		await gone(knowledge.getKnowledgeKnowledgebaseDocument(base.id, article.id));
		assertOmits(await knowledge.getKnowledgeKnowledgebaseDocuments(base.id, { includeDrafts: true }), article);
		await knowledge.deleteKnowledgeKnowledgebase(base.id);
		await gone(knowledge.getKnowledgeKnowledgebase(base.id));
		await gone(knowledge.getKnowledgeKnowledgebaseCategory(base.id, category.id));
	});

	test('teaches a bot what people mean', async () => {
		const nlu = api.LanguageUnderstanding;
		const domain = assertCreated(
			await nlu.postLanguageunderstandingDomains({ name: 'Parcel bot', language: 'en-us' }), { name: 'Parcel bot', language: 'en-us' },
		);
		await assertReads((id) => nlu.getLanguageunderstandingDomain(id), domain.id, domain);
		const said = (...texts) => texts.map((text) => ({ segments: [{ text }] }));
		const sent = { language: 'en-us', description: 'First try', intents: [{ name: 'Where', utterances: said('Where is my parcel', 'Has it left') }] };
		const version = assertCreated(await nlu.postLanguageunderstandingDomainVersions(domain.id, sent), sent);
		assertHolds(await nlu.getLanguageunderstandingDomainVersion(domain.id, version.id, { includeUtterances: true }), { ...sent, id: version.id });
		const more = { ...sent, intents: [...sent.intents, { name: 'When', utterances: said('When does it come') }] };
		assertHolds(await nlu.putLanguageunderstandingDomainVersion(domain.id, version.id, more), more);
		await invalid(nlu.putLanguageunderstandingDomainVersion(domain.id, version.id, { ...more, intents: [{ name: 'Why' }] }));
		assertLists(await nlu.getLanguageunderstandingDomainVersions(domain.id), version);
		await nlu.postLanguageunderstandingDomainVersionTrain(domain.id, version.id);
		assert.equal((await nlu.postLanguageunderstandingDomainVersionPublish(domain.id, version.id)).published, true);
		await gone(nlu.postLanguageunderstandingDomainVersionPublish(domain.id, unknownID));
		assertHolds(await nlu.patchLanguageunderstandingDomain(domain.id, { name: 'Mail bot' }), { id: domain.id, name: 'Mail bot', language: 'en-us' });
		await nlu.deleteLanguageunderstandingDomain(domain.id);
		await gone(nlu.getLanguageunderstandingDomain(domain.id));
		await gone(nlu.getLanguageunderstandingDomainVersion(domain.id, version.id));
	});

	test('settles how chat and messages behave', async () => {
		const chat = await api.Chat.getChatsSettings();
		assertHolds(await api.Chat.patchChatsSettings({ messageRetentionPeriodDays: 30 }), { messageRetentionPeriodDays: 30 });
		assertHolds(await api.Chat.getChatsSettings(), { ...chat, messageRetentionPeriodDays: 30 });
		await invalid(api.Chat.patchChatsSettings({ messageRetentionPeriodDays: 'a month' }));

		const allowed = { name: 'Pictures', mediaTypes: { allow: { inbound: [{ type: 'image/png' }], outbound: [{ type: 'image/*' }] } } };
		const content = assertCreated(await api.Conversations.postConversationsMessagingSupportedcontent(allowed), allowed);
		await assertReads((id) => api.Conversations.getConversationsMessagingSupportedcontentSupportedContentId(id), content.id, content);
		const setting = assertCreated(
			await api.Conversations.postConversationsMessagingSettings({ name: 'Typing', event: { typing: { on: { inbound: 'Enabled', outbound: 'Disabled' } } } }),
			{ name: 'Typing', event: { typing: { on: { inbound: 'Enabled', outbound: 'Disabled' } } } },
		);
		assertLists(await api.Conversations.getConversationsMessagingSettings({ pageSize: 100 }), setting);
		const changed = await api.Conversations.patchConversationsMessagingSetting(setting.id, { name: 'Hidden typing' });
		assertHolds(changed, { id: setting.id, name: 'Hidden typing', event: setting.event });
		const integration = assertCreated(
			await api.Conversations.postConversationsMessagingIntegrationsOpen({
				name: 'Our own app', outboundNotificationWebhookUrl: 'https://hooks.example.com/messages',
				outboundNotificationWebhookSignatureSecretToken: 'fake-token', supportedContent: { id: content.id }, messagingSetting: { id: setting.id },
			}),
			{ name: 'Our own app', outboundNotificationWebhookUrl: 'https://hooks.example.com/messages', supportedContent: { id: content.id } },
		);
		assertHolds(await api.Conversations.getConversationsMessagingIntegrationsOpenIntegrationId(integration.id), { id: integration.id, name: 'Our own app' });
		assertLists(await api.Conversations.getConversationsMessagingIntegrationsOpen(), integration);
		await api.Conversations.deleteConversationsMessagingIntegrationsOpenIntegrationId(integration.id);
		await gone(api.Conversations.getConversationsMessagingIntegrationsOpenIntegrationId(integration.id));
		await api.Conversations.deleteConversationsMessagingSupportedcontentSupportedContentId(content.id);
		await gone(api.Conversations.getConversationsMessagingSupportedcontentSupportedContentId(content.id));
	});
});
