// What people do on the pages.
import assert from 'node:assert/strict';

export const ada = { name: 'Ada Admin', email: 'admin@mockcloud.test', password: 'fake-admin-password' };
export const alex = { name: 'Alex Agent', email: 'agent1@mockcloud.test', password: 'fake-agent1-password' };

/** Fills in the log-in form and sends it. */
export async function logIn(page, { email, password }) {
	await page.getByLabel('Email Address').fill(email);
	await page.getByLabel('Password').fill(password);
	await page.getByRole('button', { name: 'Log In', exact: true }).click();
}

/** Opens the application and clicks on its button to sign in, with the options. */
export async function startSignIn(page, address, options = {}) {
	await page.goto(address);
	await page.locator('[data-ready]').waitFor();
	await page.getByLabel('Options').fill(JSON.stringify(options));
	await page.getByRole('button', { name: 'Sign in' }).click();
}

/** Waits until the page shows a heading. */
export async function heading(page, text) {
	await page.getByRole('heading', { level: 1, name: text, exact: true }).waitFor();
}

/** Waits until the application shows how the sign-in has ended. */
export async function outcome(page, address, text) {
	await page.getByRole('status').getByText(text, { exact: true }).waitFor().catch(async (reason) => {
		assert.fail(`${page.url()} shows, in place of "${text}":\n${await page.locator('body').innerText()}\n${reason.message}`);
	});
	assert.equal(page.url(), address, 'the SDK tidies the address');
}
