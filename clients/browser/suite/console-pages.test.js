// Each page of the console, empty and full, failed and refused: that everybody can use it, and pictures of it.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { enterAs, speaker } from '../support/console.js';
import { fits, inspect, picture } from '../support/inspect.js';
import { setStage } from '../support/stage.js';

const stage = await setStage();
const t = speaker('en');
const sales = '6d6f636b-0002-4000-8000-000000000002'; // a division

/** Calls the API as the seeded administrator, with a body. */
async function make(method, resource, body) {
	const answer = await fetch(`${stage.url}/api/v2${resource}`, {
		method, body: JSON.stringify(body), headers: { Authorization: `Bearer ${stage.token}`, 'Content-Type': 'application/json' }, signal: AbortSignal.timeout(10_000),
	});
	const text = await answer.text();
	assert.ok(answer.ok, `${method} ${resource} answers ${answer.status}: ${text}`);
	return text && JSON.parse(text);
}

/** Looks at a page at every width, in both colour schemes. */
async function look(page, path, name) {
	await page.goto(stage.url + path);
	await inspect(page, name, { dark: true, links: false });
	await picture(page, name, { width: 2560, height: 1440 });
}

/** An organization in which there is something on each page. */
async function fill() {
	const { id: client, secret } = await make('POST', '/oauth/clients', {
		name: '<script>alert(1)</script>', authorizedGrantType: 'CLIENT-CREDENTIALS',
		roleDivisions: [{ roleId: '6d6f636b-0003-4000-8000-000000000002', divisionId: '*' }],
	});
	const { id: code } = await make('POST', '/oauth/clients', {
		name: 'Web app', authorizedGrantType: 'CODE', scope: ['users'], registeredRedirectUri: [stage.callback],
	});
	const { id: integration } = await make('POST', '/integrations', { integrationType: { id: 'purecloud-data-actions' } });
	const credential = await make('POST', '/integrations/credentials', { type: { name: 'pureCloudOAuthClient' }, credentialFields: { clientId: client, clientSecret: secret } });
	await make('PUT', `/integrations/${integration}/config/current`, {
		name: 'Genesys Cloud Data Actions', version: 1, notes: '', properties: {}, advanced: {}, credentials: { pureCloudOAuthClient: { id: credential.id } },
	});
	await make('PATCH', `/integrations/${integration}`, { intendedState: 'ENABLED' });
	const { id: draft } = await make('POST', '/integrations/actions/drafts', {
		name: '<img src=x onerror=alert(1)>', category: 'Tests', integrationId: integration, secure: false,
		config: {
			request: { requestType: 'GET', requestUrlTemplate: '/api/v2/routing/queues/${input.QueueID}/members?expand=presence' },
			response: {
				translationMap: { Presence: '$.entities[*].user.presence.presenceDefinition.systemPresence' }, translationMapDefaults: { Presence: 'null' },
				successTemplate: '{"PresenceArray" : $Presences}',
			},
		},
		contract: {
			input: { inputSchema: { type: 'object', properties: { QueueID: { type: 'string', description: 'A queue' }, Count: { type: 'integer' } } } },
			output: { successSchema: { type: 'object', properties: { PresenceArray: { type: 'array', items: { type: 'string' } } } } },
		},
	});
	const published = await make('POST', '/integrations/actions', {
		name: 'Published', category: 'Tests', integrationId: integration, secure: true,
		config: { request: { requestType: 'GET', requestUrlTemplate: '/api/v2/organizations/me' }, response: { successTemplate: '${rawResult}' } },
		contract: { input: { inputSchema: { type: 'object', properties: {} } }, output: { successSchema: { type: 'object', properties: {} } } },
	});
	const { entities: [person] } = await make('GET', '/users?pageSize=1');
	const { entities: [role] } = await make('GET', '/authorization/roles?name=Integration%20Builder');
	return { client, code, integration, draft, published: published.id, person: person.id, role: role.id };
}

test('before there is anything', () => stage.visit({ patience: 120_000 }, async (page) => {
	await enterAs(page, stage.url, /Ada Admin/);
	for (const [path, name] of [
		['/', 'console-home-empty'], ['/admin/integrations', 'console-integrations-empty'], ['/admin/actions', 'console-actions-empty'],
		['/admin/authorized-applications', 'console-authorized-empty'], ['/admin/oauth-clients?name=nobody', 'console-oauth-none'],
	]) await look(page, path, name);
}));

describe('when there is something', () => {
	let made;
	const ids = () => { made ??= fill(); return made; }; // after the test of what is empty

	const groups = {
		'OAuth': (i) => [
			['/admin/oauth-clients', 'console-oauth'], ['/admin/oauth-clients/new', 'console-oauth-new'], [`/admin/oauth-clients/${i.client}`, 'console-oauth-client'],
			[`/admin/oauth-clients/${i.client}/roles`, 'console-oauth-roles'], [`/admin/oauth-clients/${i.code}/try`, 'console-oauth-try'],
			[`/admin/oauth-clients/${i.client}/usage`, 'console-oauth-usage'], [`/admin/oauth-clients/${i.client}/secret`, 'console-oauth-secret'],
			[`/admin/oauth-clients/${i.client}/delete`, 'console-oauth-delete'],
		],
		'integrations': (i) => [
			['/admin/integrations', 'console-integrations'], ['/admin/integrations/gallery?q=data', 'console-gallery'], [`/admin/integrations/${i.integration}`, 'console-integration'],
			[`/admin/integrations/${i.integration}/configuration/properties`, 'console-properties'], [`/admin/integrations/${i.integration}/configuration/credentials`, 'console-credentials'],
			[`/admin/integrations/${i.integration}/delete`, 'console-integration-delete'],
		],
		'actions': (i) => [
			['/admin/actions', 'console-actions'], ['/admin/actions/new', 'console-action-new'], ['/admin/actions/import', 'console-action-import'], [`/admin/actions/${i.draft}`, 'console-action'],
			[`/admin/actions/${i.draft}/contract`, 'console-contract'], [`/admin/actions/${i.draft}/contract?mode=json`, 'console-contract-json'],
			[`/admin/actions/${i.draft}/configuration`, 'console-configuration'],
			[`/admin/actions/${i.published}/versions`, 'console-versions'], [`/admin/actions/${i.published}/test`, 'console-test'],
		],
		'people and roles': (i) => [
			['/admin/people', 'console-people'], ['/admin/people/new', 'console-person-new'], [`/admin/people/${i.person}`, 'console-person'], [`/admin/people/${i.person}/roles`, 'console-person-roles'],
			['/admin/roles', 'console-roles'], [`/admin/roles/${i.role}`, 'console-role'], [`/admin/roles/${i.role}/permissions`, 'console-role-permissions'],
			['/admin/divisions', 'console-divisions'], ['/admin/divisions/new', 'console-division-new'],
		],
		'single sign-on, applications and tools': () => [
			['/admin/single-sign-on', 'console-sso'], ['/admin/authorized-applications', 'console-authorized'], ['/', 'console-home'],
			['/tools/inspector', 'console-inspector'], ['/tools/jwt', 'console-jwt'], ['/tools/reset', 'console-reset'],
		],
	};

	test('what is asked before something ends, and what else there is', () => stage.visit({ patience: 180_000 }, async (page) => {
		const i = await ids();
		await enterAs(page, stage.url, /Ada Admin/);
		for (const path of [
			`/admin/oauth-clients/${i.code}`, `/admin/oauth-clients/${i.client}/deactivate`,
			`/admin/integrations/${i.integration}/configuration/advanced`, `/admin/integrations/${i.integration}/configuration/credentials/pureCloudOAuthClient`,
			`/admin/actions/${i.draft}/publish`, `/admin/actions/${i.draft}/delete`, `/admin/actions/${i.published}/contract`, `/admin/actions/${i.draft}/test?mode=json`,
			`/admin/actions/${i.draft}/configuration?mode=json`,
			...['permissions', 'password', 'delete', 'deactivate'].map((tab) => `/admin/people/${i.person}/${tab}`),
			'/admin/roles/new', '/admin/roles/restore', ...['members', 'members/add', 'compare', 'delete'].map((tab) => `/admin/roles/${i.role}/${tab}`),
			...['', '/grants', '/delete'].map((tab) => `/admin/divisions/${sales}${tab}`), '/admin/divisions/deleted',
			'/admin/single-sign-on/new', '/admin/single-sign-on/new?type=okta', '/admin/single-sign-on/purecloud',
			'/admin/authorized-applications/new', '/tools/inspector/clear',
		]) {
			await page.goto(stage.url + path);
			assert.ok(!(await page.title()).startsWith(t('error.notfound')), `${path} is there`);
			const name = Object.entries({ ...i, division: sales }).reduce((text, [kind, id]) => text.replace(id, kind), path);
			await inspect(page, `console${name.replaceAll(/[/?=]/g, '-')}`, { links: false });
		}
	}));
	for (const [subject, pages] of Object.entries(groups)) {
		test(subject, () => stage.visit({ patience: 180_000 }, async (page) => {
			await enterAs(page, stage.url, /Ada Admin/);
			for (const [path, name] of pages(await ids())) await look(page, path, name);
		}));
	}

	test('a test run that fails, a form that is refused, an entry of the Inspector', () => stage.visit({ patience: 120_000 }, async (page) => {
		const { draft, client } = await ids();
		await enterAs(page, stage.url, /Ada Admin/);
		await page.goto(`${stage.url}/admin/actions/${draft}/test`);
		await page.getByLabel('QueueID').fill('6d6f636b-0010-4000-8000-000000000002');
		await page.getByRole('button', { name: t('actiontest.run'), exact: true }).click();
		await page.getByText(t('actiontest.failed.at', 10)).waitFor();
		await inspect(page, 'console-test-failed', { dark: true, links: false });
		await page.goto(`${stage.url}/admin/divisions/new`);
		await page.getByLabel(t('name')).fill('Sales');
		await page.getByRole('button', { name: t('save'), exact: true }).click();
		await page.getByRole('alert').waitFor();
		await inspect(page, 'console-division-refused', { dark: true, links: false });
		await page.getByRole('link', { name: t('problem.inspect') }).click();
		await page.getByText('postAuthorizationDivisions').first().waitFor();
		await inspect(page, 'console-inspector-entry', { dark: true, links: false });
		await page.goto(`${stage.url}/admin/oauth-clients/${client}`);
		assert.equal(await page.getByRole('heading', { level: 1 }).innerText(), '<script>alert(1)</script>');
	}));
});

test('what is refused, and what is not there', () => stage.visit({ patience: 120_000 }, async (page) => {
	await enterAs(page, stage.url, /Alex Agent/);
	await look(page, '/', 'console-home-refused');
	await look(page, '/admin/oauth-clients', 'console-refused');
	await look(page, '/admin/divisions/6d6f636b-0002-4000-8000-00000000dead', 'console-notfound');
}));

for (const [language, locale] of [['Portuguese', 'pt-BR'], ['Spanish', 'es-MX']]) {
	test(`nothing is too long in ${language}`, () => stage.visit({ locale, patience: 120_000 }, async (page) => {
		await enterAs(page, stage.url, /Ada Admin/);
		for (const path of ['/', '/admin/oauth-clients/new', '/admin/integrations/gallery', '/admin/actions', '/admin/people', '/admin/roles', '/tools/inspector', '/tools/jwt', '/admin/single-sign-on']) {
			await page.goto(stage.url + path);
			await fits(page, `${path} in ${language}`);
			await page.setViewportSize({ width: 1280, height: 900 });
		}
	}));
}
