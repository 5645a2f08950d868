import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { startMockcloud } from '../support/mockcloud.js';
import { Session } from '../support/sdk.js';

const server = await startMockcloud();
const run = promisify(execFile);
const application = fileURLToPath(new URL('../support/application.js', import.meta.url));

/** Runs an application that knows nothing of mockcloud, with the SDK's configuration file in its home. */
async function runApplication(configuration) {
	const home = await mkdtemp(path.join(tmpdir(), 'mockcloud-js-'));
	try {
		await mkdir(path.join(home, '.genesyscloudjavascript'));
		await writeFile(path.join(home, '.genesyscloudjavascript', 'config'), configuration);
		const { stdout } = await run(process.execPath, [application], {
			timeout: 20_000,
			env: {
				...process.env, HOME: home, USERPROFILE: home,
				GENESYSCLOUD_OAUTHCLIENT_ID: server.admin.id, GENESYSCLOUD_OAUTHCLIENT_SECRET: server.admin.secret,
			},
		});
		return JSON.parse(stdout);
	} finally {
		await rm(home, { recursive: true });
	}
}

describe('the SDK reaches mockcloud', () => {
	test('through setGateway', async () => {
		const session = new Session(server);
		await session.signIn(server.admin);
		assert.equal((await session.organization.getOrganizationsMe()).name, 'Mockcloud');
	});

	test('through setGateway with path prefixes', async () => {
		const session = new Session(server, { path_params_login: '/login', path_params_api: '/any/thing' });
		await session.signIn(server.admin);
		assert.equal((await session.organization.getOrganizationsMe()).name, 'Mockcloud');
		const { entities } = await session.oauth.getOauthClients();
		assert.ok(entities.some((client) => client.id === server.admin.id), 'the path holds both /api/v2/ and /oauth/');
	});

	test('through setGateway under another name of this machine', async () => {
		const session = new Session(server, { host: 'localhost' });
		await session.signIn(server.admin);
		assert.equal((await session.organization.getOrganizationsMe()).name, 'Mockcloud');
	});

	test('through a configuration file, without a change to the application', async () => {
		const organization = await runApplication(
			`[gateway]\nprotocol = http\nhost = ${server.host}\nport = ${server.port}\n`,
		);
		assert.equal(organization.name, 'Mockcloud');
	});

	test('through a configuration file with path prefixes', async () => {
		const organization = await runApplication(
			`[gateway]\nprotocol = http\nhost = ${server.host}\nport = ${server.port}\n` +
			'path_params_login = /login\npath_params_api = /anything\n',
		);
		assert.equal(organization.name, 'Mockcloud');
	});

	test('through a configuration file in JSON', async () => {
		const gateway = { protocol: 'http', host: server.host, port: server.port, path_params_api: 'anything' };
		const organization = await runApplication(JSON.stringify({ gateway }));
		assert.equal(organization.name, 'Mockcloud');
	});
});

describe('the suites', () => {
	for (const folder of ['js', 'browser']) {
		test(`in clients/${folder} have fixed versions, from a lock file without addresses of packages`, async () => {
			const lock = await readFile(new URL(`../../${folder}/package-lock.json`, import.meta.url), 'utf8');
			const { packages } = JSON.parse(lock);
			const { dependencies, devDependencies } = packages[''];
			for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) assert.match(version, /^\d+\.\d+\.\d+$/, name);
			const withAddress = Object.keys(packages).filter((name) => 'resolved' in packages[name]);
			assert.deepEqual(withAddress, []);
		});
	}
});
