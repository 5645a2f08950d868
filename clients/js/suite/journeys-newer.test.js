// Journeys through operations that are newer than the official document of the API.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { unknownID } from '../support/expect.js';
import {
	assertCreated, assertHolds, assertLists, assertOmits, assertReads, gone, invalid, refusedWith, startJourney,
} from '../support/journeys.js';

const { api, home } = await startJourney();

describe('a journey through what is new', () => {
	test('opens, discusses and closes a case', async () => {
		const cases = api.CaseManagement;
		const category = await api.Intents.postIntentsCategories({ name: 'Trouble', description: 'Something is wrong' });
		assertCreated(category, { name: 'Trouble', description: 'Something is wrong' });
		const sent = { name: 'Broken on arrival', description: 'It came in pieces', expiryTime: 48 };
		const intent = await api.Intents.postIntentsCustomerintents({ ...sent, categoryId: category.id });
		assertCreated(intent, { ...sent, category: { id: category.id } });
		await assertReads((id) => api.Intents.getIntentsCustomerintent(id), intent.id, intent);

		const plan = { name: 'Replacement', description: 'Send another', referencePrefix: 'RPL', defaultDueDurationInSeconds: 86400, defaultTtlSeconds: 864000 };
		const caseplan = await cases.postCasemanagementCaseplans({ ...plan, divisionId: home.id, customerIntentId: intent.id });
		assertCreated(caseplan, { ...plan, division: { id: home.id }, customerIntent: { id: intent.id } });
		await refusedWith([400, 404], cases.postCasemanagementCaseplans({ ...plan, divisionId: home.id, customerIntentId: unknownID }));
		assertHolds(await cases.getCasemanagementCaseplan(caseplan.id), { ...plan, id: caseplan.id });
		assertLists(await cases.getCasemanagementCaseplans({ pageSize: 100 }), caseplan);
		const stage = assertCreated(await cases.postCasemanagementCaseplanStageplans(caseplan.id, { name: 'Check' }), { name: 'Check' });
		assertHolds(await cases.patchCasemanagementCaseplanStageplan(caseplan.id, stage.id, { name: 'Check the photo' }), { id: stage.id, name: 'Check the photo' });
		assert.equal((await cases.postCasemanagementCaseplanPublish(caseplan.id)).id, caseplan.id);

		const contact = await api.ExternalContacts.postExternalcontactsContacts({ firstName: 'Cas', lastName: 'Customer' });
		const opened = await cases.postCasemanagementCases({ caseplanId: caseplan.id, externalContactId: contact.id, summary: 'Cup in two pieces' });
		assertCreated(opened, { caseplan: { id: caseplan.id }, externalContact: { id: contact.id }, summary: 'Cup in two pieces' });
		assertHolds(await cases.getCasemanagementCase(opened.id), { id: opened.id, summary: 'Cup in two pieces' });
		assertLists(await cases.getCasemanagementCasesExternalcontact(contact.id), opened);
		const summary = 'Cup in three pieces';
		assertHolds(await cases.patchCasemanagementCaseSummary(opened.id, { summary }), { id: opened.id, summary });

		const comment = assertCreated(await cases.postCasemanagementCaseComments(opened.id, { content: 'Glue will not do' }), { content: 'Glue will not do' });
		assertLists(await cases.getCasemanagementCaseComments(opened.id), comment);
		await gone(cases.getCasemanagementCaseComment(opened.id, unknownID));
		await cases.deleteCasemanagementCase(opened.id);
		await gone(cases.getCasemanagementCase(opened.id));
		await gone(cases.getCasemanagementCaseComments(opened.id));
		await cases.deleteCasemanagementCaseplan(caseplan.id);
		await gone(cases.getCasemanagementCaseplan(caseplan.id));
	});

	test('decides by a table', async () => {
		const rules = api.BusinessRules;
		const jsonSchema = {
			$schema: 'http://json-schema.org/draft-04/schema#', title: 'Discounts', description: 'Who pays less', type: 'object', required: ['age'],
			properties: { age: { type: 'integer', title: 'Age' }, discount: { type: 'string', title: 'Discount' } }, additionalProperties: false,
		};
		const schema = assertCreated(await rules.postBusinessrulesSchemas({ jsonSchema }), { jsonSchema });
		assertHolds(await rules.getBusinessrulesSchema(schema.id), { id: schema.id, jsonSchema });
		assertLists(await rules.getBusinessrulesSchemas(), schema);
		const sent = { name: 'Discounts', description: 'By age', divisionId: home.id, schemaId: schema.id };
		const columns = {
			inputs: [{ expression: { comparator: 'GreaterThan', contractual: { schemaPropertyKey: 'age' } }, defaultsTo: { value: '0' } }],
			outputs: [{ value: { schemaPropertyKey: 'discount' }, defaultsTo: { value: 'none' } }],
		};
		await invalid(rules.postBusinessrulesDecisiontables(sent));
		const table = await rules.postBusinessrulesDecisiontables({ ...sent, columns });
		assertCreated(table, { name: 'Discounts', description: 'By age', division: { id: home.id } });
		assertHolds(await rules.getBusinessrulesDecisiontable(table.id), { id: table.id, name: 'Discounts' });
		assertLists(await rules.getBusinessrulesDecisiontables({ name: 'Discounts' }), table);
		assertHolds(await rules.patchBusinessrulesDecisiontable(table.id, { name: 'Concessions' }), { id: table.id, name: 'Concessions', description: 'By age' });
		await rules.deleteBusinessrulesDecisiontable(table.id, { forceDelete: true });
		await gone(rules.getBusinessrulesDecisiontable(table.id));
		await rules.deleteBusinessrulesSchema(schema.id);
		assertOmits(await rules.getBusinessrulesSchemas(), schema);
	});

	test('writes a guide for a virtual agent', async () => {
		const studio = api.AIStudio;
		const guide = assertCreated(await studio.postGuides({ name: 'Returns', source: 'Manual' }), { name: 'Returns', source: 'Manual' });
		await assertReads((id) => studio.getGuide(id), guide.id, guide);
		const page = await studio.getGuides({ nameContains: 'eturn' });
		assertLists(page, guide);
		assertOmits(await studio.getGuides({ nameContains: 'submarine' }), guide);
		assertHolds(await studio.patchGuide(guide.id, { name: 'Returns and refunds' }), { id: guide.id, name: 'Returns and refunds', source: 'Manual' });
		const { version } = await studio.postGuideVersions(guide.id, { body: { instruction: 'Ask for the number of the order.' } });
		assert.ok(version);
		assertHolds(await studio.getGuideVersion(guide.id, version), { instruction: 'Ask for the number of the order.', guide: { id: guide.id } });
		assertHolds(await studio.patchGuideVersion(guide.id, version, { instruction: 'Ask kindly.' }), { instruction: 'Ask kindly.' });
		await gone(studio.getGuideVersion(guide.id, '999'));
		await gone(studio.postGuideVersions(unknownID, { body: { instruction: 'Ask nobody.' } }));
		const job = await studio.postGuideVersionJobs(guide.id, version, { guideVersion: { state: 'ProductionReady' } });
		assert.equal((await studio.getGuideVersionJob(guide.id, version, job.id)).id, job.id);

		const agent = assertCreated(await api.VirtualAgents.postAgenticVirtualagents({ name: 'Robin' }), { name: 'Robin' });
		await assertReads((id) => api.VirtualAgents.getAgenticVirtualagent(id), agent.id, agent);
		assertHolds(await api.VirtualAgents.patchAgenticVirtualagent(agent.id, { name: 'Robyn' }), { id: agent.id, name: 'Robyn' });
		assertLists(await api.VirtualAgents.getAgenticVirtualagents({ nameContains: 'Robyn' }), agent);
	});

	test('knows the types that data may have', async () => {
		const { entities, total } = await api.DataExtensions.getDataextensionsCoretypes();
		assert.ok(entities.length > 0, 'there are no core types');
		assert.equal(total, entities.length);
		const [{ name }] = entities;
		assert.equal((await api.DataExtensions.getDataextensionsCoretype(name)).name, name);
		// The document lists the names of the types as those of an enum.
		await refusedWith([400, 404], api.DataExtensions.getDataextensionsCoretype('phlogiston'));
		const limits = await api.DataExtensions.getDataextensionsLimits();
		assert.equal(typeof limits.maxNumberOfSchemasPerOrg, 'number', JSON.stringify(limits));

		// A contact of another company has a field of our own.
		const pet = { allOf: [{ $ref: '#/definitions/text' }], title: 'Pet', minLength: 1, maxLength: 30 };
		const jsonSchema = { title: 'Pets', type: 'object', properties: { pet_text: pet } };
		const schema = await api.ExternalContacts.postExternalcontactsContactsSchemas({ name: 'Pets', version: 1, jsonSchema });
		assertCreated(schema, { name: 'Pets', version: 1, jsonSchema });
		assertHolds(await api.ExternalContacts.getExternalcontactsContactsSchema(schema.id), { id: schema.id, name: 'Pets' });
		assertLists(await api.ExternalContacts.getExternalcontactsContactsSchemas(), schema);
		const contact = await api.ExternalContacts.postExternalcontactsContacts({ firstName: 'Pia', customFields: { pet_text: 'Cat' } });
		assert.deepEqual((await api.ExternalContacts.getExternalcontactsContact(contact.id)).customFields, { pet_text: 'Cat' });
		await api.ExternalContacts.deleteExternalcontactsContactsSchema(schema.id);
		await gone(api.ExternalContacts.getExternalcontactsContactsSchema(schema.id));
	});
});
