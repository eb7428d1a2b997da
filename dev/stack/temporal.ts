import { NativeConnection } from '@temporalio/worker';
import { openChildProcess, type Log } from './child-process.js';
import { findFreePort } from './free-port.js';
import { pollUntil } from './poll-until.js';

export interface TemporalOptions {
  /** Path of the `temporal` program. */
  readonly binary: string;
  /** Where its state is kept; in memory when left out. */
  readonly dbFile?: string;
  readonly port?: number;
  /** The web UI's port; no UI when left out. */
  readonly uiPort?: number;
  readonly dynamicConfig?: readonly string[];
  readonly log: Log;
}

export interface Temporal {
  readonly address: string;
  readonly uiUrl: string | undefined;
  readonly pid: number;
  stop(): Promise<void>;
  /** SIGKILL: what a crash looks like. */
  kill(): Promise<void>;
}

const START_TIMEOUT_MS = 30_000;

/** Temporal's development server on 127.0.0.1; answers once it serves its default namespace. */
export async function openTemporal(options: TemporalOptions): Promise<Temporal> {
  const port = options.port ?? (await findFreePort());
  const args = ['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--log-level', 'warn'];
  if (options.uiPort === undefined) args.push('--headless');
  else args.push('--ui-ip', '127.0.0.1', '--ui-port', String(options.uiPort));
  if (options.dbFile !== undefined) args.push('--db-filename', options.dbFile);
  for (const value of options.dynamicConfig ?? []) args.push('--dynamic-config-value', value);
  const child = await openChildProcess({ command: options.binary, args, stopSignal: 'SIGTERM', log: options.log });
  const died = new AbortController();
  void child.ended.then((reason) => died.abort(new Error(`Temporal ended: ${reason}`)));
  const address = `127.0.0.1:${port}`;
  await pollUntil(() => isServing(address), { deadlineMs: START_TIMEOUT_MS, signal: died.signal });
  const uiUrl = options.uiPort === undefined ? undefined : `http://127.0.0.1:${options.uiPort}`;
  return { address, uiUrl, pid: child.pid, stop: child.stop, kill: child.kill };
}

async function isServing(address: string): Promise<true> {
  const connection = await NativeConnection.connect({ address });
  try {
    await connection.workflowService.describeNamespace({ namespace: 'default' });
    return true;
  } finally {
    await connection.close();
  }
}
