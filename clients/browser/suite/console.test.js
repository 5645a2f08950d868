// The console as a person uses it: the whole workshop by its pages, in each language; what is refused; the Inspector.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { changeTo, enterAs, goTo, queueReader, speaker, stepsDone, supportQueue } from '../support/console.js';
import { heading } from '../support/people.js';
import { setStage } from '../support/stage.js';

const stage = await setStage();

/** A button or a link of a page. */
const button = (page, name) => page.getByRole('button', { name, exact: true });
const link = (page, name) => page.getByRole('link', { name, exact: true });

/**
 * The workshop, from the first page on: a client with a role, the integration with its credentials, an action with the
 * deliberate mistake, its test, the mended one, and the published one executed.
 * @param scripts whether they run
 */
async function workshop(page, language, scripts = true) {
	const t = speaker(language);
	await page.goto(`${stage.url}/tools/reset`);
	await page.getByRole('button', { name: /Ada Admin/ }).click();
	await page.getByRole('main').getByRole('button').click(); // an empty organization again
	await page.goto(`${stage.url}/`);
	await stepsDone(page, t, 0);

	// 1, 2: the client and its role. The secret is shown once.
	await link(page, t('home.client.do')).click();
	await heading(page, t('oauth.add'));
	await page.getByLabel(t('oauth.name')).fill(`Workshop ${language}`);
	await page.getByRole('radio', { name: t('oauth.grant.CLIENT-CREDENTIALS') }).check();
	await page.getByRole('group', { name: queueReader }).getByLabel(t('grants.everywhere')).check();
	await button(page, t('save')).click();
	await page.getByText(t('oauth.secret.once')).waitFor();
	const shown = page.locator('dd').locator('code');
	const [id, secret] = [await shown.nth(0).innerText(), await shown.nth(1).innerText()];
	assert.match(secret, /^\S{43}$/);
	await link(page, t('oauth.secret.details')).click();
	await page.getByText(t('oauth.secret.kept')).waitFor();
	assert.ok(!(await page.content()).includes(secret), 'the secret is shown once');

	// 3: the integration.
	await goTo(page, t, 'menu.home');
	await stepsDone(page, t, 2);
	await link(page, t('home.integration.do')).click();
	await page.getByRole('searchbox').fill('genesys cloud');
	await button(page, t('search')).click();
	await page.getByRole('button', { name: `${t('integrations.install')} Genesys Cloud Data Actions` }).click();
	await heading(page, 'Genesys Cloud Data Actions');

	// 4: its credentials.
	await link(page, t('integrations.next.credentials.button')).click();
	await page.getByLabel('Client ID').fill(id);
	await page.getByLabel('Client Secret').fill(secret);
	await button(page, t('save')).click();

	// 5: active.
	await page.getByRole('switch').click();
	await page.getByRole('status').getByText(t('done.integrations.on')).waitFor();
	assert.equal(await page.getByRole('switch').getAttribute('aria-checked'), 'true');
	assert.ok(!(await page.content()).includes(secret), 'a credential does not come back');

	// 6: the action with its contract.
	await goTo(page, t, 'menu.home');
	await stepsDone(page, t, 5);
	await link(page, t('home.action.do')).click();
	await page.getByLabel(t('name')).fill('Presences');
	const choice = page.getByLabel(t('actions.integration'), { exact: false });
	if (await choice.count() > 0 && await choice.evaluate((e) => e.tagName) === 'SELECT') await choice.selectOption({ label: 'Genesys Cloud Data Actions' });
	await button(page, t('actions.create')).click();
	for (const [side, name, type] of [['in', 'QueueID', 'string'], ['out', 'PresenceArray', null]]) {
		const part = page.locator('section', { has: page.getByRole('heading', { name: t(`actions.contract.${side}`) }) });
		await part.getByRole('button', { name: t('actions.field.add') }).click();
		const row = part.getByRole('row').last();
		await row.getByLabel(t('actions.field.name'), { exact: true }).fill(name);
		const types = row.locator('select');
		if (type) await types.selectOption(type);
		else await types.selectOption({ label: t('actions.contract.arrayof', 'string') });
	}
	await page.getByRole('main').getByRole('button', { name: t('save'), exact: true }).last().click();
	await page.getByRole('status').getByText(t('done.saved')).waitFor();

	// The configuration, with the workshop's deliberate mistake.
	await link(page, t('actions.tab.configuration')).click();
	await page.getByLabel(t('actionconfig.url')).fill('/api/v2/routing/queues/${input.QueueID}/members?expand=presence');
	await page.getByLabel(t('actionconfig.map.name', 1), { exact: true }).fill('Presence');
	await page.getByLabel(t('actionconfig.map.default', 1), { exact: true }).fill('null');
	await page.getByLabel(t('actionconfig.map.path', 1), { exact: true }).fill('$.entities[*].user.presence.presenceDefinition.systemPresence');
	await page.getByLabel(t('actionconfig.success'), { exact: false }).fill('{"PresenceArray" : $Presences}');
	if (scripts) {
		// What is available goes into a template by a click.
		const url = page.getByLabel(t('actionconfig.url'));
		await url.fill('/api/v2/routing/queues/');
		await page.getByRole('button', { name: '${input.QueueID}', exact: true }).click();
		assert.match(await url.inputValue(), /\/queues\/\$\{input\.QueueID\}$/);
		await url.fill(`${await url.inputValue()}/members?expand=presence`);
	}
	await page.getByLabel(t('actionconfig.success'), { exact: false }).click(); // what leaving the editor changes must not move the button from under the mouse
	await button(page, t('actionconfig.savetest')).click();

	// 7: the test fails at operation 10, and leads to the field.
	await page.getByLabel('QueueID').fill(supportQueue);
	assert.ok(await page.getByRole('checkbox', { name: t('actiontest.flatten') }).isChecked());
	await button(page, t('actiontest.run')).click();
	await page.getByText(t('actiontest.failed.at', 10)).waitFor();
	await page.getByText('Variable $Presences has not been set at successTemplate[line 1, column 20]').first().waitFor();
	assert.equal(await page.locator('.operations > li').count(), 10);
	await page.getByRole('link', { name: t('actiontest.fix.field', t('actionconfig.success')) }).click();
	await page.getByText(t('actionconfig.failed.at', 1, 20)).first().waitFor();
	const success = page.getByLabel(t('actionconfig.success'), { exact: false });
	if (scripts) assert.equal(await success.evaluate((area) => document.activeElement === area && area.selectionStart), 19);
	await success.fill('{"PresenceArray" : $Presence}');
	await button(page, t('actionconfig.savetest')).click();
	await page.getByLabel('QueueID').fill(supportQueue);
	await button(page, t('actiontest.run')).click();
	await page.getByText(t('actiontest.success')).waitFor();
	await page.locator('.final').getByText('"On Queue"').waitFor();

	// Published, and executed.
	await page.locator('#result').getByRole('link', { name: t('actiontest.next.publish.link') }).click();
	await page.getByRole('button', { name: t('actions.publish'), exact: true }).click();
	await page.getByRole('status').getByText(t('done.actions.published')).waitFor();
	await page.getByRole('navigation', { name: 'Presences' }).getByRole('link', { name: t('actions.tab.test'), exact: true }).click();
	await page.getByLabel('QueueID').fill(supportQueue);
	await button(page, t('actiontest.execute')).click();
	await page.getByText(t('actiontest.executed'), { exact: true }).waitFor();
	await page.locator('.final').getByText('"Meal"').waitFor();
	await goTo(page, t, 'menu.home');
	await stepsDone(page, t, 7);
	await page.getByText(t('home.steps.over')).waitFor();
}

for (const [language, locale] of [['en', 'en-US'], ['pt-BR', 'pt-BR'], ['es', 'es-MX']]) {
	test(`the workshop, from an empty organization to an executed action, in ${language}`, () => stage.visit({ locale, patience: 90_000 }, (page) => workshop(page, language)));
}

test('the workshop without scripts', () => stage.visit({ locale: 'en-US', javaScriptEnabled: false, patience: 90_000 }, (page) => workshop(page, 'en', false)));

test('only roles that one holds can be given, and both sides see why', () => stage.visit(async (page) => {
	const t = speaker('en');
	await enterAs(page, stage.url, /Ben Builder/);
	await goTo(page, t, 'menu.oauth');
	await link(page, t('oauth.add')).click();
	const admin = page.getByRole('group', { name: 'admin', exact: true });
	assert.ok(await admin.getByLabel(t('grants.everywhere')).isDisabled());
	await admin.getByText(t('oauth.role.none')).waitFor();

	// Whoever forces it is refused by the API, with the reason.
	const value = await admin.getByRole('checkbox').first().getAttribute('value');
	await page.getByLabel(t('oauth.name')).fill('Forced');
	await page.getByRole('radio', { name: t('oauth.grant.CLIENT-CREDENTIALS') }).check();
	await admin.getByRole('checkbox').first().evaluate((box) => { box.disabled = false; box.checked = true; });
	assert.ok(value);
	await button(page, t('save')).click();
	await page.getByText('bad.client.role').first().waitFor();

	await changeTo(page, t, /Ada Admin/);
	await goTo(page, t, 'menu.oauth');
	await link(page, t('oauth.add')).click();
	assert.ok(await page.getByRole('group', { name: 'admin', exact: true }).getByLabel(t('grants.everywhere')).isEnabled());
}));

test('what somebody may not see is refused with the reason, which leads to its entry in the Inspector', () => stage.visit(async (page) => {
	const t = speaker('en');
	await enterAs(page, stage.url, /Alex Agent/);
	await goTo(page, t, 'menu.oauth');
	await heading(page, t('refused.title'));
	await page.getByText('oauth:client:view').first().waitFor();
	await link(page, t('problem.inspect')).click();
	await page.getByText('getOauthClients').first().waitFor();
	await page.getByText('missing.any.permissions').first().waitFor();
}));

test('the Inspector shows requests as they come, and hides what is secret', () => stage.visit(async (page) => {
	const t = speaker('en');
	await enterAs(page, stage.url, /Ada Admin/);
	await goTo(page, t, 'menu.inspector');
	await heading(page, t('menu.inspector'));
	const answer = await fetch(`${stage.url}/api/v2/users/me`, { headers: { Authorization: 'Bearer nonsense-of-a-token' }, signal: AbortSignal.timeout(10_000) });
	assert.equal(answer.status, 401);
	const row = page.getByRole('row').filter({ hasText: '/api/v2/users/me' }).filter({ hasText: '401' }).first();
	await row.waitFor(); // without a reload
	await row.getByRole('link').first().click();
	await page.getByText('bad.credentials').first().waitFor();
	assert.ok(!(await page.content()).includes('nonsense-of-a-token'));
}));

test('leaving signs out, and no token is where scripts or addresses show it', () => stage.visit(async (page) => {
	const t = speaker('en');
	const addresses = [];
	page.on('request', (request) => addresses.push(request.url()));
	await enterAs(page, stage.url, /Ada Admin/);
	assert.equal(await page.evaluate(() => document.cookie + JSON.stringify({ ...localStorage }) + JSON.stringify({ ...sessionStorage })), '{}{}');
	const cookie = (await page.context().cookies()).find(({ name }) => name.startsWith('mockcloud_console_'));
	assert.ok(cookie.httpOnly && cookie.sameSite === 'Lax');
	assert.ok(addresses.every((address) => !address.includes(cookie.value)));
	await page.locator('.who > summary').click();
	await button(page, t('signout')).click();
	await page.getByRole('button', { name: /Ada Admin/ }).waitFor(); // the log-in page again
	const { status } = await stage.call('/api/v2/users/me', cookie.value);
	assert.equal(status, 401);
}));
