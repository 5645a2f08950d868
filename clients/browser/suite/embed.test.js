// The page that embeds client applications: who sees which, what they are told, and their sign-ins.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { install, newClient, startEmbedded } from '../support/embedded.js';
import { fits, inspect } from '../support/inspect.js';
import { ada, heading, logIn } from '../support/people.js';
import { setStage } from '../support/stage.js';

const stage = await setStage();
const origin = await startEmbedded();
const client = await newClient(stage, `${origin}/embedded`);

const salesFloor = '6d6f636b-0004-4000-8000-000000000002'; // Alex Agent and Sue Supervisor are in it
const told = 'gcHostOrigin={{gcHostOrigin}}&target={{gcTargetEnv}}&environment={{pcEnvironment}}&lang={{gcLangTag}}'
	+ '&popup={{gcUsePopupAuth}}&theme={{gcTheme}}&conversation={{pcConversationId}}';
const url = `${origin}/embedded?client=${client}&${told}`;

const path = '/_mockcloud/embed';
const page127 = stage.url + path; // another site than the application's
const pageLocal = `${stage.url.replace('127.0.0.1', 'localhost')}${path}`; // the same site, on another port

async function enter(page, address, name) {
	await page.goto(address);
	await heading(page, 'Client applications');
	await page.getByRole('button', { name }).click();
	await page.getByText(`Signed in as ${name}`, { exact: true }).waitFor();
}

async function open(page, app, choices = {}) {
	await page.getByLabel('Application', { exact: true }).selectOption({ label: app });
	for (const [label, value] of Object.entries(choices)) {
		const control = page.locator('main').getByLabel(label);
		if (await control.evaluate((element) => element.tagName) === 'SELECT') await control.selectOption({ label: value });
		else await control.fill(value);
	}
	await page.getByRole('button', { name: 'Open', exact: true }).click();
	await page.locator('iframe').waitFor();
}

/** What the application shows that it was told. */
async function toldTo(frame) {
	await frame.locator('[data-ready]').waitFor();
	const [names, values] = await Promise.all([frame.locator('dt').allInnerTexts(), frame.locator('dd').allInnerTexts()]);
	return Object.fromEntries(names.map((name, i) => [name, values[i]]));
}

const signedIn = (frame, name) => frame.getByRole('status').getByText(name, { exact: true }).waitFor();

test('without an application, the page says how one is installed', () => stage.visit(async (page) => {
	await page.goto(page127);
	await heading(page, 'Client applications');
	await inspect(page, 'embed-nobody', { dark: true });
	await page.getByRole('button', { name: 'Ada Admin' }).click();
	await page.getByText('No client application is installed.').waitFor();
	await page.getByText('"integrationType":{"id":"embedded-client-app"}').waitFor();
	await inspect(page, 'embed-empty', { dark: true });
}));

describe('an application', () => {
	before(async () => {
		await install(stage, 'embedded-client-app', 'Sample', { url: `${stage.url}/_mockcloud/app?theme={{gcTheme}}&lang={{gcLangTag}}&<b>={{gcTargetEnv}}` });
		await install(stage, 'embedded-client-app', 'For everybody', { url, displayType: 'standalone', permissions: 'camera,fullscreen' });
		await install(stage, 'embedded-client-app-interaction-widget', 'Sales widget', { url, groups: [salesFloor], communicationTypeFilter: 'chat, call' });
		await install(stage, 'premium-app-example', 'Premium', { url });
		await install(stage, 'embedded-client-app', 'Switched off', { url }, { enabled: false });
	});

	test('is told where it runs, and for whom, and gets the frame that it asks for', () => stage.visit({ colorScheme: null }, async (page) => {
		await enter(page, page127, 'Alex Agent');
		await open(page, 'Sales widget', {
			Language: 'pt-br', Theme: 'Dark', 'The application signs people in': 'inside the frame',
			'Conversation id, for interaction widgets': 'c-1', 'Environment (domain of the region)': 'mypurecloud.com',
		});
		const frame = page.frameLocator('iframe');
		assert.deepEqual(await toldTo(frame), {
			client, gcHostOrigin: stage.url, target: 'prod', environment: 'mypurecloud.com', lang: 'pt-br', popup: 'false', theme: 'dark',
			conversation: 'c-1', scheme: 'dark',
		});
		await page.getByText('beside interactions of these types only: chat, call').waitFor();
		const element = page.locator('iframe');
		assert.equal(await page.locator('#address').innerText(), await element.getAttribute('src'));
		assert.match(await page.locator('#element').innerText(), /sandbox="allow-forms allow-modals allow-popups /);

		await open(page, 'For everybody');
		assert.equal((await toldTo(frame)).conversation, 'c-1', 'what was chosen stays');
		assert.equal(await element.getAttribute('allow'), 'camera; fullscreen');
		assert.equal(await element.getAttribute('sandbox'), 'allow-forms allow-modals allow-popups allow-presentation allow-same-origin allow-scripts allow-downloads');
	}));

	test('signs the person who was picked in, in a window of its own, whatever its site', () => stage.visit(async (page) => {
		await enter(page, page127, 'Alex Agent');
		await open(page, 'For everybody');
		const frame = page.frameLocator('iframe');
		assert.equal((await toldTo(frame)).popup, 'true');
		await frame.getByRole('button', { name: 'Sign in' }).click();
		await signedIn(frame, 'Alex Agent');

		await page.getByText('Change the user').click();
		await page.getByRole('button', { name: 'Aki Agent' }).click();
		await page.getByText('Signed in as Aki Agent', { exact: true }).waitFor();
		await frame.getByRole('button', { name: 'Sign in' }).click();
		await signedIn(frame, 'Aki Agent');
	}));

	test('signs the person in inside its frame, without a page, where it shares a host name with mockcloud', () => stage.visit(async (page) => {
		await enter(page, pageLocal, 'Alex Agent');
		await open(page, 'For everybody', { 'The application signs people in': 'inside the frame' });
		const frame = page.frameLocator('iframe');
		assert.equal((await toldTo(frame)).gcHostOrigin, new URL(pageLocal).origin);
		await frame.getByRole('button', { name: 'Sign in' }).click();
		await signedIn(frame, 'Alex Agent');
	}));

	test('of mockcloud itself shows what it was told, and signs people in', () => stage.visit({ colorScheme: null }, async (page) => {
		await enter(page, page127, 'Alex Agent');
		await open(page, 'Sample', { Language: 'es', Theme: 'Dark' });
		const frame = page.frameLocator('iframe');
		await frame.getByRole('heading', { name: 'Aplicación de ejemplo' }).waitFor();
		await frame.getByText('Está en un marco.').waitFor();
		assert.deepEqual(await frame.locator('tbody tr').allInnerTexts(), ['<b>\tprod', 'lang\tes', 'theme\tdark']);
		const dark = await frame.locator('body').evaluate((body) => [matchMedia('(prefers-color-scheme: dark)').matches, getComputedStyle(body).color]);
		assert.deepEqual(dark, [true, 'rgb(231, 241, 240)']);
		assert.equal(await page.getByText('Nothing to see?').count(), 0);

		const [result] = await Promise.all([page.waitForEvent('popup'), frame.getByRole('link', { name: 'Iniciar sesión' }).click()]);
		await heading(result, 'What came back');
		assert.match((await result.getByRole('definition').allInnerTexts())[0], /^eyJ/);
		await result.close();

		await page.goto(await page.locator('iframe').getAttribute('src'));
		await page.getByText('Está en una página propia').waitFor();
		await inspect(page, 'sample', { dark: true });
	}));

	test('is shown to whoever logs in with a password, too', () => stage.visit(async (page) => {
		await enter(page, page127, 'Alex Agent');
		await page.getByText('Change the user').click();
		await page.getByRole('link', { name: 'Log in with a password' }).click();
		await logIn(page, ada);
		await heading(page, 'Client applications');
		await page.getByText('Signed in as Ada Admin', { exact: true }).waitFor();
	}));

	test('does not appear to whom it is not meant for, and the page says why', () => stage.visit(async (page) => {
		const shown = () => page.getByLabel('Application', { exact: true }).locator('option').allInnerTexts();
		const hidden = () => page.locator('.unseen li').allInnerTexts();
		await enter(page, page127, 'Aki Agent');
		assert.deepEqual(await shown(), ['Choose one', 'For everybody', 'Sample']);
		assert.deepEqual((await hidden()).map((text) => text.replace(/\s+/g, ' ')), [
			'Premium lacks integration:examplePremiumApp:view', 'Sales widget not in the groups: Sales Floor', 'Switched off inactive',
		]);
		await page.getByText('Change the user').click();
		await page.getByRole('button', { name: 'Ada Admin' }).click();
		await page.getByText('Signed in as Ada Admin', { exact: true }).waitFor();
		assert.deepEqual(await shown(), ['Choose one', 'For everybody', 'Premium', 'Sample']);
	}));

	test('is opened without scripts of the page, and the page fits everywhere', () => stage.visit({ locale: 'es' }, async (page) => {
		await page.goto(page127);
		await page.getByRole('button', { name: 'Alex Agent' }).click();
		await page.getByLabel('Aplicación', { exact: true }).selectOption({ label: 'For everybody' });
		await page.getByRole('button', { name: 'Abrir', exact: true }).click();
		await toldTo(page.frameLocator('iframe'));
		await fits(page, 'the page in Spanish');
		assert.equal(await page.locator('script').count(), 0);
		await page.getByRole('link', { name: 'Português (Brasil)' }).click();
		await heading(page, 'Aplicativos do cliente');
		await fits(page, 'the page in Portuguese');
		await page.setViewportSize({ width: 1280, height: 900 });
		await page.getByRole('link', { name: 'English' }).click();
		await heading(page, 'Client applications');
		await toldTo(page.frameLocator('iframe'));
		await page.getByText('Nothing to see? Check that a server answers').waitFor();
		await inspect(page, 'embed', { dark: true });
	}));
});
