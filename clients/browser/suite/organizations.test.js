// People who are in more than one organization, and organizations that approve applications first.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { inspect } from '../support/inspect.js';
import { ada, heading, logIn, outcome, startSignIn } from '../support/people.js';
import { setStage } from '../support/stage.js';

const northwind = `
organization:
  name: Northwind & Sons
  shortName: northwind
users:
  - email: ${ada.email}
    name: Ada of Northwind
    password: ${ada.password}
`;
const strict = `
organization:
  name: Strict Ltd
settings:
  enforceScopes: true
roles:
  - name: Approver
    permissions: ["oauth:client:authorize"]
users:
  - { email: vera@strict.test, name: Vera Approver, password: fake-vera-password, roles: [Approver in *] }
  - { email: otto@strict.test, name: Otto Ordinary, password: fake-otto-password }
`;
const vera = { email: 'vera@strict.test', password: 'fake-vera-password' };
const otto = { email: 'otto@strict.test', password: 'fake-otto-password' };

const stage = await setStage({ fixtures: [northwind, strict] });
const { implicit, pkce } = stage.application;

describe('whoever is in two organizations with the same password', () => {
	test('chooses one, and stays there', () => stage.visit(async (page) => {
		await startSignIn(page, implicit, { state: 'chosen' });
		await logIn(page, ada);
		await heading(page, 'Choose an organization');
		await inspect(page, 'organizations');
		await page.getByRole('button', { name: 'Northwind & Sons' }).click();
		await outcome(page, implicit, 'Ada of Northwind of Northwind & Sons, state chosen');
		await startSignIn(page, implicit);
		await outcome(page, implicit, 'Ada of Northwind of Northwind & Sons, state none');
		await startSignIn(page, implicit, { prompt: 'login' });
		await logIn(page, ada);
		await page.getByRole('button', { name: 'Mockcloud' }).click();
		await outcome(page, implicit, 'Ada Admin of Mockcloud, state none');
	}));

	test('is not asked where the application says which', () => stage.visit(async (page) => {
		await startSignIn(page, pkce, { login_hint: `${ada.email}:northwind` });
		await page.getByLabel('Password').fill(ada.password);
		await page.keyboard.press('Enter');
		await outcome(page, pkce, 'Ada of Northwind of Northwind & Sons, state none');
	}));

	test('chooses without an application too', () => stage.visit(async (page) => {
		await page.goto(`${stage.url}/login`);
		await logIn(page, ada);
		await heading(page, 'Choose an organization');
		await page.getByRole('button', { name: 'Northwind & Sons' }).click();
		await heading(page, 'You are logged in');
		await page.getByRole('definition').getByText('Northwind & Sons', { exact: true }).waitFor();
	}));
});

describe('an organization that enforces scopes', () => {
	test('lets nobody in until somebody has approved the application', () => stage.visit(async (page) => {
		await startSignIn(page, implicit);
		await logIn(page, otto);
		await page.getByRole('status').getByText('refused: [access_denied] an administrator of the organization must approve this application first').waitFor();
	}));

	test('asks those who may approve it, and takes no for an answer', () => stage.visit(async (page) => {
		await startSignIn(page, implicit);
		await logIn(page, vera);
		await heading(page, 'Approve Implicit App?');
		const listed = await page.getByRole('main').getByRole('listitem').allInnerTexts();
		assert.deepEqual(listed.map((text) => text.replace(/\s+/g, ' ')).sort(), ['organization:readonly read', 'user-basic-info read and change', 'users read and change']);
		await page.getByText(`You will return to ${implicit}`).waitFor();
		await inspect(page, 'approve', { dark: true });
		await page.getByRole('button', { name: 'Cancel' }).click();
		await page.getByRole('status').getByText('refused: [access_denied] the user did not approve the application').waitFor();
	}));

	test('lets everybody in once it is approved', () => stage.visit(async (page) => {
		await startSignIn(page, pkce, { state: 'approved' });
		await logIn(page, vera);
		await page.getByRole('button', { name: 'Approve' }).click();
		await outcome(page, pkce, 'Vera Approver of Strict Ltd, state approved');
		await startSignIn(page, pkce, { prompt: 'login' });
		await logIn(page, otto);
		await outcome(page, pkce, 'Otto Ordinary of Strict Ltd, state none');
		const token = await page.evaluate(() => globalThis.ApiClient.authData.accessToken);
		assert.equal((await stage.call('/api/v2/users/me', token)).status, 200);
		const { status, body } = await stage.call('/api/v2/routing/queues', token);
		assert.equal(status, 403);
		assert.equal(body.code, 'app.not.authorized.for.scope');
	}));
});
