import { NativeConnection } from '@temporalio/worker';
import { openChildProcess, type GuardedProcess, type Log } from './child-process.js';
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
  /** Of the process that runs now, or ran last. */
  readonly pid: number;
  stop(): Promise<void>;
  /** SIGKILL: what a crash looks like. */
  kill(): Promise<void>;
  /** Stops it if it runs and starts it again at the same address; without a `dbFile` it has forgotten everything. */
  restart(): Promise<void>;
}

const START_TIMEOUT_MS = 30_000;

/** Temporal's development server on 127.0.0.1; answers once it serves its default namespace. */
export async function openTemporal(options: TemporalOptions): Promise<Temporal> {
  const port = options.port ?? (await findFreePort());
  const address = `127.0.0.1:${port}`;
  const start = () => startServer(toArguments(options, port), address, options);
  let server = await start();
  return {
    address,
    uiUrl: options.uiPort === undefined ? undefined : `http://127.0.0.1:${options.uiPort}`,
    get pid() {
      return server.pid;
    },
    stop: () => server.stop(),
    kill: () => server.kill(),
    restart: async () => {
      await server.stop();
      server = await start();
    },
  };
}

function toArguments({ uiPort, dbFile, dynamicConfig = [] }: TemporalOptions, port: number): string[] {
  const args = ['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--log-level', 'warn'];
  if (uiPort === undefined) args.push('--headless');
  else args.push('--ui-ip', '127.0.0.1', '--ui-port', String(uiPort));
  if (dbFile !== undefined) args.push('--db-filename', dbFile);
  return [...args, ...dynamicConfig.flatMap((value) => ['--dynamic-config-value', value])];
}

async function startServer(args: readonly string[], address: string, { binary, log }: TemporalOptions): Promise<GuardedProcess> {
  const child = await openChildProcess({ command: binary, args, stopSignal: 'SIGTERM', log });
  const died = new AbortController();
  void child.ended.then((reason) => died.abort(new Error(`Temporal ended: ${reason}`)));
  try {
    await pollUntil(() => isServing(address), { deadlineMs: START_TIMEOUT_MS, signal: died.signal });
  } catch (error) {
    await child.stop();
    throw error;
  }
  return child;
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
