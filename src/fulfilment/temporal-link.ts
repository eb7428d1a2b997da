import { Client, type ClientPlugin } from '@temporalio/client';
import type { NativeConnection, Worker } from '@temporalio/worker';

export interface TemporalLink {
  /** Undefined while there is no connection: callers get 202, the sweep mends it. */
  client(): Client | undefined;
  close(): Promise<void>;
}

export interface TemporalLinkOptions {
  readonly namespace: string;
  readonly connect: () => Promise<NativeConnection>;
  /** Undefined in a process that only starts workflows. It shares the connection, so that starts can be eager. */
  readonly createWorker: ((connection: NativeConnection) => Promise<Worker>) | undefined;
  /** Undefined: nothing is traced. */
  readonly tracing: ClientPlugin | undefined;
  /** Run once connected and each minute after: schedules, and what their absence means. */
  readonly maintain: (client: Client) => Promise<void>;
  readonly onUp: (up: boolean) => void;
  readonly onError: (error: unknown) => void;
}

const RETRY_FIRST_MS = 500;
const RETRY_LAST_MS = 15_000;
const MAINTAIN_INTERVAL_MS = 60_000;

/**
 * Keeps a connection, and a worker on it, in the background: opened when Temporal can be reached, replaced when it
 * fails. A failing worker never ends the process, and nobody waits for Temporal to start serving.
 */
export function openTemporalLink(options: TemporalLinkOptions): TemporalLink {
  const { namespace, tracing } = options;
  let client: Client | undefined;
  let worker: Worker | undefined;
  const closing = new AbortController();
  const running = supervise();

  async function supervise(): Promise<void> {
    let delayMs = RETRY_FIRST_MS;
    while (!closing.signal.aborted) {
      const startedAt = Date.now();
      try {
        await serve();
      } catch (error) {
        options.onError(error);
      }
      if (Date.now() - startedAt > RETRY_LAST_MS) delayMs = RETRY_FIRST_MS;
      await pause(delayMs, closing.signal);
      delayMs = Math.min(delayMs * 2, RETRY_LAST_MS);
    }
  }

  /** One connection's life. Returns or throws when it is over. */
  async function serve(): Promise<void> {
    const connection = await options.connect();
    let maintenance: NodeJS.Timeout | undefined;
    try {
      const connected = new Client({ connection, namespace, plugins: tracing === undefined ? [] : [tracing] });
      worker = await options.createWorker?.(connection);
      client = connected;
      options.onUp(true);
      const maintain = () => options.maintain(connected).catch(options.onError);
      maintenance = setInterval(() => void maintain(), MAINTAIN_INTERVAL_MS).unref();
      void maintain();
      if (closing.signal.aborted) return;
      await (worker === undefined ? untilAborted(closing.signal) : worker.run());
    } finally {
      clearInterval(maintenance);
      client = undefined;
      worker = undefined;
      options.onUp(false);
      await connection.close().catch(options.onError);
    }
  }

  return {
    client: () => client,
    async close() {
      closing.abort();
      if (worker?.getState() === 'RUNNING') worker.shutdown();
      await running;
    },
  };
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  const timer = AbortSignal.timeout(ms);
  await untilAborted(AbortSignal.any([timer, signal]));
}
