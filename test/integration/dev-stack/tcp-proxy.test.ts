import { randomBytes } from 'node:crypto';
import { Client, Connection, WorkflowNotFoundError } from '@temporalio/client';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { pollUntil } from '../../../dev/stack/poll-until.js';
import { openDatabase, type Database } from '../../../src/ledger/database.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { openTcpProxy, type TcpProxy } from '../../support/tcp-proxy.js';
import { createTestNamespace, type TestNamespace } from '../../support/temporal.js';

/** The proxy proves other tests' claims, so what it claims itself is proven on the real servers. */
describe('before PostgreSQL', () => {
  let database: TestDatabase;
  let proxy: TcpProxy;
  let db: Database;

  beforeAll(async () => {
    database = await createTestDatabase();
    await database.db.query('create table words (word text)');
    const url = new URL(database.url);
    proxy = await openTcpProxy({ port: Number(url.port) });
    url.port = String(proxy.port);
    db = openDatabase({ url: url.href, poolSizeMax: 1, onIdleError: () => undefined });
  });
  beforeEach(() => db.query('select 1')); // Its connection stands before the line is broken.
  afterEach(() => proxy.setMode('pass'));
  afterAll(async () => {
    await db.close();
    await proxy.close();
    await database.close();
  });

  const write = (word: string) => db.query('insert into words values ($1)', [word]);
  const isWritten = async (word: string) => (await database.db.query('select from words where word = $1', [word])).rowCount === 1;

  test('a statement cut before is not done', async () => {
    await proxy.setMode('cut-before');
    await expect(write('before')).rejects.toMatchObject({ code: 'LEDGER_UNAVAILABLE' });
    expect(await isWritten('before')).toBe(false);
  });

  test('a statement cut after is done, though its caller hears of a failure', async () => {
    await proxy.setMode('cut-after');
    await expect(write('after')).rejects.toMatchObject({ code: 'LEDGER_UNAVAILABLE' });
    expect(await isWritten('after')).toBe(true);
  });

  test('refused, the ledger is unavailable, and available again afterwards', async () => {
    await proxy.setMode('refuse');
    proxy.cutConnections();
    await expect(write('refused')).rejects.toMatchObject({ code: 'LEDGER_UNAVAILABLE' });
    await proxy.setMode('pass');
    await write('back');
  });
});

describe('before Temporal', () => {
  let namespace: TestNamespace;
  let proxy: TcpProxy;

  beforeAll(async () => {
    const address = inject('servers').temporalAddress;
    namespace = await createTestNamespace(address);
    proxy = await openTcpProxy({ port: Number(address.split(':')[1]) });
  });
  afterEach(() => proxy.setMode('pass'));
  afterAll(async () => {
    await proxy.close();
    await namespace.close();
  });

  /** Starts a workflow through the proxy, on a connection that stood before the line was broken. */
  async function start(mode: 'cut-before' | 'cut-after'): Promise<string> {
    const connection = await Connection.connect({ address: proxy.address });
    const client = new Client({ connection, namespace: namespace.namespace });
    const workflowId = `order-${randomBytes(4).toString('hex')}`;
    try {
      await proxy.setMode(mode);
      const options = { taskQueue: 'nobody', workflowId, args: [] };
      await expect(connection.withDeadline(Date.now() + 2_000, () => client.workflow.start('any', options))).rejects.toThrow();
      return workflowId;
    } finally {
      await connection.close();
    }
  }

  test('a start cut before leaves no workflow', async () => {
    const workflowId = await start('cut-before');
    await expect(namespace.client.workflow.getHandle(workflowId).describe()).rejects.toThrow(WorkflowNotFoundError);
  });

  test('a start cut after leaves a workflow, though its caller hears of a failure', async () => {
    const workflowId = await start('cut-after');
    const found = await pollUntil(() => namespace.client.workflow.getHandle(workflowId).describe(), { deadlineMs: 5_000 });
    expect(found.status.name).toBe('RUNNING');
    await namespace.client.workflow.getHandle(workflowId).terminate();
  });
});
