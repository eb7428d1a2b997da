import { join } from 'node:path';
import { openChildProcess, type GuardedProcess, type Log } from './child-process.js';
import { pollUntil } from './poll-until.js';
import { PROJECT_DIR } from './project-dir.js';

export interface ServerProcess extends GuardedProcess {
  readonly url: string;
}

export interface ServerProcessOptions {
  /** From `dist`, relative to the project. */
  readonly program: string;
  readonly args?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly port: number;
  readonly log: Log;
}

const START_TIMEOUT_MS = 30_000;

/** A process of dropless with an API; answers once it can take purchases and has found Temporal. */
export async function openServerProcess({ program, args = [], env, port, log }: ServerProcessOptions): Promise<ServerProcess> {
  const child = await openChildProcess({
    command: process.execPath,
    args: [join(PROJECT_DIR, program), ...args],
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env, DROPLESS_PORT: String(port), DROPLESS_METRICS_PORT: '0' },
    stopSignal: 'SIGTERM',
    log,
  });
  const died = new AbortController();
  void child.ended.then((reason) => died.abort(new Error(`the server ended: ${reason}`)));
  const url = `http://127.0.0.1:${port}`;
  const isReady = async () => {
    const answer = (await (await fetch(`${url}/readyz`)).json()) as { temporal?: string };
    return answer.temporal === 'up';
  };
  await pollUntil(isReady, { deadlineMs: START_TIMEOUT_MS, signal: died.signal });
  return { ...child, url };
}
