// The API explorer and the page of coverage: finding operations, calling them as somebody, and what stays in the browser.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { fits, inspect, picture } from '../support/inspect.js';
import { heading } from '../support/people.js';
import { setStage } from '../support/stage.js';

const stage = await setStage();
const explorer = `${stage.url}/_mockcloud/explorer`;
const coverage = `${stage.url}/_mockcloud/coverage`;
const admin = 'Ada Admin · Administrator';

const operation = (page, id) => page.locator(`.opblock[id$="-${id}"]`);

async function unfold(page, id) {
	await operation(page, id).locator('.opblock-summary-control').click();
	await operation(page, id).getByRole('button', { name: 'Execute' }).waitFor();
}

/** Clicks on the page's own button, and returns what the page shows of the answer. */
async function execute(page, id) {
	const answered = page.waitForResponse((response) => new URL(response.url()).pathname.startsWith('/api/v2/'));
	await operation(page, id).getByRole('button', { name: 'Execute' }).click();
	await answered;
	const shown = operation(page, id).locator('.live-responses-table .response');
	await shown.waitFor();
	return { status: await shown.locator('.response-col_status').innerText(), body: await shown.locator('.highlight-code code').first().innerText() };
}

/** Chooses who calls, and waits until the page has the token. */
async function callAs(page, name) {
	await page.getByLabel('Call as').selectOption({ label: name });
	await page.getByRole('status').getByText(`Calls go out as ${name}`, { exact: true }).waitFor();
}

/** Everything in the browser that outlives the page, and the address. */
async function kept(page) {
	const stored = await page.evaluate(async () => JSON.stringify([
		Object.entries(localStorage), Object.entries(sessionStorage), document.cookie, history.state, await indexedDB.databases(), location.href,
	]));
	return stored + JSON.stringify(await page.context().cookies());
}

test('a tag is picked, somebody is chosen, and an operation is called by the page\'s own button', () => stage.visit(async (page) => {
	await page.goto(explorer);
	await heading(page, 'API explorer');
	await page.getByText('Choose a tag, or search for an operation.').waitFor();
	await page.getByRole('link', { name: 'Routing', exact: true }).click();
	await operation(page, 'getRoutingQueues').waitFor();
	await page.getByRole('status').getByText(`Calls go out as ${admin}`, { exact: true }).waitFor(); // without a choice
	await unfold(page, 'getRoutingQueues');
	const { status, body } = await execute(page, 'getRoutingQueues');
	assert.match(status, /^200/);
	const queues = JSON.parse(body);
	assert.deepEqual(queues.entities.map(({ name }) => name), ['Sales', 'Support']);
	assert.match(await operation(page, 'getRoutingQueues').locator('.curl').innerText(), /Authorization: Bearer eyJ/);
	assert.doesNotMatch(await kept(page), /eyJ/, 'the token stays in the page');
	assert.equal(new URL(page.url()).search, '?tag=Routing&as=user%3Aadmin%40mockcloud.test');
}));

test('who calls decides what is answered, and holds for the next tag and after a reload', () => stage.visit(async (page) => {
	await page.goto(`${explorer}?tag=authorization`);
	await callAs(page, 'Alex Agent · Sales Agent');
	await page.getByRole('link', { name: 'Users', exact: true }).click();
	await unfold(page, 'getUsersMe');
	assert.equal(JSON.parse((await execute(page, 'getUsersMe')).body).name, 'Alex Agent');
	await page.goBack(); // from the operation
	await page.goBack(); // from the tag
	await operation(page, 'getAuthorizationRoles').waitFor();
	await page.goForward();
	await operation(page, 'getUsersMe').waitFor();
	await page.reload();
	await page.getByText('Calls go out as Alex Agent', { exact: false }).waitFor();
	await page.getByLabel('Call as').selectOption({ label: 'Mockcloud Admin' });
	await page.getByText('Calls go out as Mockcloud Admin', { exact: true }).waitFor();
	assert.match(page.url(), /as=client%3A/);
}));

test('who calls holds through a search and on another page of it, also when it is nobody', () => stage.visit(async (page) => {
	await page.goto(explorer);
	for (const [name, shown, address] of [
		['Alex Agent · Sales Agent', 'Calls go out as Alex Agent · Sales Agent', 'user:agent1@mockcloud.test'],
		['Nobody: without a token', 'Calls carry no token', ''],
	]) {
		await page.getByLabel('Call as').selectOption({ label: name });
		await page.getByRole('status').getByText(shown).waitFor();
		await page.getByRole('searchbox').fill('users me get');
		await page.getByRole('button', { name: 'Search', exact: true }).click();
		await page.getByRole('link', { name: 'GET /api/v2/users/me', exact: true }).waitFor();
		await page.getByRole('status').getByText(shown).waitFor();
		assert.equal(new URL(page.url()).searchParams.get('as'), address);
		await page.getByRole('link', { name: 'GET /api/v2/users/me', exact: true }).click();
		await operation(page, 'getUsersMe').waitFor();
		assert.equal(new URL(page.url()).searchParams.get('as'), address);
	}
}));

test('an unknown tag is named, until another one is chosen', () => stage.visit(async (page) => {
	await page.goto(`${explorer}?tag=Nope`, { waitUntil: 'networkidle' });
	await page.getByRole('alert').getByText('There is no tag Nope.').waitFor();
	await page.getByRole('link', { name: 'Teams', exact: true }).click();
	await operation(page, 'postTeams').waitFor();
	assert.equal(await page.getByRole('alert').count(), 0);
}));

test('what the page fills in for a body is accepted', () => stage.visit(async (page) => {
	await page.goto(`${explorer}?tag=Architect#/Architect/postArchitectSchedules`);
	await page.getByRole('status').getByText(`Calls go out as ${admin}`, { exact: true }).waitFor();
	await operation(page, 'postArchitectSchedules').getByRole('button', { name: 'Execute' }).waitFor();
	assert.match((await execute(page, 'postArchitectSchedules')).status, /^200/);
	await unfold(page, 'putArchitectSchedule');
	const [name, required] = await operation(page, 'putArchitectSchedule').locator('.parameter__name.required').first()
		.evaluate((element) => [undefined, '::after'].map((part) => getComputedStyle(element, part)).map(({ color, fontSize }) => ({ color, size: parseFloat(fontSize) })));
	assert.equal(required.color, name.color);
	assert.ok(required.size >= 12, `“required” has ${required.size} px`);
}));

test('a token of somebody\'s own is used, too, and none where there is none', () => stage.visit(async (page) => {
	await page.goto(`${explorer}?tag=Users#/Users/getUsersMe`); // an address leads to an operation
	await operation(page, 'getUsersMe').getByRole('button', { name: 'Execute' }).waitFor();
	await page.getByLabel('Call as').selectOption({ label: 'Another token …' });
	await page.getByText('Calls carry no token').waitFor();
	await page.getByLabel('Access token').fill(`Bearer ${await stage.mockcloud.tokenOf('builder@mockcloud.test')}`);
	await page.getByText('Calls carry the token above.').waitFor();
	assert.equal(JSON.parse((await execute(page, 'getUsersMe')).body).name, 'Ben Builder');
	assert.doesNotMatch(await kept(page), /eyJ/);
}));

test('operations are found by words in any tag, with and without scripts', () => stage.visit({ javaScriptEnabled: false }, async (page) => {
	await page.goto(explorer);
	await page.getByText('The explorer needs scripts.').waitFor();
	await page.getByRole('searchbox').fill('queues wrapupcodes post');
	await page.getByRole('button', { name: 'Search' }).click();
	const found = page.locator('.found a');
	assert.equal(await found.first().innerText(), 'POST /api/v2/routing/queues/{queueId}/wrapupcodes');
	assert.equal(await found.first().getAttribute('href'), '/_mockcloud/explorer?tag=Routing#/Routing/postRoutingQueueWrapupcodes');
}));

test('a search leads to the operation itself', () => stage.visit(async (page) => {
	await page.goto(`${explorer}?find=speechandtextanalytics+programs+get`);
	await page.getByRole('link', { name: 'GET /api/v2/speechandtextanalytics/programs', exact: true }).click();
	await operation(page, 'getSpeechandtextanalyticsPrograms').getByRole('button', { name: 'Execute' }).waitFor();
}));

test('the explorer is for everybody, at every width', () => stage.visit(async (page) => {
	await page.goto(explorer);
	await inspect(page, 'explorer-start', { dark: true });
	await page.goto(`${explorer}?tag=Teams`);
	await callAs(page, admin);
	await unfold(page, 'postTeams');
	await inspect(page, 'explorer', { dark: true, links: false, rest: '#swagger' });
	await picture(page, 'explorer', { width: 1920, height: 1080 });
	for (const [language, title] of [['Español', 'Explorador de la API'], ['Português (Brasil)', 'Explorador da API']]) {
		await page.getByRole('link', { name: language }).click();
		await heading(page, title);
		await page.getByRole('status').getByText('Ada Admin').waitFor(); // whom the next language keeps
		await fits(page, `the explorer in ${language}`);
		await page.setViewportSize({ width: 1280, height: 900 });
	}
}));

test('the page of coverage counts by tag, and finds operations while somebody types', () => stage.visit(async (page) => {
	await page.goto(coverage);
	await heading(page, 'Coverage');
	await page.getByRole('row', { name: /^Routing( \d+){7}$/ }).waitFor();
	await inspect(page, 'coverage', { dark: true, links: false });
	await page.getByRole('searchbox').fill('routing queues members');
	await page.getByRole('row', { name: /getRoutingQueueMembers/ }).waitFor();
	await page.getByLabel('Answered by').selectOption({ label: 'Family' });
	await page.waitForURL(/by=family/);
	assert.ok((await page.getByRole('row').allInnerTexts()).slice(1).every((text) => text.includes('Family')));
	await inspect(page, 'coverage-found', { dark: true, links: false });
	await picture(page, 'coverage-found', { width: 1920, height: 1080 });
	await page.getByRole('link', { name: 'GET /api/v2/routing/queues/{queueId}/members' }).click();
	await operation(page, 'getRoutingQueueMembers').getByRole('button', { name: 'Execute' }).waitFor();
}));

test('the page of coverage needs no scripts', () => stage.visit({ javaScriptEnabled: false, locale: 'pt-BR' }, async (page) => {
	await page.goto(coverage);
	await page.getByLabel('Tag').selectOption('Architect');
	await page.getByRole('button', { name: 'Buscar' }).click();
	await page.getByText('1 a 100 de ').waitFor();
	await page.getByRole('link', { name: 'Seguintes' }).click();
	await page.getByText('101 a ').waitFor();
	await fits(page, 'the page of coverage in Portuguese');
}));
