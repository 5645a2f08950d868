// A browser without screen or scripts: it keeps cookies, follows redirects within mockcloud and sends the forms that
// it finds there.
import assert from 'node:assert/strict';

const answerTime = 10_000; // milliseconds that an answer may take
const maxRedirects = 10;

const entities = { amp: '&', lt: '<', gt: '>', quot: '"' };
const decode = (text) => text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (whole, decimal, hex, name) => {
	if (name) return entities[name] ?? whole;
	return String.fromCodePoint(decimal ? Number(decimal) : Number.parseInt(hex, 16));
});

/** The attributes of a tag; those without a value are empty. */
function attributesOf(tag) {
	const found = tag.matchAll(/\s([a-z-]+)(?:="([^"]*)")?/g);
	return Object.fromEntries(Array.from(found, ([, name, value = '']) => [name, decode(value)]));
}

/** A page of mockcloud. */
export class Page {
	constructor(url, status, html) {
		this.url = url;
		this.status = status;
		this.html = html;
		this.title = decode(/<title>([^<]*)<\/title>/.exec(html)?.[1] ?? '');
		this.problem = decode(/role="alert">([^<]*)</.exec(html)?.[1] ?? '');
		this.forms = Array.from(html.matchAll(/<form\b[^>]*>[^]*?<\/form>/g), ([text]) => ({
			action: attributesOf(/^<form\b[^>]*>/.exec(text)[0]).action,
			fields: Array.from(text.matchAll(/<(?:input|button)\b[^>]*>/g), ([tag]) => attributesOf(tag)),
		}));
	}

	/** The form that has all of these fields, and what it would send. */
	form(fields) {
		const names = Object.keys(fields);
		const form = this.forms.find((f) => names.every((name) => f.fields.some((field) => field.name === name)));
		assert.ok(form, `${this.url} (${this.title}) has no form with ${names.join(', ')}:\n${this.html}`);
		const hidden = form.fields.filter((field) => field.type === 'hidden').map(({ name, value }) => [name, value]);
		return { action: form.action, content: new URLSearchParams({ ...Object.fromEntries(hidden), ...fields }) };
	}
}

/** A browser of somebody who visits mockcloud. */
export class Browser {
	#cookies = new Map();

	constructor(server) {
		this.server = server;
	}

	/** Opens an address and returns the page, or the URL outside of mockcloud that the browser was sent to. */
	open(url) {
		return this.#go(url, {});
	}

	/** Fills in the form that has these fields, sends it and goes where that leads. */
	submit(page, fields) {
		const { action, content } = page.form(fields);
		return this.#go(new URL(action, page.url), { method: 'POST', body: content });
	}

	async #go(to, init) {
		let [url, request] = [new URL(to), init];
		for (let redirects = 0; redirects < maxRedirects; redirects++) {
			if (url.origin !== this.server.url) return url;
			const cookie = Array.from(this.#cookies, ([name, value]) => `${name}=${value}`).join('; ');
			const answer = await fetch(url, {
				...request, redirect: 'manual', headers: cookie ? { cookie } : {}, signal: AbortSignal.timeout(answerTime),
			});
			this.#keep(answer.headers.getSetCookie());
			const html = await answer.text();
			const location = answer.headers.get('location');
			if (location === null) return new Page(url, answer.status, html);
			assert.ok([302, 303].includes(answer.status), `a redirect with ${answer.status}`);
			[url, request] = [new URL(location, url), {}];
		}
		assert.fail(`there is no end of redirects at ${url}`);
	}

	#keep(cookies) {
		for (const cookie of cookies) {
			const [, name, value, rest] = /^([^=]+)=([^;]*)(.*)$/.exec(cookie);
			if (/;\s*max-age=(0|-)/i.test(rest)) this.#cookies.delete(name);
			else this.#cookies.set(name, value);
		}
	}
}

/** The address where an application sends a browser to sign somebody in. */
export function authorizeURL(server, parameters) {
	return `${server.url}/oauth/authorize?${new URLSearchParams(parameters)}`;
}

/** Signs in on the page that the address shows, as a person would. Returns where the browser ends up. */
export async function signInAt(browser, url, { email, password }) {
	const page = await browser.open(url);
	assert.ok(page instanceof Page, `there is no page to sign in on: ${page}`);
	assert.equal(page.title, 'Log In · mockcloud');
	return browser.submit(page, { email, password });
}
