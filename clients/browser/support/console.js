// What people do in the console, in whatever language they read.
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../../internal/console/texts/', import.meta.url));

/** The texts of the console's pages, by key and language. */
const texts = Object.assign({}, ...readdirSync(folder).map((name) => JSON.parse(readFileSync(folder + name, 'utf8'))));

/** The role of the default fixture that the workshop needs. */
export const queueReader = 'Queue Reader';

/** The queue whose members the workshop looks at. */
export const supportQueue = '6d6f636b-0010-4000-8000-000000000002';

/** Returns what says a text of the console in a language. */
export function speaker(language) {
	return (key, ...values) => {
		const text = texts[key]?.[language];
		if (!text) throw new Error(`the console has no text ${key} in ${language}`);
		let i = 0;
		return text.replace(/%[sd]/g, () => String(values[i++]));
	};
}

/** Opens the console's first page and signs somebody in by a click on their name. */
export async function enterAs(page, url, name) {
	await page.goto(`${url}/`);
	await page.getByRole('button', { name }).click();
	await page.waitForURL(`${url}/`);
}

/** Signs in as somebody else, by the menu at the top. */
export async function changeTo(page, t, name) {
	await page.locator('summary', { hasText: /./ }).and(page.locator('.who > summary')).click();
	await page.getByRole('link', { name: t('switch') }).click();
	await page.getByRole('button', { name }).click();
}

/** Follows a link of the menu at the side. */
export async function goTo(page, t, key) {
	await page.getByRole('navigation', { name: t('menu') }).getByRole('link', { name: t(key), exact: true }).click();
}

/** The first page's checklist: how many of its steps are done. */
export async function stepsDone(page, t, done) {
	await page.getByText(t('home.steps.count', done, 7), { exact: true }).waitFor();
}
