import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { date, unknownID } from '../support/expect.js';
import {
	assertCreated, assertHolds, assertLists, assertOmits, assertReads, firstOf, gone, invalid, refusedWith, stale, startJourney, until,
} from '../support/journeys.js';

const { api } = await startJourney();
const { entities: [queue] } = await api.Routing.getRoutingQueues();

/** A year in which nothing happened, and the time in which the organization's past lies. */
const nothing = '1999-01-01T00:00:00.000Z/1999-12-31T00:00:00.000Z';
const always = '2000-01-01T00:00:00.000Z/2100-01-01T00:00:00.000Z';

describe('a journey through conversations', () => {
	test('promises a callback, notes what was said and ends it', async () => {
		const conversations = api.Conversations;
		const promise = await conversations.postConversationsCallbacks({
			queueId: queue.id, callbackNumbers: ['+13175550159'], callbackUserName: 'Cara Caller', data: { order: '17' },
		});
		const { id } = promise.conversation;
		assert.ok(promise.callbackIdentifiers.length > 0, JSON.stringify(promise));
		const conversation = await conversations.getConversation(id);
		assert.equal(conversation.id, id);
		assert.match(conversation.startTime, date);
		assert.ok(!('endTime' in conversation), JSON.stringify(conversation));
		const [customer] = conversation.participants;
		assert.ok(customer?.id, JSON.stringify(conversation));
		assert.equal((await conversations.getConversationsCallback(id)).id, id);
		await refusedWith([400, 404], conversations.postConversationsCallbacks({ queueId: unknownID, callbackNumbers: ['+13175550159'] }));
		await invalid(conversations.postConversationsCallbacks({ queueId: queue.id, callbackNumbers: '+13175550159' }));

		await conversations.patchConversationParticipantAttributes(id, customer.id, { attributes: { mood: 'curious' } });
		const marked = (await conversations.getConversation(id)).participants.find((p) => p.id === customer.id);
		assert.equal(marked.attributes.mood, 'curious');
		const code = firstOf(await api.Routing.getRoutingWrapupcodes(), 'wrap-up code');
		await conversations.patchConversationParticipant(id, customer.id, { state: 'disconnected', wrapup: { code: code.id, notes: 'Will order' } });
		assertHolds(await conversations.getConversationParticipantWrapup(id, customer.id), { code: code.id, notes: 'Will order' });
		await conversations.postConversationDisconnect(id);
		assert.match((await conversations.getConversation(id)).endTime, date);
		await gone(conversations.getConversation(unknownID));
		await gone(conversations.patchConversationParticipant(id, unknownID, { state: 'disconnected' }));
	});

	test('counts what happened, which may be nothing', async () => {
		const { Analytics: analytics } = api;
		const paging = { pageSize: 25, pageNumber: 1 };
		const none = await analytics.postAnalyticsConversationsDetailsQuery({ interval: nothing, paging });
		assert.deepEqual([none.conversations ?? [], none.totalHits ?? 0], [[], 0]);
		const past = await analytics.postAnalyticsConversationsDetailsQuery({ interval: always, order: 'asc', orderBy: 'conversationStart', paging });
		assert.equal(past.totalHits, past.conversations.length);
		assert.ok(past.totalHits > 0, 'the organization has no conversations');
		const [{ conversationId, conversationStart }] = past.conversations;
		assert.match(conversationStart, date);
		assert.equal((await analytics.getAnalyticsConversationDetails(conversationId)).conversationId, conversationId);
		assert.equal((await api.Conversations.getConversation(conversationId)).id, conversationId);
		await invalid(analytics.postAnalyticsConversationsDetailsQuery({ interval: 'yesterday', paging }));

		const counts = await analytics.postAnalyticsConversationsAggregatesQuery({ interval: nothing, metrics: ['nOffered'], groupBy: ['queueId'] });
		assert.ok(Array.isArray(counts.results ?? []), JSON.stringify(counts));
		await invalid(analytics.postAnalyticsConversationsAggregatesQuery({ interval: nothing, metrics: ['nMiracles'] }));
		const now = await analytics.postAnalyticsQueuesObservationsQuery({
			filter: { type: 'or', predicates: [{ dimension: 'queueId', value: queue.id }] }, metrics: ['oOnQueueUsers', 'oWaiting'],
		});
		assert.ok(Array.isArray(now.results), JSON.stringify(now));
		for (const { group } of now.results) assert.equal(group.queueId, queue.id);
	});

	test('waits for the job that counts what happened', async () => {
		const { Analytics: analytics } = api;
		const { jobId } = await analytics.postAnalyticsConversationsDetailsJobs({ interval: always });
		assert.ok(jobId);
		const done = await until(() => analytics.getAnalyticsConversationsDetailsJob(jobId), ({ state }) => state === 'FULFILLED');
		assert.match(done.submissionDate, date);
		const { conversations } = await analytics.getAnalyticsConversationsDetailsJobResults(jobId, { pageSize: 100 });
		const { totalHits } = await analytics.postAnalyticsConversationsDetailsQuery({ interval: always, paging: { pageSize: 1, pageNumber: 1 } });
		assert.equal(conversations.length, totalHits);
		const { dataAvailabilityDate } = await analytics.getAnalyticsConversationsDetailsJobsAvailability();
		assert.match(dataAvailabilityDate, date);
		await gone(analytics.getAnalyticsConversationsDetailsJob(unknownID));
		await gone(analytics.getAnalyticsConversationsDetailsJobResults(unknownID));
		await analytics.deleteAnalyticsConversationsDetailsJob(jobId);
		await gone(analytics.getAnalyticsConversationsDetailsJob(jobId));
	});

	test('asks who changed what, and who called how often', async () => {
		const audit = await api.Audit.postAuditsQuery({ interval: always, serviceName: 'ContactCenter' });
		const known = ['Queued', 'Running', 'Succeeded'];
		assert.ok(known.includes(audit.state), JSON.stringify(audit));
		await until(() => api.Audit.getAuditsQueryTransactionId(audit.id), ({ state }) => state === 'Succeeded');
		const { entities } = await api.Audit.getAuditsQueryTransactionIdResults(audit.id);
		assert.ok(Array.isArray(entities));
		await gone(api.Audit.getAuditsQueryTransactionId(unknownID));
		assert.ok(Array.isArray((await api.Audit.getAuditsQueryServicemapping()).services));

		const { executionId } = await api.Usage.postUsageQuery({ interval: always, granularity: 'Day', metrics: ['Requests'], groupBy: ['OAuthClientId'] });
		const usage = await until(() => api.Usage.getUsageQueryExecutionIdResults(executionId), ({ queryStatus }) => queryStatus === 'Complete');
		assert.ok(Array.isArray(usage.results));
		await gone(api.Usage.getUsageQueryExecutionIdResults(unknownID));
	});

	test('raises an alarm when too many wait', async () => {
		const predicate = {
			entity: { entityType: 'Queue', queue: { id: queue.id } }, mediaType: 'Voice',
			metric: 'oWaiting', metricType: 'Instance', metricValueType: 'Observation', comparisonOperator: 'Gt', value: 10,
		};
		const sent = {
			name: 'Long queue', description: 'More than ten', type: 'ConversationMetrics', enabled: true,
			sendExitingAlarmNotifications: false, waitBetweenNotificationMs: 60000,
			conditions: { type: 'And', clauses: [], predicates: [predicate] }, notifications: [],
		};
		const rule = assertCreated(await api.Alerting.postAlertingRules(sent), sent);
		await assertReads((id) => api.Alerting.getAlertingRule(id), rule.id, rule);
		const query = { queryType: 'Info', ruleType: 'All', enabledType: 'All', pageSize: 25, pageNumber: 1 };
		assertLists(await api.Alerting.postAlertingRulesQuery({ body: query }), rule);
		await invalid(api.Alerting.postAlertingRules({ ...sent, type: 'Astrology' }));
		const changed = await api.Alerting.putAlertingRule(rule.id, { ...sent, type: undefined, name: 'Very long queue', enabled: false });
		assertHolds(changed, { id: rule.id, name: 'Very long queue', enabled: false, conditions: sent.conditions });
		await api.Alerting.deleteAlertingRule(rule.id);
		await gone(api.Alerting.getAlertingRule(rule.id));
		assertOmits(await api.Alerting.postAlertingRulesQuery({ body: query }), rule);
		const alerts = await api.Alerting.postAlertingAlertsQuery({ body: { queryType: 'Info', ruleType: 'All', alertStatus: 'All', viewedStatus: 'All' } });
		assert.ok(alerts.entities.every((alert) => alert.rule?.id !== rule.id), JSON.stringify(alerts.entities));
	});

	test('follows visitors of a website to what they do', async () => {
		const criteria = [{ key: 'page.url', values: ['shop'], operator: 'containsAny', shouldIgnoreCase: true }];
		const pattern = { count: 1, streamType: 'Web', sessionType: 'web', criteria };
		const sent = {
			displayName: 'Window shoppers', description: 'Who looks only', isActive: true, color: '#335577', shouldDisplayToAgent: false,
			context: { patterns: [] }, journey: { patterns: [pattern] },
		};
		const segment = await api.Journey.postJourneySegments({ body: sent });
		assertHolds(segment, { ...sent, version: 1 });
		await assertReads((id) => api.Journey.getJourneySegment(id), segment.id, segment);
		assertLists(await api.Journey.getJourneySegments({ pageSize: 100 }), segment);
		assertLists(await api.Journey.getJourneySegments({ pageSize: 100, isActive: true }), segment);
		// The SDK for Go sends false where nobody asked for anything, so that false must not hide what is active (clients.md 1).
		assertLists(await api.Journey.getJourneySegments({ pageSize: 100, isActive: false }), segment);
		const renamed = await api.Journey.patchJourneySegment(segment.id, { body: { displayName: 'Lookers', version: 1 } });
		assertHolds(renamed, { id: segment.id, displayName: 'Lookers', description: 'Who looks only', version: 2 });
		await stale(api.Journey.patchJourneySegment(segment.id, { body: { displayName: 'Bookers', version: 1 } }));
		await invalid(api.Journey.postJourneySegments({ body: { ...sent, journey: { patterns: [{ ...pattern, streamType: 'River' }] } } }));

		const goal = { displayName: 'Bought', isActive: true, isPositive: true, context: { patterns: [] }, journey: { patterns: [pattern] } };
		const outcome = await api.Journey.postJourneyOutcomes({ body: goal });
		assertHolds(outcome, { ...goal, version: 1 });
		assertLists(await api.Journey.getJourneyOutcomes({ pageSize: 100 }), outcome);
		assertHolds(await api.Journey.patchJourneyOutcome(outcome.id, { body: { displayName: 'Paid', version: 1 } }), { displayName: 'Paid', version: 2 });
		await api.Journey.deleteJourneyOutcome(outcome.id);
		await gone(api.Journey.getJourneyOutcome(outcome.id));
		await api.Journey.deleteJourneySegment(segment.id);
		await gone(api.Journey.getJourneySegment(segment.id));
	});
});
