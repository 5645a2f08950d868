// One operation of each class of the SDK: the shortest that reads without being told anything, or one of those below.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { platformClient, servicesOf, until } from '../support/journeys.js';
import { startMockcloud } from '../support/mockcloud.js';
import { asUser } from '../support/sdk.js';

const server = await startMockcloud({ fixtures: ['contact-center'] });
const person = await asUser(server, server.adminEmail); // not a client: some classes know only what is one's own
const [api, extended] = [servicesOf(person.client), servicesOf(person.extended().client)];

const classes = Object.keys(platformClient).filter((name) => /Api$/.test(name)).sort();
const me = await api.Users.getUsersMe();
const { entities: [queue] } = await api.Routing.getRoutingQueues();

/** How to call one operation of a class in which every read needs to be told something. */
const told = {
	AgentUIApi: (service) => service.putUsersAgentuiAgentsAutoanswerAgentIdSettings(me.id, { settings: {} }),
	AlertingApi: (service) => service.postAlertingRulesQuery({ body: { queryType: 'Info', ruleType: 'All' } }),
	AssistantCopilotVariationsApi: async (service) => {
		const assistant = await api.AgentAssistants.postAssistants({
			name: 'Whisperer', knowledgeSuggestionConfig: { vendorName: 'GenesysKnowledge' }, transcriptionConfig: { vendorName: 'Genesys' },
		});
		return service.getAssistantVariations(assistant.id);
	},
	BackgroundAssistantApi: (service) => service.postBackgroundassistantToken(),
	CarrierServicesApi: (service) => service.getCarrierservicesIntegrationsEmergencylocationsMe('+13175550144'),
	DependenciesApi: (service) => service.getDependenciesTypeEntityTypeIdEntityIdConnectionsRequiredby('QUEUE', queue.id),
	// What a person asks for by law is one of the results that are fetched in two steps: by an id, and by the address for it.
	DownloadsApi: async (service) => {
		const gdpr = api.GeneralDataProtectionRegulation;
		const { id } = await gdpr.postGdprRequests({ requestType: 'GDPR_EXPORT', subject: { userId: me.id } });
		const { resultsUrl } = await until(() => gdpr.getGdprRequest(id), ({ status }) => status === 'COMPLETED');
		return service.getDownload(/\/api\/v2\/downloads\/([^/?]+)/.exec(resultsUrl)[1], { issueRedirect: false });
	},
	EventsApi: (service) => service.postEventsUsersPresence({ userPresenceEvents: [] }),
	FlowsApi: (service) => service.postAnalyticsFlowsAggregatesQuery({ interval: '2026-01-01T00:00:00.000Z/2026-01-02T00:00:00.000Z', metrics: ['nFlow'] }),
	SearchApi: (service) => service.postUsersSearch({ query: [{ type: 'EXACT', fields: ['email'], value: server.adminEmail }] }),
	SuggestApi: (service) => service.postSearchSuggest({ types: ['users'], query: [{ fields: ['name'], value: me.name.slice(0, 3) }] }),
	UploadsApi: (service) => service.postUploadsPublicassetsImages({ fileName: 'logo.png', contentType: 'image/png' }),
	UsageApi: (service) => service.postUsageQuery({ interval: '2026-01-01T00:00:00.000Z/2026-01-02T00:00:00.000Z', metrics: ['Requests'] }),
	UsersRulesApi: (service) => service.getUsersRules(['Learning']),
};

/** What a method of a class would send if it were called with nothing; null if it wants to be told something. */
function requestOf(name, method) {
	let request = null;
	const recorder = {
		buildCollectionParam: (values) => values,
		callApi: (path, verb) => { request = { path, verb }; },
	};
	try {
		new platformClient[name](recorder)[method]();
	} catch (missing) {
		assert.match(String(missing), /^Missing the required parameter/);
	}
	return request;
}

/** The shortest read of a class that wants to be told nothing. */
function shortestRead(name) {
	return Object.getOwnPropertyNames(platformClient[name].prototype)
		.filter((method) => method !== 'constructor')
		.map((method) => ({ method, ...requestOf(name, method) }))
		.filter(({ path, verb }) => verb === 'GET' && !path.includes('{'))
		.sort((a, b) => a.path.length - b.path.length || (a.path < b.path ? -1 : 1))[0];
}

describe('a class of the SDK gets an answer:', () => {
	for (const name of classes) {
		const read = shortestRead(name);
		const call = told[name] ?? ((service) => service[read.method]());
		test(`${name}, ${told[name] ? 'told what to ask for' : read?.path ?? 'without any read'}`, async () => {
			const { status, body, error } = await call(extended[name.replace(/Api$/, '')]);
			assert.ok(status >= 200 && status < 300, `status ${status}`);
			assert.ok(!error, String(error));
			assert.ok(status === 204 || (body !== null && typeof body === 'object'), `the SDK made ${JSON.stringify(body)} of the answer`);
		});
	}
});

test('no class of the SDK is left out, and none is told what it need not be told', () => {
	assert.ok(classes.length >= 87, `${classes.length} classes`);
	for (const [name, exported] of Object.entries(platformClient)) {
		const callsAPI = typeof exported === 'function' && Object.getOwnPropertyNames(exported.prototype ?? {}).some((m) => /^(get|post)[A-Z]/.test(m));
		if (callsAPI && !/^ApiClient/.test(name)) assert.ok(classes.includes(name), `${name} is not called`);
	}
	for (const name of Object.keys(told)) {
		assert.ok(classes.includes(name), `${name} is no class of the SDK`);
		assert.equal(shortestRead(name), undefined, `${name} could be asked without being told`);
	}
});
