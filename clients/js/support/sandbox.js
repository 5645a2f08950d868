// Keeps the suite to itself: imported before the SDK, which reads a configuration file in the home directory.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A home directory without any configuration. */
export const home = mkdtempSync(path.join(tmpdir(), 'mockcloud-js-'));

process.env.HOME = home;
process.env.USERPROFILE = home;
process.env.NO_PROXY = '*'; // everything is on this machine
process.env.no_proxy = '*';

// A test that is interrupted leaves nothing behind either.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
process.on('exit', () => rmSync(home, { recursive: true, force: true }));
