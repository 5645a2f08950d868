// Every page of the log-in host: what it says, that everybody can use it, and a picture of it.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { install } from '../support/embedded.js';
import { fits, inspect } from '../support/inspect.js';
import { alex, heading, logIn } from '../support/people.js';
import { setStage, unknownID } from '../support/stage.js';

const stage = await setStage();

describe('the log-in page', () => {
	test('of an application names it', () => stage.visit(async (page) => {
		await page.goto(stage.tokenURL());
		await heading(page, 'Log In');
		await page.getByText('to continue to Implicit App', { exact: true }).waitFor();
		await inspect(page, 'login', { dark: true });
	}));

	test('says what was wrong', () => stage.visit(async (page) => {
		await page.goto(stage.tokenURL());
		await logIn(page, { ...alex, password: 'wrong' });
		await page.getByRole('alert').waitFor();
		await inspect(page, 'login-problem', { dark: true });
	}));
});

test('whoever signs in without an application finds an account page, and logs out there', () => stage.visit(async (page) => {
	await page.goto(`${stage.url}/login`);
	await page.getByText('to your organization', { exact: true }).waitFor();
	await inspect(page, 'login-direct');
	await logIn(page, alex);

	await heading(page, 'You are logged in');
	assert.equal(new URL(page.url()).pathname, '/login');
	for (const text of ['Alex Agent', alex.email, 'Mockcloud', 'Sales']) await page.getByRole('definition').getByText(text, { exact: true }).waitFor();
	await inspect(page, 'account');
	await page.getByRole('link', { name: 'My Account' }).click();
	await heading(page, 'You are logged in');
	await page.getByRole('link', { name: 'Logout' }).click();

	await heading(page, 'You are logged out');
	await inspect(page, 'logged-out');
	await page.getByRole('link', { name: 'Log in again' }).click();
	await heading(page, 'Log In');
}));

describe('the error page', () => {
	test('says what is wrong with a request that cannot be answered', () => stage.visit(async (page) => {
		const cases = [
			['invalidClientId', { client_id: unknownID }, /^There is no OAuth client/],
			['invalidResponseType', { response_type: 'magic' }, /^The response_type/],
			['invalidRedirectUri', { redirect_uri: 'http://localhost:3000/elsewhere' }, /^The redirect_uri/],
		];
		for (const [key, parameters, text] of cases) {
			await page.goto(stage.tokenURL(parameters));
			await heading(page, 'Something is not right');
			const url = new URL(page.url());
			assert.equal(url.origin + url.pathname, `${stage.url}/error`);
			assert.equal(url.hash, `#/error?errorKey=${key}`, 'as the real page is told');
			assert.equal(await page.getByRole('definition').first().innerText(), key);
			assert.match(await page.getByRole('alert').innerText(), text);
		}
		await inspect(page, 'error');
	}));
});

describe('the language', () => {
	const words = {
		en: { title: 'Log In', email: 'Email Address', password: 'Password', button: 'Log In' },
		'pt-BR': { title: 'Entrar', email: 'Endereço de e-mail', password: 'Senha', button: 'Entrar' },
		es: { title: 'Iniciar sesión', email: 'Dirección de correo electrónico', password: 'Contraseña', button: 'Iniciar sesión' },
	};

	async function speaks(page, language) {
		const { title, email, password, button } = words[language];
		await heading(page, title);
		assert.equal(await page.locator('html').getAttribute('lang'), language);
		await page.getByLabel(email).waitFor();
		await page.getByLabel(password).waitFor();
		await page.getByRole('button', { name: button, exact: true }).waitFor();
	}

	test('is what the browser prefers, or English', () => stage.visit({ locale: undefined }, async (page) => {
		for (const [accepted, language] of [
			['en-US', 'en'], ['pt-BR,pt;q=0.9,en;q=0.8', 'pt-BR'], ['pt-PT', 'pt-BR'], ['es-MX,es;q=0.9', 'es'], ['fi-FI', 'en'], ['fi-FI,es;q=0.5', 'es'],
		]) {
			await page.setExtraHTTPHeaders({ 'Accept-Language': accepted });
			await page.goto(stage.tokenURL());
			await speaks(page, language);
		}
	}));

	test('is what a browser in Brazil prefers by itself', () => stage.visit({ locale: 'pt-BR' }, async (page) => {
		await page.goto(stage.tokenURL());
		await speaks(page, 'pt-BR');
	}));

	test('can be switched, stays so, and is no obstacle to what was going on', () => stage.visit(async (page) => {
		await page.goto(stage.tokenURL({ state: 'kept' }));
		await page.getByRole('link', { name: 'Português (Brasil)' }).click();
		await speaks(page, 'pt-BR');
		await page.getByRole('link', { name: 'Español' }).click();
		await speaks(page, 'es');
		await page.goto(`${stage.url}/login`);
		await speaks(page, 'es');
		await page.goBack();
		await page.getByLabel(words.es.email).fill(alex.email);
		await page.getByLabel(words.es.password).fill(alex.password);
		await page.getByRole('button', { name: words.es.button, exact: true }).click();
		await page.getByRole('status').getByText('Alex Agent of Mockcloud, state kept').waitFor();
		await page.goto(`${stage.url}/login`);
		await heading(page, 'Has iniciado sesión');
	}));

	for (const locale of ['pt-BR', 'es']) {
		test(`${locale} fits on narrow screens too`, () => stage.visit({ locale }, async (page) => {
			const pages = ['/login', `/error?errorKey=invalidRedirectUri`, '/_mockcloud/idp', '/_mockcloud/idp/sso', '/_mockcloud/webhooks', '/_mockcloud/app?lang=es', '/logout'];
			for (const path of pages) {
				await page.goto(stage.url + path);
				await fits(page, `${path} in ${locale}`);
			}
			await page.goto(`${stage.url}/login`);
			await page.getByRole('button', { name: 'Alex Agent' }).click();
			await page.getByRole('heading', { level: 1 }).waitFor();
			await fits(page, `the account page in ${locale}`);
		}));
	}
});

describe('the page that stands in for an application', () => {
	test('shows the token of an implicit grant', () => stage.visit(async (page) => {
		await page.goto(stage.tokenURL({ redirect_uri: stage.callback, state: 'a b' }));
		await logIn(page, alex);
		await heading(page, 'What came back');
		const shown = await page.getByRole('definition').allInnerTexts();
		assert.match(shown[0], /^eyJ/);
		assert.deepEqual(shown.slice(1), ['86399', 'bearer', 'a b']);
		await inspect(page, 'callback-token');
	}));

	test('shows the code, and the command that trades it', () => stage.visit(async (page) => {
		await page.goto(stage.codeURL({ redirect_uri: stage.callback }));
		await logIn(page, alex);
		await heading(page, 'What came back');
		const code = await page.getByRole('definition').first().innerText();
		assert.match(code, /^[A-Za-z0-9_-]{43}$/);
		await page.getByText(`-d code=${code}`).waitFor();
		await inspect(page, 'callback-code');
	}));
});

describe('the page of webhooks', () => {
	test('says how one is installed, and shows what arrives at it until that is cleared', () => stage.visit(async (page) => {
		await page.goto(`${stage.url}/login`);
		await page.getByRole('link', { name: 'Webhooks' }).click();
		await heading(page, 'Webhooks');
		await page.getByText('No webhook is installed.').waitFor();
		await inspect(page, 'webhooks-empty', { dark: true });

		const id = await install(stage, 'webhook', 'Orders of the web shop');
		await install(stage, 'webhook', 'Returns', undefined, { enabled: false });
		await page.getByRole('link', { name: 'Reload', exact: true }).click();
		const hook = page.locator('section').filter({ hasText: 'Orders of the web shop' });
		await hook.getByText('Nothing has arrived yet.').waitFor();
		await hook.getByText(id, { exact: true }).waitFor();
		const address = /http\S+\/events/.exec(await hook.locator('pre').innerText())[0];
		for (const body of ['{"order":7,"lines":[{"sku":"A-1"}]}', JSON.stringify('long '.repeat(1000))]) {
			const { status } = await fetch(`${address}?source=shop`, { method: 'POST', body, headers: { 'Content-Type': 'application/json', 'X-Trace': 't-1' } });
			assert.equal(status, 200);
		}
		await page.getByRole('link', { name: 'Reload', exact: true }).click();
		await hook.getByText('2 received, 2 kept').waitFor();
		const events = hook.getByRole('listitem');
		assert.equal(await events.last().locator('pre').innerText(), '{\n  "order": 7,\n  "lines": [\n    {\n      "sku": "A-1"\n    }\n  ]\n}');
		await events.last().getByText('Headers and query').click();
		await events.last().getByRole('row', { name: 'x-trace t-1' }).waitFor();
		await events.last().getByRole('row', { name: 'source shop' }).waitFor();
		await events.first().getByRole('link', { name: 'There is more: the whole body' }).waitFor();
		await inspect(page, 'webhooks', { dark: true });
		for (const language of ['Português (Brasil)', 'Español', 'English']) {
			await page.getByRole('link', { name: language }).click();
			await page.locator(`a[aria-current], span[aria-current][lang]:text-is("${language}")`).first().waitFor();
			await fits(page, `the page in ${language}`);
		}

		await hook.getByRole('button', { name: 'Clear the events' }).click();
		await hook.getByText('Nothing has arrived since the events were cleared.').waitFor();
	}));

	test('loads itself again where it is told to, and stops', () => stage.visit(async (page) => {
		await page.goto(`${stage.url}/_mockcloud/webhooks`);
		await page.getByRole('link', { name: 'Reload every 5 s' }).click();
		await page.getByText('The page reloads every 5 s.').waitFor();
		await page.waitForEvent('load');
		await page.getByRole('link', { name: 'Stop reloading' }).click();
		await page.getByRole('link', { name: 'Reload every 5 s' }).waitFor();
		assert.equal(new URL(page.url()).search, '');
	}));
});

test('nobody can put the log-in page into a frame', () => stage.visit(async (page) => {
	const answer = await page.goto(stage.tokenURL());
	const headers = answer.headers();
	assert.equal(headers['x-frame-options'], 'DENY');
	assert.match(headers['content-security-policy'], /frame-ancestors 'none'/);
	// An application may redirect to anywhere, and a browser would hold a list of where forms may lead against it.
	assert.doesNotMatch(headers['content-security-policy'], /form-action/);
}));
