// Starts headless Chromium, and watches over what it does.
import { access } from 'node:fs/promises';
import { after } from 'node:test';
import { chromium } from 'playwright-core';

import '../../js/support/sandbox.js';

const binary = process.env.CHROMIUM || '/usr/bin/chromium';

const startTime = 30_000; // milliseconds that Chromium may take to start
const waitTime = 10_000; // milliseconds that anything on a page may take
const visitTime = 30_000; // milliseconds that a visit may take

/** A name that leads to this machine, which Chromium trusts no more than any other. */
export const otherName = 'mockcloud.test';

const loopback = ['127.0.0.1', 'localhost', otherName];

const switches = [
	'--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
	'--disable-background-networking', '--disable-component-update', '--disable-sync',
	// Whatever Chromium might want from elsewhere: it finds nobody.
	`--host-resolver-rules=MAP ${otherName} 127.0.0.1, MAP * ~NOTFOUND, ${loopback.slice(0, 2).map((host) => `EXCLUDE ${host}`).join(', ')}`,
];

/** Starts Chromium with an empty profile that is gone afterwards. It ends with the last test of the file. */
export async function startChromium() {
	await access(binary).catch((error) => {
		throw new Error(`there is no ${binary}: install it with \`make packages\`, or name another in CHROMIUM`, { cause: error });
	});
	const browser = await chromium.launch({ executablePath: binary, args: switches, timeout: startTime });
	after(() => browser.close());
	return browser;
}

// What Chromium says of any frame that may run scripts and keep its origin, as applications in the product's frames do.
const ofSandbox = 'An iframe which has both allow-scripts and allow-same-origin for its sandbox attribute';

/** Calls back for everything that goes wrong in a browser context behind the scenes. */
function watch(context, trouble) {
	context.on('request', (request) => {
		if (!loopback.includes(new URL(request.url()).hostname)) trouble(`there is a request to ${request.url()}`);
	});
	context.on('requestfailed', (request) => {
		const { errorText } = request.failure();
		// The SDK leaves a page while it loads: such requests are called aborted.
		if (errorText !== 'net::ERR_ABORTED') trouble(`${request.url()} failed: ${errorText}`);
	});
	context.on('response', (response) => {
		// Pages that say what is wrong have such a status too; what belongs to a page has not.
		if (response.status() >= 400 && !response.request().isNavigationRequest()) trouble(`${response.url()} answers ${response.status()}`);
	});
	context.on('console', (message) => {
		if (!['error', 'warning'].includes(message.type()) || message.text().startsWith('Failed to load resource: the server responded')) return;
		if (message.text().startsWith(ofSandbox)) return;
		trouble(`the console of ${message.page()?.url()} says: ${message.text()}`);
	});
	context.on('weberror', (error) => trouble(`a script fails: ${error.error().stack}`));
}

/**
 * Lets somebody visit with a browser of their own, without cookies. The visit fails as soon as something goes wrong
 * behind the scenes: a message in the console, which is also where violations of the content security policy appear, a
 * failed request, or one to another machine.
 * @param options of Playwright's contexts, and patience: how many milliseconds the visit may take
 * @param tour is called with the page
 */
export async function visit(browser, { patience = visitTime, ...options }, tour) {
	const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en-US', colorScheme: 'light', ...options });
	let timer;
	try {
		context.setDefaultTimeout(waitTime);
		const failed = new Promise((_, reject) => {
			watch(context, (what) => reject(new Error(what)));
			timer = setTimeout(() => reject(new Error(`the visit takes longer than ${patience} ms`)), patience);
		});
		await Promise.race([failed, tour(await context.newPage())]);
		await Promise.race([failed, undefined]); // what went wrong at its very end
	} finally {
		clearTimeout(timer);
		await context.close();
	}
}
