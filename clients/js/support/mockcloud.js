// Starts a mockcloud of its own for each file of the suite, and ends it.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import './sandbox.js';

const run = promisify(execFile);
const built = fileURLToPath(new URL('../../../bin/mockcloud', import.meta.url));
const binary = path.resolve(process.env.MOCKCLOUD_BIN || built);

const startTime = 10_000; // milliseconds until the server must have said where it serves
const stopTime = 10_000; // milliseconds until it must have ended
const callTime = 10_000; // milliseconds that a command may take

/** The environment for mockcloud, free of settings that the user's shell may hold. */
const environment = Object.fromEntries(
	Object.entries(process.env).filter(([name]) => !name.startsWith('MOCKCLOUD_')),
);

/** A running mockcloud. */
class Mockcloud {
	#process;
	#log = '';

	constructor(child) {
		this.#process = child;
		child.stderr.setEncoding('utf8').on('data', (text) => { this.#log += text; });
	}

	/** Waits for the line that says where the server serves, and asks for the seeded credentials. */
	async ready() {
		this.url = await this.#servedURL();
		const { hostname, port } = new URL(this.url);
		this.host = hostname;
		this.port = Number(port);
		const seeded = JSON.parse(await command('env', '--json', '--url', this.url));
		this.admin = {
			id: seeded.GENESYSCLOUD_OAUTHCLIENT_ID,
			secret: seeded.GENESYSCLOUD_OAUTHCLIENT_SECRET,
		};
		this.adminEmail = seeded.MOCKCLOUD_USER;
		return this;
	}

	async #servedURL() {
		const late = new AbortController();
		const timer = setTimeout(() => late.abort(), startTime);
		const lines = createInterface({ input: this.#process.stdout, signal: late.signal });
		try {
			for await (const line of lines) {
				if (line === '') continue;
				const match = /^mockcloud \S+ serves (http:\/\/\S+)$/.exec(line);
				assert.ok(match, `mockcloud's first words were: ${line}`);
				return match[1];
			}
		} finally {
			clearTimeout(timer);
			this.#process.stdout.resume();
		}
		assert.fail(`${binary} did not say where it serves:\n${this.#log}`);
	}

	/** An access token of the user, as `mockcloud token` gives it to whoever sits at the machine. */
	async tokenOf(email) {
		return (await command('token', '--user', email, '--url', this.url)).trim();
	}

	/** What the server has logged until it has logged this text, which it must do soon. */
	async logged(text) {
		const signal = AbortSignal.timeout(callTime);
		while (!this.#log.includes(text)) await once(this.#process.stderr, 'data', { signal });
		return this.#log;
	}

	/** Ends the process, at the latest by force. */
	async stop() {
		const child = this.#process;
		if (child.exitCode === null && child.signalCode === null) {
			const ended = once(child, 'exit');
			child.kill('SIGTERM');
			const force = setTimeout(() => child.kill('SIGKILL'), stopTime);
			await ended;
			clearTimeout(force);
		}
		assert.equal(child.signalCode, null, `mockcloud had to be ended by force:\n${this.#log}`);
		assert.equal(child.exitCode, 0, `mockcloud ended with an error:\n${this.#log}`);
		assert.doesNotMatch(this.#log, /level=ERROR|panic:/, 'mockcloud met an error of its own');
	}

	/** Tells the process to end, without waiting, when this process itself comes to its end. */
	abandon() {
		this.#process.kill('SIGTERM');
	}
}

async function command(...args) {
	const { stdout } = await run(binary, args, { env: environment, timeout: callTime });
	return stdout;
}

/**
 * Starts a mockcloud on a free port of the loopback interface, with a state that is gone afterwards.
 * It ends with the last test of the file.
 * @param fixtures names of embedded fixtures, or files; none means the default organization
 */
export async function startMockcloud({ fixtures = [] } = {}) {
	const seeds = fixtures.flatMap((fixture) => ['--fixtures', fixture]);
	const child = spawn(binary, ['serve', '--ephemeral', '--listen', '127.0.0.1:0', ...seeds], {
		env: environment,
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	const server = new Mockcloud(child);
	const failed = once(child, 'error').then(([error]) => {
		throw new Error(`${binary} does not run: build it with \`make build\`, or name it in MOCKCLOUD_BIN`, { cause: error });
	});
	process.on('exit', () => server.abandon());
	process.on('uncaughtExceptionMonitor', () => server.abandon()); // a suite that fails before its first test ends without the event above
	await Promise.race([server.ready(), failed]);
	after(() => server.stop());
	return server;
}
