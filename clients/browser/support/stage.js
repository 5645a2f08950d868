// Everything that a file of the suite needs: Chromium, an application, a mockcloud, and OAuth clients of that application.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after } from 'node:test';

import { startMockcloud } from '../../js/support/mockcloud.js';
import { startApplication } from './application.js';
import { startChromium, visit } from './chromium.js';

/** An id that nothing has. */
export const unknownID = '00000000-0000-4000-8000-00000000dead';

/** The scopes that the application's clients have. */
const scopes = ['users', 'organization:readonly', 'user-basic-info'];

async function post(url, body, headers) {
	const answer = await fetch(url, { method: 'POST', body, headers, signal: AbortSignal.timeout(10_000) });
	const text = await answer.text();
	assert.equal(answer.status, 200, `${url} answers ${answer.status}: ${text}`);
	return JSON.parse(text);
}

class Stage {
	constructor(chromium, application, mockcloud) {
		this.chromium = chromium;
		this.application = application;
		this.mockcloud = mockcloud;
		this.url = mockcloud.url;
		this.callback = `${this.url}/_mockcloud/callback`; // mockcloud's own stand-in for an application
	}

	/** Makes the OAuth clients of the application, and tells it where it is to sign in. */
	async connect() {
		const { application, mockcloud } = this;
		const basic = Buffer.from(`${mockcloud.admin.id}:${mockcloud.admin.secret}`).toString('base64');
		const { access_token } = await post(`${this.url}/oauth/token`, new URLSearchParams({ grant_type: 'client_credentials' }), {
			Authorization: `Basic ${basic}`,
		});
		this.token = access_token;
		const newClient = async (name, type, ...redirectURIs) => {
			const { id } = await post(`${this.url}/api/v2/oauth/clients`, JSON.stringify({
				name, authorizedGrantType: type, scope: scopes, registeredRedirectUri: redirectURIs,
			}), { Authorization: `Bearer ${this.token}`, 'Content-Type': 'application/json' });
			return id;
		};
		application.settings = {
			gateway: { protocol: 'http', host: mockcloud.host, port: mockcloud.port },
			clients: {
				'/implicit': await newClient('Implicit App', 'TOKEN', application.implicit, application.popUp, this.callback),
				'/pkce': await newClient('Code App', 'CODE', application.pkce, application.popUp, application.backEnd, this.callback),
			},
		};
	}

	/** Lets somebody visit; see support/chromium.js. */
	visit(options, body) {
		return typeof options === 'function' ? visit(this.chromium, {}, options) : visit(this.chromium, options, body);
	}

	/** Calls the API, as the seeded administrator unless there is another token. */
	async call(resource, token = this.token) {
		const answer = await fetch(this.url + resource, { headers: { Authorization: `Bearer ${token}` }, signal: AbortSignal.timeout(10_000) });
		return { status: answer.status, body: await answer.json() };
	}

	/** The address that asks for a token, as an application without the SDK would write it. */
	tokenURL(more = {}) {
		const { settings, implicit } = this.application;
		return this.#authorizeURL({ client_id: settings.clients['/implicit'], redirect_uri: implicit, response_type: 'token', ...more });
	}

	/** The address that asks for a code. */
	codeURL(more = {}) {
		const { settings, pkce } = this.application;
		return this.#authorizeURL({ client_id: settings.clients['/pkce'], redirect_uri: pkce, response_type: 'code', ...more });
	}

	#authorizeURL(parameters) {
		return `${this.url}/oauth/authorize?${new URLSearchParams(parameters)}`;
	}
}

/**
 * Sets the stage. Everything on it ends with the last test of the file.
 * @param fixtures texts of fixtures that come on top of the default organization
 */
export async function setStage({ fixtures = [] } = {}) {
	const chromium = await startChromium();
	const application = await startApplication();
	const files = [];
	if (fixtures.length > 0) {
		const folder = await mkdtemp(path.join(tmpdir(), 'mockcloud-browser-'));
		after(() => rm(folder, { recursive: true }));
		for (const [i, text] of fixtures.entries()) {
			files.push(path.join(folder, `${i}.yaml`));
			await writeFile(files[i], text);
		}
	}
	const mockcloud = await startMockcloud({ fixtures: ['default', ...files] });
	const stage = new Stage(chromium, application, mockcloud);
	await stage.connect();
	return stage;
}
