// The official SDK in a real browser signs people in, and out.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { ada, alex, heading, logIn, outcome, startSignIn } from '../support/people.js';
import { otherName } from '../support/chromium.js';
import { setStage } from '../support/stage.js';

const stage = await setStage();
const { application } = stage;
const { implicit } = application;

for (const [login, address] of [['loginImplicitGrant', implicit], ['loginPKCEGrant', application.pkce]]) {
	describe(login, () => {
		test('leads over the log-in page back to the application, which may call the API then', () => stage.visit(async (page) => {
			await startSignIn(page, address, { state: 'a state & more = ünicode' });
			await heading(page, 'Log In');
			assert.equal(new URL(page.url()).origin, stage.url);
			await logIn(page, alex);
			await outcome(page, address, 'Alex Agent of Mockcloud, state a state & more = ünicode');
		}));

		test('returns at once for whoever is signed in, asks again with prompt=login, and ends with logout', () => stage.visit(async (page) => {
			await startSignIn(page, address);
			await logIn(page, alex);
			await outcome(page, address, 'Alex Agent of Mockcloud, state none');

			await startSignIn(page, address, { state: 'again' });
			await outcome(page, address, 'Alex Agent of Mockcloud, state again');

			await startSignIn(page, address, { prompt: 'login' });
			await logIn(page, ada);
			await outcome(page, address, 'Ada Admin of Mockcloud, state none');

			await page.getByRole('button', { name: 'Sign out' }).click();
			await outcome(page, address, 'Nobody is signed in.');
			await startSignIn(page, address);
			await heading(page, 'Log In');
		}));

		test('tells the application where the person may not enter', () => stage.visit(async (page) => {
			await startSignIn(page, address, { target: '00000000-0000-4000-8000-00000000dead' });
			await logIn(page, alex);
			await page.getByRole('status').getByText('refused: [access_denied] the user does not belong to the target organization').waitFor();
		}));

		test('works in a window of its own', () => stage.visit(async (page) => {
			const opened = page.waitForEvent('popup');
			await startSignIn(page, address, { state: 'popped', authPopupConfiguration: { usePopup: true, popupTimeout: 5000, autoClosePopupDelay: 0 } });
			await logIn(await opened, alex);
			const shown = page.getByRole('status').getByText(/state popped|refused/);
			await shown.waitFor();
			assert.equal(await shown.innerText(), 'Alex Agent of Mockcloud, state popped');
		}));
	});
}

test('a gateway may put something before the paths, and mockcloud may have another name', () => stage.visit(async (page) => {
	const { gateway } = application.settings;
	try {
		application.settings.gateway = { ...gateway, host: 'localhost', path_params_login: '/some/prefix', path_params_api: '/another' };
		await startSignIn(page, implicit);
		await heading(page, 'Log In');
		assert.equal(new URL(page.url()).host, `localhost:${gateway.port}`);
		await logIn(page, alex);
		await outcome(page, implicit, 'Alex Agent of Mockcloud, state none');
		await page.getByRole('button', { name: 'Sign out' }).click();
		await outcome(page, implicit, 'Nobody is signed in.');
	} finally {
		application.settings.gateway = gateway;
	}
}));

test('mockcloud may go by a name that Chromium does not trust', () => stage.visit(async (page) => {
	const address = new URL(stage.codeURL({ redirect_uri: stage.callback }));
	address.hostname = otherName;
	await page.goto(address.href);
	await logIn(page, alex);
	await heading(page, 'What came back');
}));

test('the application may send people on to somewhere else', () => stage.visit(async (page) => {
	await page.goto(stage.codeURL({ redirect_uri: application.backEnd }));
	await logIn(page, alex);
	await page.getByText('The front end.').waitFor();
	assert.equal(page.url(), application.frontEnd);
}));

describe('the log-in page', () => {
	test('needs no mouse', () => stage.visit(async (page) => {
		await startSignIn(page, implicit);
		await heading(page, 'Log In');
		// The cursor is in the first field already.
		await page.keyboard.type(alex.email);
		await page.keyboard.press('Tab');
		await page.keyboard.type(alex.password);
		await page.keyboard.press('Tab');
		assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Log In');
		await page.keyboard.press('Enter');
		await outcome(page, implicit, 'Alex Agent of Mockcloud, state none');
	}));

	test('can be told who comes', () => stage.visit(async (page) => {
		await startSignIn(page, implicit, { login_hint: alex.email });
		await heading(page, 'Log In');
		assert.equal(await page.getByLabel('Email Address').inputValue(), alex.email);
		await page.keyboard.type(alex.password); // where the cursor is
		await page.keyboard.press('Enter');
		await outcome(page, implicit, 'Alex Agent of Mockcloud, state none');
	}));

	test('signs in one of the development users with a click', () => stage.visit(async (page) => {
		await startSignIn(page, implicit);
		await page.getByRole('button', { name: 'Alex Agent' }).click();
		await outcome(page, implicit, 'Alex Agent of Mockcloud, state none');
	}));

	test('keeps the address where the password is wrong, and says so', () => stage.visit(async (page) => {
		await startSignIn(page, implicit);
		await logIn(page, { ...alex, password: 'wrong' });
		assert.equal(await page.getByRole('alert').innerText(), 'The email address or the password is incorrect.');
		assert.equal(await page.getByLabel('Email Address').inputValue(), alex.email);
		assert.equal(await page.getByLabel('Password').inputValue(), '');
		assert.equal(await page.evaluate(() => document.activeElement.id), 'password');
		await logIn(page, alex);
		await outcome(page, implicit, 'Alex Agent of Mockcloud, state none');
	}));

	test('asks for what is missing before it is sent', () => stage.visit(async (page) => {
		await startSignIn(page, implicit);
		await page.getByLabel('Email Address').fill('no address');
		await page.getByRole('button', { name: 'Log In', exact: true }).click();
		assert.ok(await page.getByLabel('Email Address').evaluate((field) => field.matches(':invalid')));
		await page.getByLabel('Email Address').fill(alex.email);
		await page.getByRole('button', { name: 'Log In', exact: true }).click();
		assert.ok(await page.getByLabel('Password').evaluate((field) => field.matches(':invalid')));
		await heading(page, 'Log In');
	}));
});

test('without scripts, signing in leads to the application too', () => stage.visit({ javaScriptEnabled: false }, async (page) => {
	await page.goto(stage.codeURL({ state: 'plain' }));
	await logIn(page, { ...alex, password: 'wrong' });
	assert.equal(await page.getByRole('alert').innerText(), 'The email address or the password is incorrect.');
	await logIn(page, alex);
	await page.waitForURL((url) => url.origin === application.origin);
	const { searchParams } = new URL(page.url());
	assert.match(searchParams.get('code'), /^[A-Za-z0-9_-]{43}$/);
	assert.equal(searchParams.get('state'), 'plain');
}));
