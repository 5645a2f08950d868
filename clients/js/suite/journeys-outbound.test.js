import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { unknownID } from '../support/expect.js';
import {
	assertCreated, assertHolds, assertLists, assertOmits, assertPage, assertReads, gone, invalid, refusedWith, stale, startJourney,
} from '../support/journeys.js';

const { api, home } = await startJourney();
const outbound = api.Outbound;

/** A new contact list with a column for a name and one for a number. */
function newContactList(name) {
	return outbound.postOutboundContactlists({
		name, columnNames: ['First', 'Phone'], phoneColumns: [{ columnName: 'Phone', type: 'cell' }],
	});
}

describe('a journey through outbound dialling', () => {
	test('fills a contact list and changes who is on it', async () => {
		const sent = { name: 'Customers', columnNames: ['First', 'Phone'], phoneColumns: [{ columnName: 'Phone', type: 'cell' }] };
		const list = assertCreated(await newContactList('Customers'), { ...sent, version: 1, division: { id: home.id } });
		await assertReads((id) => outbound.getOutboundContactlist(id), list.id, list);
		const person = (First, Phone) => ({ contactListId: list.id, data: { First, Phone }, callable: true });
		const contacts = await outbound.postOutboundContactlistContacts(list.id, [
			person('Ann', '+13175550151'), person('Bob', '+13175550152'), person('Cem', '+13175550153'),
		]);
		assertHolds(contacts.map(({ data }) => data.First), ['Ann', 'Bob', 'Cem']);
		const [ann, bob, cem] = contacts;
		assertHolds(await outbound.getOutboundContactlistContact(list.id, ann.id), { ...person('Ann', '+13175550151'), id: ann.id });
		const some = await outbound.postOutboundContactlistContactsBulk(list.id, [ann.id, cem.id]);
		assert.deepEqual(some.map(({ id }) => id).sort(), [ann.id, cem.id].sort());
		assert.equal((await outbound.getOutboundContactlist(list.id, { includeSize: true })).size, 3);
		await gone(outbound.postOutboundContactlistContacts(unknownID, [person('Nil', '+13175550154')]));
		await invalid(outbound.postOutboundContactlistContacts(list.id, [{ contactListId: list.id }]));

		await outbound.putOutboundContactlistContact(list.id, bob.id, { ...person('Bobby', '+13175550152'), callable: false });
		assertHolds(await outbound.getOutboundContactlistContact(list.id, bob.id), { data: { First: 'Bobby' }, callable: false });
		await outbound.deleteOutboundContactlistContacts(list.id, [ann.id, bob.id]);
		await gone(outbound.getOutboundContactlistContact(list.id, ann.id));
		assert.equal((await outbound.getOutboundContactlistContact(list.id, cem.id)).id, cem.id);

		const renamed = await outbound.putOutboundContactlist(list.id, { ...list, name: 'Former customers' });
		assertHolds(renamed, { id: list.id, name: 'Former customers', version: 2 });
		await stale(outbound.putOutboundContactlist(list.id, { ...list, name: 'Future customers' }));
		const page = await outbound.getOutboundContactlists({ name: 'Former customers', filterType: 'Equals' });
		assertPage(page);
		assertLists(page, list);
		await outbound.deleteOutboundContactlist(list.id);
		await gone(outbound.getOutboundContactlist(list.id));
		await gone(outbound.getOutboundContactlistContact(list.id, cem.id));
	});

	test('starts and stops a campaign', async () => {
		const list = await newContactList('Subscribers');
		const { entities: [queue] } = await api.Routing.getRoutingQueues();
		const sent = {
			name: 'Spring', contactList: { id: list.id }, queue: { id: queue.id }, dialingMode: 'progressive',
			phoneColumns: [{ columnName: 'Phone', type: 'cell' }], callerName: 'Mockcloud', callerAddress: '+13175550155',
		};
		const campaign = assertCreated(await outbound.postOutboundCampaigns(sent), { ...sent, version: 1, division: { id: home.id } });
		assert.equal(campaign.campaignStatus, 'off');
		await assertReads((id) => outbound.getOutboundCampaign(id), campaign.id, campaign);
		assertLists(await outbound.getOutboundCampaigns({ contactListId: list.id }), campaign);
		assertOmits(await outbound.getOutboundCampaigns({ contactListId: unknownID }), campaign);
		await refusedWith([400, 404], outbound.postOutboundCampaigns({ ...sent, name: 'Autumn', contactList: { id: unknownID } }));
		await invalid(outbound.postOutboundCampaigns({ ...sent, name: 'Winter', dialingMode: 'shouting' }));

		const changed = await outbound.putOutboundCampaign(campaign.id, { ...campaign, callerName: 'Mockcloud spring' });
		assertHolds(changed, { ...sent, callerName: 'Mockcloud spring', version: 2 });
		await stale(outbound.putOutboundCampaign(campaign.id, { ...campaign, callerName: 'Somebody else' }));
		await outbound.postOutboundCampaignStart(campaign.id);
		assert.equal((await outbound.getOutboundCampaign(campaign.id)).campaignStatus, 'on');
		await outbound.postOutboundCampaignStop(campaign.id);
		assert.ok(['off', 'stopping'].includes((await outbound.getOutboundCampaign(campaign.id)).campaignStatus));
		await gone(outbound.postOutboundCampaignStart(unknownID));
		await outbound.deleteOutboundCampaign(campaign.id);
		await gone(outbound.getOutboundCampaign(campaign.id));
	});

	test('remembers who does not want to be called', async () => {
		const sent = { name: 'Not these', dncSourceType: 'rds', contactMethod: 'Phone' };
		const list = assertCreated(await outbound.postOutboundDnclists(sent), { ...sent, division: { id: home.id } });
		await assertReads((id) => outbound.getOutboundDnclist(id), list.id, list);
		const size = async () => (await outbound.getOutboundDnclist(list.id, { includeSize: true })).size;
		await outbound.postOutboundDnclistPhonenumbers(list.id, ['+13175550156', '+13175550157']);
		assert.equal(await size(), 2);
		await outbound.postOutboundDnclistPhonenumbers(list.id, ['+13175550157']);
		assert.equal(await size(), 2);
		await outbound.patchOutboundDnclistPhonenumbers(list.id, { action: 'Remove', phoneNumbers: ['+13175550156'] });
		assert.equal(await size(), 1);
		await gone(outbound.postOutboundDnclistPhonenumbers(unknownID, ['+13175550156']));
		assertHolds(await outbound.putOutboundDnclist(list.id, { ...list, name: 'Nor those' }), { id: list.id, name: 'Nor those' });
		assertLists(await outbound.getOutboundDnclists({ pageSize: 100 }), list);
		await outbound.deleteOutboundDnclist(list.id);
		await gone(outbound.getOutboundDnclist(list.id));
	});

	test('decides by rules what to do with an answer', async () => {
		const responses = { callable_person: { reactionType: 'transfer' }, callable_machine: { name: 'machine', reactionType: 'hangup' } };
		const set = assertCreated(await outbound.postOutboundCallanalysisresponsesets({ name: 'Careful', responses }), { name: 'Careful', responses });
		await assertReads((id) => outbound.getOutboundCallanalysisresponseset(id), set.id, set);
		const bolder = { ...set, name: 'Bold', beepDetectionEnabled: true };
		assertHolds(await outbound.putOutboundCallanalysisresponseset(set.id, bolder), { id: set.id, name: 'Bold', beepDetectionEnabled: true, responses });
		assertLists(await outbound.getOutboundCallanalysisresponsesets({ name: 'Bold' }), set);

		const rules = [{
			name: 'No machines', category: 'DIALER_WRAPUP', order: 0,
			conditions: [{ type: 'phoneNumberCondition', inverted: false, value: '+1', operator: 'BEGINS_WITH' }],
			actions: [{ type: 'Action', actionTypeName: 'DO_NOT_DIAL', properties: {} }],
		}];
		const ruleSet = assertCreated(await outbound.postOutboundRulesets({ name: 'Manners', rules }), { name: 'Manners', rules, version: 1 });
		await assertReads((id) => outbound.getOutboundRuleset(id), ruleSet.id, ruleSet);
		assertHolds(await outbound.putOutboundRuleset(ruleSet.id, { ...ruleSet, rules: [] }), { id: ruleSet.id, rules: [], version: 2 });
		await stale(outbound.putOutboundRuleset(ruleSet.id, { ...ruleSet, name: 'No manners' }));
		await invalid(outbound.postOutboundRulesets({ name: 'No rules' }));

		const mapping = await outbound.getOutboundWrapupcodemappings();
		const { entities: [code] } = await api.Routing.getRoutingWrapupcodes();
		const wanted = { ...mapping, mapping: { [code.id]: ['BUSINESS_SUCCESS', 'CONTACT_UNCALLABLE'] } };
		assert.deepEqual((await outbound.putOutboundWrapupcodemappings(wanted)).mapping, wanted.mapping);
		assert.deepEqual((await outbound.getOutboundWrapupcodemappings()).mapping, wanted.mapping);
		await outbound.deleteOutboundRuleset(ruleSet.id);
		await gone(outbound.getOutboundRuleset(ruleSet.id));
		await outbound.deleteOutboundCallanalysisresponseset(set.id);
		await gone(outbound.getOutboundCallanalysisresponseset(set.id));
	});
});
