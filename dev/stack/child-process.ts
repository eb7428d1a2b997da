import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { PROJECT_DIR } from './project-dir.js';

/** Receives what a server prints, line by line. */
export type Log = (line: string) => void;

export interface ChildProcessOptions {
  readonly command: string;
  readonly args: readonly string[];
  /** How this program is asked to end. */
  readonly stopSignal: NodeJS.Signals;
  readonly log: Log;
  readonly env?: NodeJS.ProcessEnv;
  /** The user it runs as, where that is not ours. */
  readonly user?: { readonly uid: number; readonly gid: number };
}

export interface GuardedProcess {
  readonly pid: number;
  /** Resolves when it has ended, to the reason in words. */
  readonly ended: Promise<string>;
  stop(): Promise<void>;
  /** SIGKILL: what a crash looks like. */
  kill(): Promise<void>;
}

/** A server that has not ended by then is stuck. */
const STOP_TIMEOUT_MS = 10_000;

/**
 * Starts a server in a process group of its own: Ctrl-C in the terminal reaches us alone, and we end it in our order.
 * A guard beside it ends it when we can't, so it never outlives us.
 */
export async function openChildProcess(options: ChildProcessOptions): Promise<GuardedProcess> {
  const child = spawn(options.command, options.args, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.env === undefined ? {} : { env: options.env }),
    ...options.user,
  });
  const { pid } = await spawned(child);
  const guard = spawn(process.execPath, [join(PROJECT_DIR, 'dev/stack/guard.mjs'), String(pid), options.stopSignal], GUARD_OPTIONS);
  guard.stdin?.on('error', () => undefined);
  const lastWords = listen(child, options.log);
  const ended = new Promise<string>((resolve) => {
    // Not `exit`: processes of its own that hold our pipes may outlive it by a moment, and so may its last words.
    child.once('close', (code, signal) => {
      guard.kill('SIGKILL');
      resolve([signal ?? `exit code ${code}`, ...lastWords].join('\n  '));
    });
  });
  return {
    pid,
    ended,
    stop: async () => {
      child.kill(options.stopSignal);
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
      await ended;
      clearTimeout(timer);
    },
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

const LAST_WORDS = 10;

/** Hands on what it prints, and keeps the end of it: why a server did not start is said nowhere else. */
function listen(child: ChildProcess, log: Log): readonly string[] {
  const lastWords: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on('line', (line) => {
      lastWords.push(line);
      if (lastWords.length > LAST_WORDS) lastWords.shift();
      log(line);
    });
  }
  return lastWords;
}

const GUARD_OPTIONS: SpawnOptions = { detached: true, stdio: ['pipe', 'ignore', 'ignore'] };

function spawned(child: ChildProcess): Promise<{ pid: number }> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('spawn', () => {
      if (child.pid === undefined) reject(new Error('A started process has no pid'));
      else resolve({ pid: child.pid });
    });
  });
}
