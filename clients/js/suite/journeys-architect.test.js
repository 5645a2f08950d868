import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { unknownID } from '../support/expect.js';
import {
	assertCreated, assertHolds, assertLists, assertOmits, assertPage, assertReads, deleted, gone, invalid, refusedWith, stale, startJourney,
} from '../support/journeys.js';

const { api, home } = await startJourney();

/** The schema of a data table, its columns in an order that no alphabet has. */
const columns = {
	key: { $id: '/properties/key', type: 'string', title: 'Postcode', displayOrder: 0 },
	weight: { $id: '/properties/weight', type: 'number', title: 'Weight', default: 2.5, displayOrder: 1 },
	city: { $id: '/properties/city', type: 'string', title: 'City', default: 'unknown', displayOrder: 2 },
	count: { $id: '/properties/count', type: 'integer', title: 'Count', default: 7, displayOrder: 3 },
	active: { $id: '/properties/active', type: 'boolean', title: 'Active', default: true, displayOrder: 4 },
};
const table = {
	name: 'Deliveries',
	description: 'Where parcels go',
	schema: {
		$schema: 'http://json-schema.org/draft-04/schema#', type: 'object', additionalProperties: false, required: ['key'], properties: columns,
	},
};

describe('a journey through Architect', () => {
	test('fills a data table', async () => {
		const created = await api.Architect.postFlowsDatatables(table);
		assertCreated(created, { name: table.name, description: table.description, division: { id: home.id } });
		const read = await api.Architect.getFlowsDatatable(created.id, { expand: 'schema' });
		assert.equal(read.division.id, home.id);
		assert.deepEqual(read.schema.properties, columns);
		assert.deepEqual(Object.keys(read.schema.properties), Object.keys(columns), 'the order of the columns');
		assert.equal((await refusedWith(409, api.Architect.postFlowsDatatables(table))).code, 'flows.datatables.not.unique');

		const whole = { key: '46032', weight: 1.5, city: 'Carmel', count: 0, active: false };
		assert.deepEqual(await api.Architect.postFlowsDatatableRows(created.id, whole), whole);
		const filled = { key: '46033', weight: 2.5, city: 'unknown', count: 7, active: true };
		await api.Architect.postFlowsDatatableRows(created.id, { key: '46033' });
		assert.deepEqual(await api.Architect.getFlowsDatatableRow(created.id, '46033', { showbrief: false }), filled);
		const conflict = await refusedWith(409, api.Architect.postFlowsDatatableRows(created.id, { key: '46033' }));
		assert.equal(conflict.code, 'flows.datatables.not.unique');
		await invalid(api.Architect.postFlowsDatatableRows(created.id, { key: '46034', weight: 'heavy' }));
		await invalid(api.Architect.postFlowsDatatableRows(created.id, { weight: 1 }));

		const rows = await api.Architect.getFlowsDatatableRows(created.id, { showbrief: false });
		assertPage(rows);
		assert.deepEqual(rows.entities, [whole, filled]);
		await api.Architect.putFlowsDatatableRow(created.id, '46033', { body: { ...filled, city: 'Fishers' } });
		assert.equal((await api.Architect.getFlowsDatatableRow(created.id, '46033', { showbrief: false })).city, 'Fishers');
		await api.Architect.deleteFlowsDatatableRow(created.id, '46033');
		await gone(api.Architect.getFlowsDatatableRow(created.id, '46033', { showbrief: false }));

		const renamed = await api.Architect.putFlowsDatatable(created.id, { ...table, id: created.id, description: 'Parcels' });
		assertHolds(renamed, { id: created.id, description: 'Parcels' });
		await api.Architect.deleteFlowsDatatable(created.id, { force: true });
		await gone(api.Architect.getFlowsDatatable(created.id));
		await gone(api.Architect.getFlowsDatatableRow(created.id, '46032'));
	});

	test('opens and closes by schedules', async () => {
		const times = { start: '2023-08-04T08:00:00.000', end: '2023-08-04T17:00:00.000', rrule: 'FREQ=WEEKLY;INTERVAL=1;BYDAY=MO,TU' };
		const open = assertCreated(await api.Architect.postArchitectSchedules({ name: 'Open', ...times }), times);
		assert.equal(open.division.id, home.id);
		const closed = await api.Architect.postArchitectSchedules({ name: 'Christmas', start: '2023-12-24T00:00:00.000', end: '2023-12-26T23:59:59.999' });
		const read = await assertReads((id) => api.Architect.getArchitectSchedule(id), open.id, open);
		assertHolds(read, times);
		await invalid(api.Architect.postArchitectSchedules({ name: 'Never', start: 'noon', end: 'evening' }));

		const later = await api.Architect.putArchitectSchedule(open.id, { ...open, end: '2023-08-04T18:00:00.000' });
		assert.equal(later.version, open.version + 1);
		assert.equal(later.end, '2023-08-04T18:00:00.000');
		await stale(api.Architect.putArchitectSchedule(open.id, { ...open, end: '2023-08-04T19:00:00.000' }));

		const sent = {
			name: 'Office hours', timeZone: 'Europe/Lisbon', openSchedules: [{ id: open.id }], closedSchedules: [], holidaySchedules: [{ id: closed.id }],
		};
		const group = assertCreated(await api.Architect.postArchitectSchedulegroups(sent), {
			name: sent.name, timeZone: sent.timeZone, openSchedules: [{ id: open.id }], holidaySchedules: [{ id: closed.id }], division: { id: home.id },
		});
		await assertReads((id) => api.Architect.getArchitectSchedulegroup(id), group.id, group);
		assertLists(await api.Architect.getArchitectSchedulegroups({ name: 'Office hours' }), group);
		const changed = await api.Architect.putArchitectSchedulegroup(group.id, { ...sent, version: group.version, holidaySchedules: [] });
		assert.equal(changed.version, group.version + 1);
		assert.deepEqual(changed.holidaySchedules ?? [], []);

		await api.Architect.deleteArchitectSchedulegroup(group.id);
		await deleted(api.Architect.getArchitectSchedulegroup(group.id));
		await api.Architect.deleteArchitectSchedule(closed.id);
		await deleted(api.Architect.getArchitectSchedule(closed.id));
		assertOmits(await api.Architect.getArchitectSchedules({ pageSize: 100 }), closed);
	});

	test('sends the callers of a number to a flow, and elsewhere in an emergency', async () => {
		const pool = assertCreated(
			await api.TelephonyProvidersEdge.postTelephonyProvidersEdgesDidpools({
				name: 'Indiana', startPhoneNumber: '+13175550160', endPhoneNumber: '+13175550169', comments: 'Not dialled', provider: 'PURE_CLOUD',
			}),
			{ name: 'Indiana', startPhoneNumber: '+13175550160', endPhoneNumber: '+13175550169', comments: 'Not dialled', provider: 'PURE_CLOUD', state: 'active' },
		);
		await assertReads((id) => api.TelephonyProvidersEdge.getTelephonyProvidersEdgesDidpool(id), pool.id, pool);
		const flow = await api.Architect.postFlows({ name: 'Welcome', type: 'INBOUNDCALL' });
		const sent = { name: 'Main number', dnis: ['+13175550160', '+13175550161'], openHoursFlow: { id: flow.id } };
		const ivr = assertCreated(await api.Architect.postArchitectIvrs(sent), { ...sent, division: { id: home.id } });
		await assertReads((id) => api.Architect.getArchitectIvr(id), ivr.id, ivr);
		assertLists(await api.Architect.getArchitectIvrs({ name: 'Main number' }), ivr);
		assertLists(await api.Architect.getArchitectIvrs({ dnis: '+13175550161' }), ivr);
		assertOmits(await api.Architect.getArchitectIvrs({ dnis: '+13175550169' }), ivr);

		const fewer = await api.Architect.putArchitectIvr(ivr.id, { ...ivr, dnis: ['+13175550160'] });
		assert.equal(fewer.version, ivr.version + 1);
		assert.deepEqual(fewer.dnis, ['+13175550160']);
		await stale(api.Architect.putArchitectIvr(ivr.id, { ...ivr, dnis: [] }));

		const plan = { name: 'Fire drill', enabled: false, emergencyCallFlows: [{ emergencyFlow: { id: flow.id }, ivrs: [{ id: ivr.id }] }] };
		const emergency = assertCreated(await api.Architect.postArchitectEmergencygroups(plan), plan);
		await assertReads((id) => api.Architect.getArchitectEmergencygroup(id), emergency.id, emergency);
		const on = await api.Architect.putArchitectEmergencygroup(emergency.id, { ...plan, version: emergency.version, enabled: true });
		assertHolds(on, { ...plan, enabled: true, version: emergency.version + 1 });

		await api.Architect.deleteArchitectEmergencygroup(emergency.id);
		await deleted(api.Architect.getArchitectEmergencygroup(emergency.id));
		await api.Architect.deleteArchitectIvr(ivr.id);
		await deleted(api.Architect.getArchitectIvr(ivr.id));
		await api.TelephonyProvidersEdge.deleteTelephonyProvidersEdgesDidpool(pool.id);
		await deleted(api.TelephonyProvidersEdge.getTelephonyProvidersEdgesDidpool(pool.id));
	});

	test('notes the outcome and the milestones of flows', async () => {
		const sent = { name: 'Order taken', description: 'Somebody bought' };
		const outcome = assertCreated(await api.Architect.postFlowsOutcomes({ body: sent }), sent);
		assert.equal(outcome.division.id, home.id);
		assertHolds(await api.Architect.getFlowsOutcome(outcome.id), { id: outcome.id, name: 'Order taken', division: { id: home.id } });
		assertLists(await api.Architect.getFlowsOutcomes({ name: 'Order taken' }), outcome);
		await api.Architect.putFlowsOutcome(outcome.id, { body: { ...outcome, description: 'Somebody paid' } });
		assert.equal((await api.Architect.getFlowsOutcome(outcome.id)).description, 'Somebody paid');
		await gone(api.Architect.getFlowsOutcome(unknownID));

		const milestone = assertCreated(await api.Architect.postFlowsMilestones({ body: { name: 'Address known' } }), { name: 'Address known' });
		assert.equal(milestone.division.id, home.id);
		await assertReads((id) => api.Architect.getFlowsMilestone(id), milestone.id, milestone);
		assertLists(await api.Architect.getFlowsMilestones({ id: [milestone.id] }), milestone);
		const changed = await api.Architect.putFlowsMilestone(milestone.id, { body: { ...milestone, description: 'We can deliver' } });
		assertHolds(changed, { id: milestone.id, name: 'Address known', description: 'We can deliver' });
		await api.Architect.deleteFlowsMilestone(milestone.id);
		await gone(api.Architect.getFlowsMilestone(milestone.id));
	});

	test('writes, publishes and withdraws a flow', async () => {
		const sent = { name: 'Order status', description: 'Where is it?', type: 'INBOUNDCALL' };
		const flow = assertCreated(await api.Architect.postFlows(sent), { ...sent, division: { id: home.id } });
		assertHolds(await api.Architect.getFlow(flow.id), { ...sent, id: flow.id });
		await invalid(api.Architect.postFlows({ name: 'Of no kind', type: 'OUTOFTHEBLUE' }));
		assertLists(await api.Architect.getFlows({ type: ['inboundcall'], nameOrDescription: 'Order status' }), flow);
		assertOmits(await api.Architect.getFlows({ type: ['inboundchat'] }), flow);

		// Guess: a saved configuration becomes a version, and publishing makes that version the published one.
		await api.Architect.postFlowsActionsCheckout(flow.id);
		const version = await api.Architect.postFlowVersions(flow.id, { configuration: { name: 'Order status', defaultLanguage: 'en-us' } });
		assert.ok(version.id, JSON.stringify(version));
		assert.ok((await api.Architect.getFlowVersions(flow.id)).entities.some((v) => v.id === version.id));
		assert.equal((await api.Architect.getFlowVersion(flow.id, version.id)).id, version.id);
		await api.Architect.postFlowsActionsCheckin(flow.id);
		await api.Architect.postFlowsActionsPublish(flow.id, { version: version.id });
		assert.equal((await api.Architect.getFlow(flow.id)).publishedVersion.id, version.id);
		assert.equal((await api.Architect.postFlowsActionsUnlock(flow.id)).id, flow.id);
		await gone(api.Architect.postFlowsActionsPublish(unknownID));

		assertHolds(await api.Architect.putFlow(flow.id, { ...sent, description: 'Where is my parcel?' }), { id: flow.id, description: 'Where is my parcel?' });
		await api.Architect.deleteFlow(flow.id);
		await gone(api.Architect.getFlow(flow.id));
		await gone(api.Architect.getFlowVersions(flow.id));
	});

	test('records what a prompt says in two languages', async () => {
		const sent = { name: 'Welcome_all', description: 'Good day' };
		const prompt = assertCreated(await api.Architect.postArchitectPrompts(sent), sent);
		const english = { language: 'en-us', ttsString: 'Good day', text: 'Good day', tags: { tone: ['kind'] } };
		const resource = await api.Architect.postArchitectPromptResources(prompt.id, english);
		assertHolds(resource, { ...english, promptId: prompt.id });
		await api.Architect.postArchitectPromptResources(prompt.id, { language: 'pt-br', ttsString: 'Bom dia' });
		assertHolds(await api.Architect.getArchitectPromptResource(prompt.id, 'en-us'), english);
		const { entities } = await api.Architect.getArchitectPromptResources(prompt.id);
		assert.deepEqual(entities.map((r) => r.language).sort(), ['en-us', 'pt-br']);

		await api.Architect.putArchitectPromptResource(prompt.id, 'pt-br', { ttsString: 'Boa tarde' });
		assertHolds(await api.Architect.getArchitectPromptResource(prompt.id, 'pt-br'), { ttsString: 'Boa tarde', language: 'pt-br' });
		await gone(api.Architect.putArchitectPromptResource(prompt.id, 'fr-fr', { ttsString: 'Bonjour' }));
		const upload = await api.Architect.postArchitectPromptResourceUploads(prompt.id, 'en-us');
		assert.match(upload.url, /^https?:\/\//);
		assertLists(await api.Architect.getArchitectPrompts({ name: 'Welcome_all' }), prompt);
		assertHolds(await api.Architect.putArchitectPrompt(prompt.id, { name: 'Welcome_all', description: 'Hello' }), { id: prompt.id, description: 'Hello' });

		await api.Architect.deleteArchitectPromptResource(prompt.id, 'pt-br');
		await gone(api.Architect.getArchitectPromptResource(prompt.id, 'pt-br'));
		await api.Architect.deleteArchitectPrompt(prompt.id, { allResources: true });
		await gone(api.Architect.getArchitectPrompt(prompt.id));
		await gone(api.Architect.getArchitectPromptResource(prompt.id, 'en-us'));
	});
});
