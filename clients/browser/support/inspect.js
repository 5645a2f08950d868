// Looks at a page as those do who cannot see it well, hold it in one hand, or have drawn it.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import axe from 'axe-core';

const folder = fileURLToPath(new URL('../screenshots/', import.meta.url));
mkdirSync(folder, { recursive: true });

const desktop = { width: 1280, height: 900 };
const mobile = { width: 390, height: 844 };
const narrow = { width: 320, height: 640 };

/** The rules of WCAG 2.2, levels A and AA. */
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** Checks the page against the rules. */
async function accessible(page, where, rest) {
	const violations = await page.evaluate(async ([tags, foreign]) => {
		const check = (what, type, values) => globalThis.axe.run(what, { runOnly: { type, values }, resultTypes: ['violations'], preload: false });
		const results = [await check(foreign ? { exclude: foreign } : document, 'tag', tags)];
		if (foreign) results.push(await check(foreign, 'rule', ['color-contrast']));
		return results.flatMap((result) => result.violations).map(({ id, help, nodes }) => `${id} (${help}): ${nodes.map((n) => n.html).join(' ')}`);
	}, [rules, rest]);
	assert.deepEqual(violations, [], `${where} is not accessible`);
}

/** Checks that nothing has to be scrolled sideways but what scrolls by itself. */
export async function fits(page, where) {
	await page.setViewportSize(narrow);
	const tooWide = await page.evaluate(() => {
		const { scrollWidth, clientWidth } = document.documentElement;
		const outside = Array.from(document.querySelectorAll('main, main *:not(pre *)'))
			.filter((element) => element.getBoundingClientRect().right > clientWidth).map((element) => element.outerHTML.slice(0, 200));
		return scrollWidth > clientWidth ? [`${scrollWidth} px`, ...outside] : outside;
	});
	assert.deepEqual(tooWide, [], `${where} is wider than ${narrow.width} pixels`);
}

/** Checks that no link of the page leads nowhere. */
export async function linksLead(page, where) {
	const links = await page.evaluate(() => Array.from(document.links)
		.filter((link) => !link.getAttribute('href').startsWith('#')).map((link) => link.href));
	for (const link of links) {
		const { status } = await fetch(link, { redirect: 'manual', signal: AbortSignal.timeout(10_000) });
		assert.ok(status < 404, `${where} has a link to ${link}, which answers ${status}`);
	}
}

/**
 * Checks a page in both colour schemes and on a narrow screen, and where it leads, and takes its picture.
 * @param name of the pictures
 * @param dark whether there is one of the dark scheme too
 * @param links whether the links are checked
 * @param rest what of the page is somebody else's, whose colours alone are checked
 */
export async function inspect(page, name, { dark = false, links = true, rest } = {}) {
	assert.equal(await page.locator('h1').count(), 1, `${name} has one main heading`);
	assert.match(await page.title(), /^\S.* · mockcloud$/);
	if (links) await linksLead(page, name);
	await page.evaluate(axe.source);
	for (const colorScheme of ['dark', 'light']) {
		await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
		await accessible(page, `${name} in ${colorScheme} colours`, rest);
		if (colorScheme === 'light' || dark) {
			const suffix = colorScheme === 'dark' ? '-dark' : '';
			await page.screenshot({ path: `${folder}${name}-desktop${suffix}.png` });
			await page.setViewportSize(mobile);
			await page.screenshot({ path: `${folder}${name}-mobile${suffix}.png`, fullPage: true });
			await page.setViewportSize(desktop);
		}
	}
	await fits(page, name);
	await page.setViewportSize(desktop);
}

/** Takes pictures of a page at another width, in both colour schemes. */
export async function picture(page, name, size) {
	await page.setViewportSize(size);
	for (const colorScheme of ['dark', 'light']) {
		await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
		await page.screenshot({ path: `${folder}${name}-${size.width}${colorScheme === 'dark' ? '-dark' : ''}.png` });
	}
	await page.setViewportSize(desktop);
}
