import { randomBytes } from 'node:crypto';
import { Client } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import Long from 'long';
import { pollUntil } from '../../dev/stack/poll-until.js';
import { registerSearchAttributes } from '../../src/fulfilment/set-up.js';

export interface TestNamespace {
  readonly namespace: string;
  readonly client: Client;
  readonly connection: NativeConnection;
  close(): Promise<void>;
}

/** A namespace of the test's own, so that no other test's worker takes its tasks. */
export async function createTestNamespace(address: string): Promise<TestNamespace> {
  const connection = await NativeConnection.connect({ address });
  const namespace = `test-${randomBytes(6).toString('hex')}`;
  await connection.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: { seconds: Long.fromNumber(86_400) } });
  // A new namespace is known to the whole server only after its caches have seen it.
  await pollUntil(() => registerSearchAttributes(connection, namespace).then(() => true), { deadlineMs: 30_000, intervalMs: 100 });
  const client = new Client({ connection, namespace });
  return { namespace, client, connection, close: () => connection.close() };
}

/** The namespace that every development server is born with: for a server of the test's own. */
export async function openDefaultNamespace(address: string): Promise<TestNamespace> {
  const connection = await NativeConnection.connect({ address });
  const namespace = 'default';
  await registerSearchAttributes(connection, namespace);
  return { namespace, client: new Client({ connection, namespace }), connection, close: () => connection.close() };
}
