// Serves the application of the folder application, with the SDK's build for browsers.
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { after } from 'node:test';

const folder = new URL('../application/', import.meta.url);
const sdk = new URL('../node_modules/purecloud-platform-client-v2/dist/web-cjs/purecloud-platform-client-v2.min.js', import.meta.url);

const html = 'text/html; charset=utf-8';
const script = 'text/javascript; charset=utf-8';
const files = {
	'/implicit': [new URL('index.html', folder), html],
	'/pkce': [new URL('index.html', folder), html],
	'/pop-up': [new URL('pop-up.html', folder), html],
	'/application.js': [new URL('application.js', folder), script],
	'/pop-up.js': [new URL('pop-up.js', folder), script],
	'/sdk.js': [sdk, script],
};

class Application {
	#server;
	settings = {};

	constructor(server) {
		this.#server = server;
		// Another site than 127.0.0.1, where mockcloud serves: as in real life, cookies and CORS matter.
		this.origin = `http://localhost:${server.address().port}`;
		this.implicit = `${this.origin}/implicit`;
		this.pkce = `${this.origin}/pkce`;
		this.popUp = `${this.origin}/pop-up`;
		// Many a back end takes the code and sends people on to a front end elsewhere.
		this.backEnd = `${this.origin}/back-end`;
		this.frontEnd = `http://127.0.0.1:${server.address().port}/front-end`;
	}

	stop() {
		this.#server.closeAllConnections();
		return new Promise((resolve) => { this.#server.close(resolve); });
	}
}

/** Starts the application on a free port. It ends with the last test of the file. */
export async function startApplication() {
	const server = createServer(async (request, response) => {
		const { pathname } = new URL(request.url, 'http://localhost');
		const send = (status, type, body) => response.writeHead(status, type ? { 'Content-Type': type } : {}).end(body);
		if (pathname === '/settings.json') return send(200, 'application/json', JSON.stringify(application.settings));
		if (pathname === '/favicon.ico') return send(204);
		if (pathname === '/back-end') return response.writeHead(302, { Location: application.frontEnd }).end();
		if (pathname === '/front-end') return send(200, 'text/plain', 'The front end.');
		if (!(pathname in files)) return send(404, 'text/plain', 'There is nothing here.');
		const [file, type] = files[pathname];
		return send(200, type, await readFile(file));
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const application = new Application(server);
	after(() => application.stop());
	return application;
}
