import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { divisionNamed, idsOf, unknownID } from '../support/expect.js';
import {
	assertCreated, assertHolds, assertLists, assertOmits, assertPage, assertReads, gone, invalid, startJourney,
} from '../support/journeys.js';

const { admin, api, extended, home } = await startJourney();
const sales = await divisionNamed(admin, 'Sales');
const { entities: [someone, somebody] } = await api.Users.getUsers();

describe('a journey through routing', () => {
	test('sets up a queue with members and wrap-up codes, and takes it down', async () => {
		const sent = {
			name: 'Returns desk',
			description: 'What comes back',
			division: { id: sales.id },
			acwSettings: { wrapupPrompt: 'MANDATORY_TIMEOUT', timeoutMs: 30000 },
			mediaSettings: { call: { alertingTimeoutSeconds: 12, serviceLevel: { percentage: 0.7, durationMs: 15000 } } },
			skillEvaluationMethod: 'BEST',
			callingPartyName: 'Returns',
			routingRules: [{ operator: 'MEETS_THRESHOLD', threshold: 4, waitSeconds: 20 }],
		};
		const { status, body: queue } = await extended.Routing.postRoutingQueues(sent);
		assert.equal(status, 200); // the provider for Terraform takes nothing else
		assertCreated(queue, sent);
		assert.equal(queue.memberCount, 0);
		await assertReads((id) => api.Routing.getRoutingQueue(id), queue.id, queue);
		assertLists(await api.Routing.getRoutingQueues({ name: 'Returns desk', hasPeer: false }), queue);

		await api.Routing.postRoutingQueueMembers(queue.id, [{ id: someone.id }, { id: somebody.id }]);
		await api.Routing.patchRoutingQueueMember(queue.id, someone.id, { id: someone.id, ringNumber: 3 });
		const members = await api.Routing.getRoutingQueueMembers(queue.id, { memberBy: 'user', pageSize: 100 });
		assert.equal(assertLists(members, someone).ringNumber, 3);
		assert.equal(assertLists(members, somebody).ringNumber, 1);
		assert.deepEqual((await api.Routing.getRoutingQueueMembers(queue.id, { memberBy: 'group' })).entities, []);
		assert.deepEqual((await api.Routing.getRoutingQueueMembers(queue.id, { pageNumber: 2 })).entities, []);
		await api.Routing.postRoutingQueueMembers(queue.id, [{ id: somebody.id }], { _delete: true });
		assert.equal((await api.Routing.getRoutingQueue(queue.id)).memberCount, 1);

		const wrapup = assertCreated(
			await api.Routing.postRoutingWrapupcodes({ name: 'Refunded', division: { id: sales.id } }), { name: 'Refunded', division: { id: sales.id } },
		);
		await api.Routing.postRoutingQueueWrapupcodes(queue.id, [{ id: wrapup.id }]);
		assertLists(await api.Routing.getRoutingQueueWrapupcodes(queue.id), wrapup);

		const changed = await api.Routing.putRoutingQueue(queue.id, { ...queue, description: 'Nothing comes back' });
		assertHolds(changed, { ...sent, description: 'Nothing comes back' });
		await api.Routing.deleteRoutingQueueWrapupcode(queue.id, wrapup.id);
		assert.deepEqual((await api.Routing.getRoutingQueueWrapupcodes(queue.id)).entities, []);
		await api.Routing.deleteRoutingQueue(queue.id, { forceDelete: true });
		await gone(api.Routing.getRoutingQueue(queue.id));
		await gone(api.Routing.getRoutingQueueMembers(queue.id));
		assert.equal((await api.Routing.getRoutingWrapupcode(wrapup.id)).name, 'Refunded');
	});

	test('groups agents by their skills', async () => {
		const skill = await api.Routing.postRoutingSkills({ name: 'Juggling' });
		const language = await api.Routing.postRoutingLanguages({ name: 'Latin' });
		const skillConditions = [{
			operation: 'And',
			routingSkillConditions: [{ routingSkill: skill.name, comparator: 'GreaterThan', proficiency: 2, childConditions: [] }],
			languageSkillConditions: [{ languageSkill: language.name, comparator: 'EqualTo', proficiency: 5, childConditions: [] }],
		}];
		const sent = { name: 'Jugglers', description: 'Who juggles in Latin', skillConditions };
		const group = assertCreated(await api.Routing.postRoutingSkillgroups(sent), { ...sent, division: { id: home.id } });
		const read = await api.Routing.getRoutingSkillgroup(group.id);
		assert.deepEqual(read.skillConditions, skillConditions);
		assert.equal(read.division.id, home.id);
		assertLists(await api.Routing.getRoutingSkillgroups({ name: 'Jugglers' }), group);

		await api.Routing.postRoutingSkillgroupMembersDivisions(group.id, { body: { addDivisionIds: [sales.id] } });
		assert.ok(idsOf(await api.Routing.getRoutingSkillgroupMembersDivisions(group.id)).includes(sales.id));
		await api.Routing.postRoutingSkillgroupMembersDivisions(group.id, { body: { removeDivisionIds: [sales.id] } });
		assert.ok(!idsOf(await api.Routing.getRoutingSkillgroupMembersDivisions(group.id)).includes(sales.id));

		const changed = await api.Routing.patchRoutingSkillgroup(group.id, { name: 'Jugglers', skillConditions: [], description: 'Anybody' });
		assertHolds(changed, { id: group.id, name: 'Jugglers', description: 'Anybody', skillConditions: [] });
		await invalid(api.Routing.patchRoutingSkillgroup(group.id, { name: 'Jugglers', skillConditions: 'all' }));
		assert.deepEqual((await api.Routing.getRoutingSkillgroup(group.id)).skillConditions, []);
		await api.Routing.deleteRoutingSkillgroup(group.id);
		await gone(api.Routing.getRoutingSkillgroup(group.id));
	});

	test('says how much work a label and an agent may hold', async () => {
		const sent = { name: 'VIP' };
		const label = assertCreated(await api.Routing.postRoutingUtilizationLabels(sent), sent);
		await assertReads((id) => api.Routing.getRoutingUtilizationLabel(id), label.id, label);
		assertLists(await api.Routing.getRoutingUtilizationLabels({ name: 'VIP' }), label);
		assert.equal((await api.Routing.putRoutingUtilizationLabel(label.id, { name: 'Very important' })).name, 'Very important');
		assert.equal((await api.Routing.getRoutingUtilizationLabel(label.id)).name, 'Very important');

		const utilization = { call: { maximumCapacity: 2, interruptableMediaTypes: ['email'], includeNonAcd: true } };
		const labelUtilizations = { [label.id]: { maximumCapacity: 4 } };
		assertHolds(await api.Routing.putRoutingUtilization({ utilization, labelUtilizations }), { utilization, labelUtilizations });
		assertHolds(await api.Routing.getRoutingUtilization(), { utilization, labelUtilizations });

		assert.equal((await api.Routing.getRoutingUserUtilization(someone.id)).level, 'Organization');
		const own = { chat: { maximumCapacity: 5, interruptableMediaTypes: [], includeNonAcd: false } };
		assertHolds(await api.Routing.putRoutingUserUtilization(someone.id, { utilization: own }), { level: 'Agent', utilization: own });
		assertHolds(await api.Users.getRoutingUserUtilization(someone.id), { level: 'Agent', utilization: own });
		await api.Routing.deleteRoutingUserUtilization(someone.id);
		assert.equal((await api.Routing.getRoutingUserUtilization(someone.id)).level, 'Organization');
		await gone(api.Routing.getRoutingUserUtilization(unknownID));

		await api.Routing.deleteRoutingUtilization();
		await api.Routing.deleteRoutingUtilizationLabel(label.id, { forceDelete: true });
		await gone(api.Routing.getRoutingUtilizationLabel(label.id));
	});

	test('routes the e-mail of a domain whose id is its name', async () => {
		const domain = await api.Routing.postRoutingEmailDomains({ id: 'help.example.com', subDomain: false });
		assert.equal(domain.id, 'help.example.com');
		assert.deepEqual(await api.Routing.getRoutingEmailDomain('help.example.com'), domain);
		await gone(api.Routing.getRoutingEmailDomain('nowhere.example.com'));
		const page = await api.Routing.getRoutingEmailDomains();
		assertPage(page);
		assertLists(page, domain);

		const queue = await api.Routing.postRoutingQueues({ name: 'Letters' });
		const sent = { pattern: 'orders', fromName: 'Orders', fromEmail: 'orders@help.example.com', queue: { id: queue.id }, priority: 5 };
		const route = assertCreated(await api.Routing.postRoutingEmailDomainRoutes(domain.id, sent), sent);
		assert.deepEqual(await api.Routing.getRoutingEmailDomainRoute(domain.id, route.id), route);
		assertLists(await api.Routing.getRoutingEmailDomainRoutes(domain.id), route);
		await gone(api.Routing.postRoutingEmailDomainRoutes('nowhere.example.com', sent));

		await api.Routing.putRoutingEmailDomainRoute(domain.id, route.id, { ...sent, priority: 9 });
		assertHolds(await api.Routing.getRoutingEmailDomainRoute(domain.id, route.id), { ...sent, id: route.id, priority: 9 });
		await api.Routing.deleteRoutingEmailDomainRoute(domain.id, route.id);
		assertOmits(await api.Routing.getRoutingEmailDomainRoutes(domain.id), route);
		await api.Routing.deleteRoutingEmailDomain(domain.id);
		await gone(api.Routing.getRoutingEmailDomain(domain.id));
	});

	test('keeps the settings that every organization has', async () => {
		const before = await api.Routing.getRoutingSettings();
		const resetAgentScoreOnPresenceChange = !before.resetAgentScoreOnPresenceChange;
		assertHolds(await api.Routing.putRoutingSettings({ ...before, resetAgentScoreOnPresenceChange }), { resetAgentScoreOnPresenceChange });
		assertHolds(await api.Routing.getRoutingSettings(), { resetAgentScoreOnPresenceChange });
		await api.Routing.patchRoutingSettingsContactcenter({ removeSkillsFromBlindTransfer: true });
		assert.equal((await api.Routing.getRoutingSettingsContactcenter()).removeSkillsFromBlindTransfer, true);
		await api.Routing.putRoutingSettingsTranscription({ transcription: 'EnabledQueueFlow', transcriptionConfidenceThreshold: 40 });
		assertHolds(await api.Routing.getRoutingSettingsTranscription(), { transcription: 'EnabledQueueFlow', transcriptionConfidenceThreshold: 40 });
		await invalid(api.Routing.putRoutingSettingsTranscription({ transcription: 'Sometimes' }));
		assert.equal((await api.Routing.getRoutingSettingsTranscription()).transcription, 'EnabledQueueFlow');
	});
});
