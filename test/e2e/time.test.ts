import { WorkflowIdConflictPolicy, type WorkflowHandle } from '@temporalio/client';
import { tsToMs } from '@temporalio/common/lib/time.js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTestWorld, untilEngineUp, untilState, type TestWorld } from '../support/app.js';
import { TimeSkippingClient } from '../../dev/stack/time-skipping-client.js';
import type { Account, PurchaseOrderId } from '../../src/domain/ids.js';
import { listBalances } from '../../src/ledger/balances.js';
import { findPurchase } from '../../src/ledger/purchases.js';
import { listPurchaseEvents } from '../../src/ledger/timeline.js';
import type { Runtime } from '../../src/runtime.js';
import { TASK_QUEUE } from '../../src/workflows/contract.js';
import type { restartStranded } from '../../src/workflows/restart-stranded.js';

const DAY_MS = 86_400_000;
/** So that the run's clock moves by more than the client's patience at once. */
const MONTH = { acknowledgementWindowMs: 30 * DAY_MS };

let world: TestWorld;
beforeEach(async () => {
  world = await createTestWorld();
});
afterEach(() => world.close());

async function granted(runtime: Runtime): Promise<{ id: PurchaseOrderId; player: Account }> {
  await untilEngineUp(runtime);
  const order = await world.pay();
  const player = world.account();
  await runtime.fulfilment.submit({ evidence: order.purchaseData, presenter: player });
  await untilState(world, order.purchaseOrderId, 'granted');
  return { id: order.purchaseOrderId, player };
}

/** Replaces the order's run by one whose clock the server moves to its next timer whenever nothing else is under way. */
function restartSkippingTime(id: PurchaseOrderId): Promise<WorkflowHandle> {
  const client = new TimeSkippingClient({ connection: world.temporal.connection, namespace: world.temporal.namespace });
  return client.start('fulfilPurchase', {
    workflowId: id,
    taskQueue: TASK_QUEUE,
    args: [id],
    workflowIdConflictPolicy: WorkflowIdConflictPolicy.TERMINATE_EXISTING,
  });
}

/** What passed between the first and the last event on the run's own clock. */
async function daysOf(run: WorkflowHandle): Promise<number> {
  const { events } = await run.fetchHistory();
  const [first, last] = [events?.at(0)?.eventTime, events?.at(-1)?.eventTime];
  if (!first || !last) throw new Error('The history has no times');
  return Math.floor((tsToMs(last) - tsToMs(first)) / DAY_MS);
}

const gold = async (player: Account) => (await listBalances(world.database.db, player))[0]?.amount;
const kinds = async (id: PurchaseOrderId) => (await listPurchaseEvents(world.database.db, id)).map(({ kind }) => kind);

test('a purchase never acknowledged is closed after 180 days with its goods kept, and no run is started for it again', async () => {
  const runtime = await world.openRuntime({}, { fulfilment: { strandedAfterMs: 0 } });
  const { id, player } = await granted(runtime);
  const run = await restartSkippingTime(id);
  expect(await run.result()).toEqual({ state: 'granted' });
  expect(await daysOf(run)).toBeGreaterThanOrEqual(179);
  expect(await kinds(id)).toContain('finish-unknown');
  expect((await findPurchase(world.database.db, id))?.state).toBe('granted');
  expect(await runtime.fulfilment.recover()).toEqual({ checked: 0, started: 0 });
  const { client } = world.temporal;
  const sweep = await client.workflow.execute<typeof restartStranded>('restartStranded', {
    workflowId: 'sweep-by-hand',
    taskQueue: TASK_QUEUE,
  });
  expect(sweep).toEqual({ checked: 0, started: 0 });
  expect(await gold(player)).toBe(60n);
});

test('an acknowledgement after those 180 days finishes the purchase by a ledger write alone', async () => {
  const runtime = await world.openRuntime();
  const { id, player } = await granted(runtime);
  const run = await restartSkippingTime(id);
  await run.result();
  const last = await world.temporal.client.workflow.getHandle(id).describe();
  await (await runtime.fulfilment.acknowledge(id, player)).wake();
  expect(await findPurchase(world.database.db, id)).toMatchObject({ state: 'finished', finishedBy: 'client' });
  const now = await world.temporal.client.workflow.getHandle(id).describe();
  expect(now).toMatchObject({ runId: last.runId, status: { name: 'COMPLETED' } });
  expect(await gold(player)).toBe(60n);
});

test('an acknowledgement whose wake-up call was lost is found when the client’s thirty days are over', async () => {
  const player = world.account();
  const skipping = { on: false, looks: 0 };
  const runtime: Runtime = await world.openRuntime(
    {
      // The second look of the run is the one after thirty days on its clock: just before it, the word comes in.
      wrapActivities: (steps) => ({
        ...steps,
        async checkLedger(id: PurchaseOrderId) {
          if (skipping.on && (skipping.looks += 1) === 2) await runtime.fulfilment.acknowledge(id, player);
          return steps.checkLedger(id);
        },
      }),
    },
    { fulfilment: MONTH },
  );
  await untilEngineUp(runtime);
  const order = await world.pay();
  await runtime.fulfilment.submit({ evidence: order.purchaseData, presenter: player });
  await untilState(world, order.purchaseOrderId, 'granted');
  skipping.on = true;
  const run = await restartSkippingTime(order.purchaseOrderId);
  expect(await run.result()).toEqual({ state: 'finished' });
  expect(await daysOf(run)).toBe(30);
  expect(await findPurchase(world.database.db, order.purchaseOrderId)).toMatchObject({ state: 'finished', finishedBy: 'client' });
  expect(await gold(player)).toBe(60n);
});
