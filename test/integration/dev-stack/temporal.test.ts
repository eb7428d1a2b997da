import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, WorkflowNotFoundError } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { findFreePort } from '../../../dev/stack/free-port.js';
import { openTemporal, type Temporal } from '../../../dev/stack/temporal.js';

let dir: string;
let temporal: Temporal | undefined;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'dropless-temporal-'));
});
afterEach(async () => {
  await temporal?.stop();
  temporal = undefined;
  await rm(dir, { recursive: true, force: true });
});

test.each(['stop', 'kill'] as const)('workflows are found again at the same address after a %s and a restart', async (end) => {
  temporal = await open({ dbFile: join(dir, 'temporal.db') });
  const { address, pid } = temporal;
  await start(address, 'order-1');
  await temporal[end]();
  await temporal.restart();
  expect(temporal.pid).not.toBe(pid);
  expect(await isKnown(address, 'order-1')).toBe(true);
});

test('a server without a file has forgotten everything after a restart', async () => {
  temporal = await open({});
  await start(temporal.address, 'order-1');
  await temporal.restart();
  expect(await isKnown(temporal.address, 'order-1')).toBe(false);
});

test('the web UI answers where the server says it is', async () => {
  temporal = await open({ withUi: true });
  expect((await fetch(temporal.uiUrl ?? '')).status).toBe(200);
});

async function open({ dbFile, withUi = false }: { dbFile?: string; withUi?: boolean }): Promise<Temporal> {
  return openTemporal({
    binary: inject('servers').temporalBinary,
    log: () => undefined,
    ...(dbFile === undefined ? {} : { dbFile }),
    ...(withUi ? { uiPort: await findFreePort() } : {}),
  });
}

async function start(address: string, workflowId: string): Promise<void> {
  await withClient(address, (client) => client.workflow.start('anything', { workflowId, taskQueue: 'nobody' }));
}

function isKnown(address: string, workflowId: string): Promise<boolean> {
  return withClient(address, async (client) => {
    try {
      return (await client.workflow.getHandle(workflowId).describe()).status.name === 'RUNNING';
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return false;
      throw error;
    }
  });
}

async function withClient<Result>(address: string, use: (client: Client) => Promise<Result>): Promise<Result> {
  const connection = await NativeConnection.connect({ address });
  try {
    return await use(new Client({ connection }));
  } finally {
    await connection.close();
  }
}
