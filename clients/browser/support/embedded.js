// A client application for the page that embeds them, and how it is installed.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { after } from 'node:test';

const folder = new URL('../application/', import.meta.url);
const files = {
	'/embedded': ['embedded.html', 'text/html; charset=utf-8'],
	'/embedded.js': ['embedded.js', 'text/javascript; charset=utf-8'],
};

/** Serves the application on a free port, until the last test of the file, and returns its origin. */
export async function startEmbedded() {
	const server = createServer(async (request, response) => {
		const { pathname } = new URL(request.url, 'http://localhost');
		if (!(pathname in files)) return response.writeHead(pathname === '/favicon.ico' ? 204 : 404).end();
		const [file, type] = files[pathname];
		return response.writeHead(200, { 'Content-Type': type }).end(await readFile(new URL(file, folder)));
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	after(() => {
		server.closeAllConnections();
		return new Promise((resolve) => { server.close(resolve); });
	});
	return `http://localhost:${server.address().port}`;
}

async function call(stage, method, resource, body) {
	const answer = await fetch(stage.url + resource, {
		method, body: JSON.stringify(body), signal: AbortSignal.timeout(10_000),
		headers: { Authorization: `Bearer ${stage.token}`, 'Content-Type': 'application/json' },
	});
	const text = await answer.text();
	assert.equal(answer.status, 200, `${method} ${resource} answers ${answer.status}: ${text}`);
	return JSON.parse(text);
}

/** Makes an OAuth client that asks for codes, and returns its id. */
export async function newClient(stage, redirectURI) {
	const { id } = await call(stage, 'POST', '/api/v2/oauth/clients', {
		name: 'Embedded App', authorizedGrantType: 'CODE', scope: ['users', 'user-basic-info'], registeredRedirectUri: [redirectURI],
	});
	return id;
}

/** Installs an integration, such as an application, and switches it on, or not, and returns its id. */
export async function install(stage, type, name, properties, { enabled = true } = {}) {
	const { id } = await call(stage, 'POST', '/api/v2/integrations', { name, integrationType: { id: type } });
	if (properties) {
		await call(stage, 'PUT', `/api/v2/integrations/${id}/config/current`, {
			name, version: 1, notes: '', advanced: {}, credentials: {}, properties,
		});
	}
	if (enabled) await call(stage, 'PATCH', `/api/v2/integrations/${id}`, { intendedState: 'ENABLED' });
	return id;
}
