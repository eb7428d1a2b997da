import {
  DefaultLogger,
  makeTelemetryFilterString,
  NativeConnection,
  Runtime,
  Worker,
  type NativeConnectionOptions,
  type WorkerPlugin,
} from '@temporalio/worker';
import type { Logger } from 'pino';
import { findWorkflowCode } from './workflow-code.js';
import { TASK_QUEUE } from '../workflows/contract.js';

export interface PurchaseWorkerOptions {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly activities: object;
  /** Below the number of callers, starts stop being eager and the slowest answers take seconds. */
  readonly taskSlotsMax: number;
  /** Waiting purchases kept in memory; the others are replayed from their history when they wake. */
  readonly stickyCacheMax: number;
  /** Longer than a database transaction: a step that has begun is let finish. */
  readonly shutdownGraceMs: number;
  /** A bundle made before; else the build's, else the worker bundles the sources itself. */
  readonly workflowBundle?: string | undefined;
  /** Undefined: nothing is traced. */
  readonly tracing?: WorkerPlugin | undefined;
}

export async function createPurchaseWorker(options: PurchaseWorkerOptions): Promise<Worker> {
  // The worker asks the same, but its error keeps no status: here a missing namespace or permission is known as such.
  await options.connection.workflowService.describeNamespace({ namespace: options.namespace });
  return Worker.create({
    connection: options.connection,
    namespace: options.namespace,
    taskQueue: TASK_QUEUE,
    activities: options.activities,
    ...findWorkflowCode(options.workflowBundle, options.tracing !== undefined),
    plugins: options.tracing === undefined ? [] : [options.tracing],
    maxConcurrentWorkflowTaskExecutions: options.taskSlotsMax,
    maxConcurrentLocalActivityExecutions: options.taskSlotsMax,
    maxCachedWorkflows: options.stickyCacheMax,
    shutdownGraceTime: options.shutdownGraceMs,
  });
}

/** A server that does not answer at all counts as down after this. */
const CONNECT_TIMEOUT_MS = 5_000;

export async function connectTemporal(options: NativeConnectionOptions): Promise<NativeConnection> {
  const connecting = NativeConnection.connect(options);
  const timeout = AbortSignal.timeout(CONNECT_TIMEOUT_MS);
  const late = new Promise<never>((_, reject) => {
    timeout.addEventListener('abort', () => reject(new Error('Temporal did not answer in time')), { once: true });
  });
  try {
    return await Promise.race([connecting, late]);
  } catch (error) {
    void connecting.then((connection) => connection.close()).catch(() => undefined);
    throw error;
  }
}

/** Once in a process, before any connection: Temporal's TypeScript side logs through ours, and leaves signals to the process's own handler. */
export function installTemporalRuntime(logger: Logger): void {
  Runtime.install({
    logger: new DefaultLogger('WARN', ({ level, message, meta }) => {
      logger[level === 'ERROR' ? 'error' : 'warn']({ temporal: meta }, message);
    }),
    // Not forwarded to our log: the forwarding alone would keep a process alive whose start has failed.
    telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) } },
    shutdownSignals: [],
  });
}
