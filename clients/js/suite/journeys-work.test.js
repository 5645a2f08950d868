import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { unknownID } from '../support/expect.js';
import {
	assertCreated, assertHolds, assertLists, assertOmits, assertReads, firstOf, gone, invalid, refusedWith, stale, startJourney,
} from '../support/journeys.js';

const { api, home } = await startJourney();
const { entities: [agent, supervisor] } = await api.Users.getUsers();

describe('a journey through the work of agents', () => {
	test('works off a work item', async () => {
		const tasks = api.TaskManagement;
		const workbin = assertCreated(
			await tasks.postTaskmanagementWorkbins({ name: 'Claims', description: 'What broke' }),
			{ name: 'Claims', description: 'What broke', division: { id: home.id } },
		);
		await assertReads((id) => tasks.getTaskmanagementWorkbin(id), workbin.id, workbin);
		const sent = { name: 'Claim', description: 'Something broke', defaultPriority: 10, disableDefaultStatusCreation: true };
		await refusedWith([400, 404], tasks.postTaskmanagementWorktypes({ ...sent, defaultWorkbinId: unknownID }));
		const worktype = await tasks.postTaskmanagementWorktypes({ ...sent, defaultWorkbinId: workbin.id });
		assertCreated(worktype, { name: 'Claim', description: 'Something broke', defaultPriority: 10, defaultWorkbin: { id: workbin.id } });
		const status = (name, category) => tasks.postTaskmanagementWorktypeStatuses(worktype.id, { name, category });
		const [open, done] = [await status('Reported', 'Open'), await status('Paid', 'Closed')];
		assert.deepEqual((await tasks.getTaskmanagementWorktypeStatuses(worktype.id)).entities.map((s) => s.name).sort(), ['Paid', 'Reported']);
		const onward = await tasks.patchTaskmanagementWorktypeStatus(worktype.id, open.id, { destinationStatusIds: [done.id] });
		assertHolds(onward, { id: open.id, name: 'Reported', destinationStatuses: [{ id: done.id }] });
		const opening = await tasks.patchTaskmanagementWorktype(worktype.id, { defaultStatusId: open.id });
		assertHolds(opening, { id: worktype.id, name: 'Claim', defaultStatus: { id: open.id } });

		const item = await tasks.postTaskmanagementWorkitems({ name: 'Broken cup', typeId: worktype.id, dateDue: '2030-01-31T12:00:00.000Z' });
		assertCreated(item, {
			name: 'Broken cup', type: { id: worktype.id }, workbin: { id: workbin.id }, status: { id: open.id }, statusCategory: 'Open', priority: 10,
			dateDue: '2030-01-31T12:00:00.000Z',
		});
		await refusedWith([400, 404], tasks.postTaskmanagementWorkitems({ name: 'Broken what', typeId: unknownID }));
		await assertReads((id) => tasks.getTaskmanagementWorkitem(id), item.id, item);
		const changed = await tasks.patchTaskmanagementWorkitem(item.id, { priority: 99, assigneeId: agent.id });
		assertHolds(changed, { id: item.id, priority: 99, assignee: { id: agent.id }, name: 'Broken cup' });
		const query = (name, ...values) => tasks.postTaskmanagementWorkitemsQuery({ filters: [{ name, type: 'String', operator: 'EQ', values }], pageSize: 25 });
		assertLists(await query('typeId', worktype.id), item);
		assertOmits(await query('typeId', unknownID), item);

		const ended = await tasks.postTaskmanagementWorkitemTerminate(item.id, { body: { statusId: done.id } });
		assertHolds(ended, { id: item.id, status: { id: done.id }, statusCategory: 'Closed' });
		await tasks.deleteTaskmanagementWorkitem(item.id);
		await gone(tasks.getTaskmanagementWorkitem(item.id));
		await tasks.deleteTaskmanagementWorktype(worktype.id);
		await gone(tasks.getTaskmanagementWorktypeStatuses(worktype.id));
		await tasks.deleteTaskmanagementWorkbin(workbin.id);
		await gone(tasks.getTaskmanagementWorkbin(workbin.id));
	});

	test('plans a week of work', async () => {
		const wfm = api.WorkforceManagement;
		const settings = { startDayOfWeek: 'Monday', timeZone: 'Europe/Lisbon', shortTermForecasting: { defaultHistoryWeeks: 6 } };
		const business = assertCreated(
			await wfm.postWorkforcemanagementBusinessunits({ name: 'Night', divisionId: home.id, settings }),
			{ name: 'Night', division: { id: home.id }, settings },
		);
		await gone(wfm.getWorkforcemanagementBusinessunit(unknownID));
		assertHolds(await wfm.getWorkforcemanagementBusinessunit(business.id, { expand: ['settings'] }), { id: business.id, settings });
		assertLists(await wfm.getWorkforcemanagementBusinessunits(), business);

		const unit = assertCreated(
			await wfm.postWorkforcemanagementManagementunits({ name: 'Owls', businessUnitId: business.id, divisionId: home.id }),
			{ name: 'Owls', businessUnit: { id: business.id }, division: { id: home.id } },
		);
		await refusedWith([400, 404], wfm.postWorkforcemanagementManagementunits({ name: 'Larks', businessUnitId: unknownID }));
		assertLists(await wfm.getWorkforcemanagementBusinessunitManagementunits(business.id), unit);
		assertHolds(await wfm.patchWorkforcemanagementManagementunit(unit.id, { name: 'Night owls' }), { id: unit.id, name: 'Night owls' });

		const meal = { name: 'Feeding', category: 'Meal', lengthInMinutes: 30, countsAsPaidTime: false };
		const code = assertCreated(await wfm.postWorkforcemanagementBusinessunitActivitycodes(business.id, meal), meal);
		assertHolds(await wfm.getWorkforcemanagementBusinessunitActivitycode(business.id, code.id), { id: code.id, name: 'Feeding' });
		const { version } = code.metadata;
		const longer = await wfm.patchWorkforcemanagementBusinessunitActivitycode(business.id, code.id, { lengthInMinutes: 45, metadata: { version } });
		assertHolds(longer, { id: code.id, name: 'Feeding', lengthInMinutes: 45, metadata: { version: version + 1 } });
		await stale(wfm.patchWorkforcemanagementBusinessunitActivitycode(business.id, code.id, { lengthInMinutes: 60, metadata: { version } }));

		const shift = { name: 'Late', days: { values: ['Monday', 'Tuesday'] }, exactStartTimeMinutesFromMidnight: 1320, exactPaidTimeMinutes: 480 };
		const plan = assertCreated(
			await wfm.postWorkforcemanagementManagementunitWorkplans(unit.id, { name: 'Two nights', enabled: true, weeklyExactPaidMinutes: 960, shifts: [shift] }),
			{ name: 'Two nights', enabled: true, weeklyExactPaidMinutes: 960, shifts: [shift] },
		);
		assertHolds(await wfm.getWorkforcemanagementManagementunitWorkplan(unit.id, plan.id), { id: plan.id, shifts: [shift] });
		assertLists(await wfm.getWorkforcemanagementManagementunitWorkplans(unit.id), plan);
		await invalid(wfm.postWorkforcemanagementManagementunitWorkplans(unit.id, { name: 'No nights', shifts: [{ ...shift, days: { values: ['Doomsday'] } }] }));
		await wfm.deleteWorkforcemanagementManagementunitWorkplan(unit.id, plan.id);
		await gone(wfm.getWorkforcemanagementManagementunitWorkplan(unit.id, plan.id));
		await wfm.deleteWorkforcemanagementManagementunit(unit.id);
		await wfm.deleteWorkforcemanagementBusinessunit(business.id);
		await gone(wfm.getWorkforcemanagementBusinessunit(business.id));
		await gone(wfm.getWorkforcemanagementBusinessunitActivitycode(business.id, code.id));
	});

	test('evaluates a conversation by a published form', async () => {
		const quality = api.Quality;
		const sent = {
			name: 'Courtesy',
			questionGroups: [{
				name: 'Opening', type: 'questionGroup', weight: 1, naEnabled: false, manualWeight: true,
				questions: [{
					text: 'Did they greet', type: 'multipleChoiceQuestion', naEnabled: false, isKill: false, isCritical: true, commentsRequired: false,
					answerOptions: [{ text: 'Yes', value: 1 }, { text: 'No', value: 0 }],
				}],
			}],
		};
		const form = assertCreated(await quality.postQualityFormsEvaluations(sent), { ...sent, published: false });
		await assertReads((id) => quality.getQualityFormsEvaluation(id), form.id, form);
		assertHolds(await quality.putQualityFormsEvaluation(form.id, { ...sent, name: 'Good manners' }), { id: form.id, name: 'Good manners' });
		const published = await quality.postQualityPublishedformsEvaluations({ id: form.id, published: true });
		assertHolds(published, { name: 'Good manners', published: true, questionGroups: sent.questionGroups });
		assertLists(await quality.getQualityPublishedformsEvaluations({ name: 'Good manners' }), published);
		assertHolds(await quality.getQualityPublishedformsEvaluation(published.id), { id: published.id, published: true });

		const { entities: [queue] } = await api.Routing.getRoutingQueues();
		const { conversation } = await api.Conversations.postConversationsCallbacks({ queueId: queue.id, callbackNumbers: ['+13175550158'] });
		const evaluation = await quality.postQualityConversationEvaluations(conversation.id, {
			evaluationForm: { id: published.id }, evaluator: { id: supervisor.id }, agent: { id: agent.id },
		});
		assertCreated(evaluation, { status: 'PENDING', evaluator: { id: supervisor.id }, agent: { id: agent.id }, conversation: { id: conversation.id } });
		assertHolds(await quality.getQualityConversationEvaluation(conversation.id, evaluation.id), { id: evaluation.id, status: 'PENDING' });
		await gone(quality.getQualityConversationEvaluation(conversation.id, unknownID));
		const answers = { ...evaluation.answers, comments: 'Well greeted' };
		const answered = await quality.putQualityConversationEvaluation(conversation.id, evaluation.id, { ...evaluation, status: 'INPROGRESS', answers });
		assertHolds(answered, { id: evaluation.id, status: 'INPROGRESS', answers: { comments: 'Well greeted' } });
		await quality.deleteQualityConversationEvaluation(conversation.id, evaluation.id);
		await gone(quality.getQualityConversationEvaluation(conversation.id, evaluation.id));
	});

	test('coaches an agent', async () => {
		const coaching = api.Coaching;
		const sent = { name: 'Greeting', description: 'How to say hello', dateStart: '2030-05-06T09:00:00.000Z', lengthInMinutes: 30 };
		const appointment = assertCreated(
			await coaching.postCoachingAppointments({ ...sent, attendeeIds: [agent.id], facilitatorId: supervisor.id }),
			{ ...sent, attendees: [{ id: agent.id }], facilitator: { id: supervisor.id }, status: 'Scheduled' },
		);
		await assertReads((id) => coaching.getCoachingAppointment(id), appointment.id, appointment);
		assertLists(await coaching.getCoachingAppointments([agent.id]), appointment);
		await invalid(coaching.postCoachingAppointments({ ...sent, attendeeIds: 'everybody' }));
		const held = await coaching.patchCoachingAppointment(appointment.id, { lengthInMinutes: 45, status: 'Completed' });
		assertHolds(held, { id: appointment.id, lengthInMinutes: 45, status: 'Completed' });
		const annotation = assertCreated(
			await coaching.postCoachingAppointmentAnnotations(appointment.id, { text: 'Went well', accessType: 'Public' }),
			{ text: 'Went well', accessType: 'Public' },
		);
		assertLists(await coaching.getCoachingAppointmentAnnotations(appointment.id), annotation);
		const praise = await coaching.patchCoachingAppointmentAnnotation(appointment.id, annotation.id, { text: 'Went very well' });
		assertHolds(praise, { id: annotation.id, text: 'Went very well' });
		await coaching.deleteCoachingAppointmentAnnotation(appointment.id, annotation.id);
		await gone(coaching.getCoachingAppointmentAnnotation(appointment.id, annotation.id));
		await coaching.deleteCoachingAppointment(appointment.id);
		await gone(coaching.getCoachingAppointment(appointment.id));
		await gone(coaching.getCoachingAppointmentAnnotations(appointment.id));
	});

	test('lets agents play for points', async () => {
		const games = api.Gamification;
		const sent = {
			name: 'Owls', description: 'Who is awake', active: false, maxLeaderboardRankSize: 5, division: { id: home.id },
			reportingIntervals: [{ intervalType: 'Day', intervalValue: 1 }, { intervalType: 'Week', intervalValue: 1 }],
		};
		const profile = assertCreated(await games.postGamificationProfiles(sent), sent);
		assertHolds(await games.getGamificationProfile(profile.id), { ...sent, id: profile.id });
		assertLists(await games.getGamificationProfiles(), profile);
		assert.equal((await games.postGamificationProfileActivate(profile.id)).active, true);
		assert.equal((await games.getGamificationProfile(profile.id)).active, true);
		const assigned = await games.postGamificationProfileMembers(profile.id, { membersToAssign: [agent.id], membersToRemove: [] });
		assert.deepEqual(assigned.assignedMembers.map(({ id }) => id), [agent.id]);
		assertLists(await games.getGamificationProfileMembers(profile.id), agent);

		const definition = firstOf(await games.getGamificationMetricdefinitions(), 'definition of a metric');
		const metric = assertCreated(
			await games.postGamificationProfileMetrics(profile.id, { name: 'Speed', metricDefinitionId: definition.id, objective: { enabled: true, zones: [] } }),
			{ name: 'Speed', metricDefinitionId: definition.id, objective: { enabled: true } },
		);
		assertHolds(await games.getGamificationProfileMetric(profile.id, metric.id), { id: metric.id, name: 'Speed' });
		assertLists(await games.getGamificationProfileMetrics(profile.id), metric);
		const slower = await games.putGamificationProfileMetric(profile.id, metric.id, { name: 'Slowness', metricDefinitionId: definition.id });
		assertHolds(slower, { id: metric.id, name: 'Slowness' });
		await gone(games.getGamificationProfileMetric(unknownID, metric.id));
		assert.equal((await games.postGamificationProfileDeactivate(profile.id)).active, false);
	});

	test('keeps recordings as long as a policy says', async () => {
		const recording = api.Recording;
		const keep = (days) => ({ callPolicy: { actions: { retainRecording: true, retentionDuration: { deleteRetention: { days } } } } });
		const sent = { name: 'A month', description: 'And no longer', order: 1, enabled: true, mediaPolicies: keep(30) };
		const policy = assertCreated(await recording.postRecordingMediaretentionpolicies(sent), sent);
		await assertReads((id) => recording.getRecordingMediaretentionpolicy(id), policy.id, policy);
		assertLists(await recording.getRecordingMediaretentionpolicies({ name: 'A month' }), policy);
		assertHolds(await recording.patchRecordingMediaretentionpolicy(policy.id, { enabled: false }), { id: policy.id, enabled: false, name: 'A month' });
		const longer = await recording.putRecordingMediaretentionpolicy(policy.id, { ...sent, mediaPolicies: keep(60) });
		assertHolds(longer, { id: policy.id, enabled: true, mediaPolicies: keep(60) });
		await recording.deleteRecordingMediaretentionpolicies(policy.id);
		await gone(recording.getRecordingMediaretentionpolicy(policy.id));

		const settings = await recording.getRecordingSettings();
		assertHolds(await recording.putRecordingSettings({ ...settings, maxSimultaneousStreams: 3 }), { maxSimultaneousStreams: 3 });
		assertHolds(await recording.getRecordingSettings(), { ...settings, maxSimultaneousStreams: 3 });
	});

	test('reads the scripts that agents see', async () => {
		const listing = await api.Scripts.getScripts({ pageSize: 100 });
		const script = firstOf(listing, 'script');
		assertHolds(await api.Scripts.getScript(script.id), { id: script.id, name: script.name });
		assertLists(await api.Scripts.getScripts({ name: script.name }), script);
		assert.deepEqual((await api.Scripts.getScripts({ name: 'No such script' })).entities, []);
		assert.ok(Array.isArray(await api.Scripts.getScriptPages(script.id)));
		assert.ok(Array.isArray((await api.Scripts.getScriptsPublished()).entities));
		await gone(api.Scripts.getScript(unknownID));
	});
});
