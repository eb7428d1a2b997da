import { WorkflowIdConflictPolicy } from '@temporalio/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestWorld, untilEngineUp, untilPurchase, untilState, type TestWorld } from '../support/app.js';
import { replay, writeHistory } from '../support/histories.js';
import { TimeSkippingClient } from '../../dev/stack/time-skipping-client.js';
import type { PurchaseOrderId } from '../../src/domain/ids.js';
import type { Runtime } from '../../src/runtime.js';
import { TASK_QUEUE } from '../../src/workflows/contract.js';

/**
 * The runs whose histories are kept for replay. With RECORD_HISTORIES=1 they are written to test/fixtures/histories:
 * in the commit that changes the workflow, and frozen at each tagged release.
 */
let world: TestWorld;
let runtime: Runtime;
beforeAll(async () => {
  world = await createTestWorld();
  runtime = await world.openRuntime();
  await untilEngineUp(runtime);
});
afterAll(() => world.close());

async function keep(name: string, id: PurchaseOrderId): Promise<void> {
  const history = await world.temporal.client.workflow.getHandle(id).fetchHistory();
  expect(await replay([{ name, history }])).toEqual({});
  if (process.env['RECORD_HISTORIES'] === '1') await writeHistory({ name, history });
}

async function submit(finishedBefore = false): Promise<PurchaseOrderId> {
  const order = await world.pay();
  if (finishedBefore) world.store.finish(order.purchaseOrderId);
  const evidence = await world.store.purchaseData(order.purchaseOrderId);
  await runtime.fulfilment.submit({ evidence, presenter: world.account('player') });
  return order.purchaseOrderId;
}

const result = (id: PurchaseOrderId): Promise<unknown> => world.temporal.client.workflow.getHandle(id).result();

test('the history of an undisturbed purchase replays', async () => {
  const id = await submit();
  await untilState(world, id, 'granted');
  await (await runtime.fulfilment.acknowledge(id, world.account('player'))).wake();
  await result(id);
  await keep('undisturbed', id);
});

test('the history of a parked and released purchase replays', async () => {
  const id = await submit(true);
  await untilPurchase(world, id, ({ park }) => park !== undefined);
  await runtime.fulfilment.release(id, undefined, { who: 'operator', why: 'it was not delivered' });
  await result(id);
  await keep('parked-and-released', id);
});

test('the history of a purchase that waited 180 days for its finish replays', async () => {
  const id = await submit();
  await untilState(world, id, 'granted');
  const { connection, namespace } = world.temporal;
  await new TimeSkippingClient({ connection, namespace }).start('fulfilPurchase', {
    workflowId: id,
    taskQueue: TASK_QUEUE,
    args: [id],
    workflowIdConflictPolicy: WorkflowIdConflictPolicy.TERMINATE_EXISTING,
  });
  await result(id);
  await keep('finish-unknown', id);
});
