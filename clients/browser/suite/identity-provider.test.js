// Single sign-on with SAML, through mockcloud's own test identity provider.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { inspect, linksLead } from '../support/inspect.js';
import { heading, outcome, startSignIn } from '../support/people.js';
import { setStage } from '../support/stage.js';

const stage = await setStage();
const { application } = stage;

const byIdP = { name: 'Log in with mockcloud test IdP' };

describe('the test identity provider', () => {
	for (const address of [application.implicit, application.pkce]) {
		test(`signs people in from the log-in page of ${new URL(address).pathname}`, () => stage.visit(async (page) => {
			await startSignIn(page, address, { state: 'by SAML' });
			await page.getByRole('link', byIdP).click();
			await heading(page, 'mockcloud test IdP');
			await page.getByRole('button', { name: 'Alex Agent' }).click();
			await outcome(page, address, 'Alex Agent of Mockcloud, state by SAML');
			await startSignIn(page, address, { state: 'again' });
			await outcome(page, address, 'Alex Agent of Mockcloud, state again');
		}));
	}

	test('can be named by the application, without a log-in page in between', () => stage.visit(async (page) => {
		const { body } = await stage.call('/api/v2/identityproviders');
		const { id } = body.entities.find((provider) => provider.name === 'mockcloud test IdP');
		await startSignIn(page, application.pkce, { org: 'mockcloud', provider: id });
		await heading(page, 'mockcloud test IdP');
		await page.getByRole('button', { name: 'Ben Builder' }).click();
		await outcome(page, application.pkce, 'Ben Builder of Mockcloud, state none');
	}));

	test('signs people in without an application', () => stage.visit(async (page) => {
		await page.goto(`${stage.url}/login`);
		await page.getByRole('link', byIdP).click();
		await page.getByRole('button', { name: 'Sue Supervisor' }).click();
		await heading(page, 'You are logged in');
		await page.getByRole('definition').getByText('Sue Supervisor').waitFor();
	}));

	test('can begin by itself', () => stage.visit(async (page) => {
		await page.goto(`${stage.url}/_mockcloud/idp`);
		await heading(page, 'mockcloud test IdP');
		await inspect(page, 'idp');
		await page.getByRole('link', { name: 'Sign in to mockcloud through it' }).click();
		await page.getByText('The assertion goes to').waitFor();
		await inspect(page, 'idp-sign-in', { dark: true });
		await page.getByRole('button', { name: 'Aki Agent' }).click();
		await heading(page, 'You are logged in');
		await page.getByRole('definition').getByText('Aki Agent').waitFor();
	}));

	test('has its button where scripts do not run', () => stage.visit({ javaScriptEnabled: false }, async (page) => {
		await page.goto(stage.codeURL({ state: 'by hand' }));
		await page.getByRole('link', byIdP).click();
		await page.getByRole('button', { name: 'Alex Agent' }).click();
		await heading(page, 'One moment');
		await page.getByRole('button', { name: 'Continue' }).click();
		await page.waitForURL((url) => url.origin === application.origin);
		const { searchParams } = new URL(page.url());
		assert.match(searchParams.get('code'), /^[A-Za-z0-9_-]{43}$/);
		assert.equal(searchParams.get('state'), 'by hand');
	}));

	test('gives the assertion to an application that takes it itself', () => stage.visit(async (page) => {
		await page.goto(`${stage.url}/_mockcloud/idp/sso?${new URLSearchParams({ acs: stage.callback })}`);
		await page.getByRole('button', { name: 'Alex Agent' }).click();
		await heading(page, 'What came back');
		const xml = Buffer.from(await page.getByRole('definition').first().innerText(), 'base64').toString();
		assert.ok(xml.includes(stage.callback) && xml.includes('agent1@mockcloud.test'), xml);
		await inspect(page, 'callback-assertion');
	}));

	test('shows that page in a good form too', () => stage.visit(async (page) => {
		await page.route('**/oauth/assets/submit.js', (route) => route.fulfill({ contentType: 'text/javascript', body: '' }));
		await page.goto(`${stage.url}/_mockcloud/idp/sso`);
		await page.getByRole('button', { name: 'Alex Agent' }).click();
		await heading(page, 'One moment');
		await inspect(page, 'one-moment');
	}));
});

describe('a broken assertion', () => {
	const faults = [
		['Expired', 'the assertion has expired'],
		['For another audience', 'the assertion is for another audience'],
		['Of another issuer', 'no enabled identity provider of the organization has this issuer'],
		['With a bad signature', 'the signature is not valid'],
	];
	test('is refused, and the page says why', () => stage.visit(async (page) => {
		for (const [fault, reason] of faults) {
			await page.goto(`${stage.url}/login`);
			await page.getByRole('link', byIdP).click();
			await page.getByLabel('Break the assertion on purpose').selectOption({ label: fault });
			await page.getByRole('button', { name: 'Alex Agent' }).click();
			await heading(page, 'Something is not right');
			assert.equal(await page.getByRole('alert').innerText(), `The identity provider's answer was refused: ${reason}.`);
		}
		await inspect(page, 'error-samlAssertion', { links: false });
		await page.goto(`${stage.url}/login`);
		await heading(page, 'Log In');
	}));

	test('leads to a page without dead links', () => stage.visit(async (page) => {
		await page.goto(`${stage.url}/_mockcloud/idp/sso`);
		await page.getByLabel('Break the assertion on purpose').selectOption({ label: 'Expired' });
		await page.getByRole('button', { name: 'Alex Agent' }).click();
		await heading(page, 'Something is not right');
		await linksLead(page, 'the page');
	}));
});

test('the identity provider answers only the browser that asked', () => stage.visit(async (page) => {
	await page.route('**/oauth/assets/submit.js', (route) => route.fulfill({ contentType: 'text/javascript', body: '' }));
	await page.goto(stage.codeURL());
	await page.getByRole('link', byIdP).click();
	await page.getByRole('button', { name: 'Alex Agent' }).click();
	await heading(page, 'One moment');
	const [action, fields] = await page.locator('#submit').evaluate((form) => [form.action, Array.from(new FormData(form))]);
	await stage.visit(async (other) => {
		await other.goto(`${stage.url}/login`);
		await other.evaluate(([address, values]) => {
			const form = document.createElement('form');
			[form.method, form.action] = ['post', address];
			for (const [name, value] of values) form.append(Object.assign(document.createElement('input'), { type: 'hidden', name, value }));
			document.body.append(form);
			form.submit();
		}, [action, fields]);
		await heading(other, 'Something is not right');
		assert.match(await other.getByRole('alert').innerText(), /^This sign-in was not started in this browser/);
	});
}));
