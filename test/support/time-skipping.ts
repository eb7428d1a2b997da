import { Connection } from '@temporalio/client';
import { type InternalConnectionOptions, InternalConnectionOptionsSymbol } from '@temporalio/client/lib/connection.js';
import { msToTs, tsToMs } from '@temporalio/common/lib/time.js';
import { TimeSkippingClient } from '@temporalio/testing/lib/client.js';
import { NativeConnection } from '@temporalio/worker';
import { openChildProcess } from '../../dev/stack/child-process.js';
import { findFreePort } from '../../dev/stack/free-port.js';
import { pollUntil } from '../../dev/stack/poll-until.js';
import { findTemporalProgram, TEMPORAL_TEST_SERVER } from '../../dev/stack/temporal-binary.js';

/** The time-skipping test server: one clock for all its workflows, so one server for each test file. */
export interface TimeSkippingServer {
  readonly address: string;
  readonly pid: number;
  /** Waiting for a result with this client lets time skip meanwhile. */
  readonly client: TimeSkippingClient;
  /** For workers. */
  readonly connection: NativeConnection;
  /** Lets this much of the server's time pass at once. */
  skip(durationMs: number): Promise<void>;
  now(): Promise<Date>;
  close(): Promise<void>;
}

const START_TIMEOUT_MS = 20_000;
const quiet = (): void => undefined;

/**
 * What the SDK's `TestWorkflowEnvironment.createTimeSkipping` does, with a server that ends with us: the SDK's own
 * outlives a test process that is killed.
 */
export async function openTimeSkippingServer(): Promise<TimeSkippingServer> {
  const command = await findTemporalProgram(TEMPORAL_TEST_SERVER, (line) => void process.stderr.write(`${line}\n`));
  const port = await findFreePort();
  const address = `127.0.0.1:${port}`;
  const child = await openChildProcess({ command, args: [String(port)], stopSignal: 'SIGTERM', log: quiet });
  const died = new AbortController();
  void child.ended.then((reason) => died.abort(new Error(`The test server ended: ${reason}`)));
  const native = await pollUntil(() => NativeConnection.connect({ address }), { deadlineMs: START_TIMEOUT_MS, signal: died.signal });
  const options: InternalConnectionOptions = { address, [InternalConnectionOptionsSymbol]: { supportsTestService: true } };
  const connection = await Connection.connect(options);
  const { testService } = connection;
  if (testService === undefined) throw new Error('The test server has no test service');
  return {
    address,
    pid: child.pid,
    client: new TimeSkippingClient({ connection }),
    connection: native,
    async skip(durationMs) {
      await testService.unlockTimeSkippingWithSleep({ duration: msToTs(durationMs) });
    },
    async now() {
      const { time } = await testService.getCurrentTime({});
      return new Date(tsToMs(time));
    },
    async close() {
      await connection.close();
      await native.close();
      await child.stop();
    },
  };
}
