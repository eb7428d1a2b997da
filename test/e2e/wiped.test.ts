import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { createTestWorld, untilEngineUp, untilState, type TestWorld } from '../support/app.js';
import { pollUntil } from '../../dev/stack/poll-until.js';
import { openTemporal, type Temporal } from '../../dev/stack/temporal.js';
import type { Account, PurchaseOrderId } from '../../src/domain/ids.js';
import { registerSearchAttributes } from '../../src/fulfilment/set-up.js';
import { listBalances } from '../../src/ledger/balances.js';
import { listPurchaseEvents } from '../../src/ledger/timeline.js';
import type { Runtime } from '../../src/runtime.js';
import { RESTART_STRANDED_SCHEDULE_ID } from '../../src/workflows/contract.js';

let temporal: Temporal;
let world: TestWorld;
beforeEach(async () => {
  temporal = await openTemporal({ binary: inject('servers').temporalBinary, log: () => undefined });
  world = await createTestWorld(temporal);
});
afterEach(async () => {
  await world.close();
  await temporal.stop();
});

/** Killed, and started again at its address with nothing in it; then set up as an operator does it. */
async function wipe(): Promise<void> {
  await temporal.kill();
  await temporal.restart();
  await registerSearchAttributes(world.temporal.connection, world.temporal.namespace);
}

interface Order {
  readonly id: PurchaseOrderId;
  readonly player: Account;
}

async function buy(runtime: Runtime, productId = 'gold60'): Promise<Order> {
  const order = await world.pay({ productId });
  const player = world.account();
  await runtime.fulfilment.submit({ evidence: order.purchaseData, presenter: player });
  return { id: order.purchaseOrderId, player };
}

const acknowledge = async (runtime: Runtime, { id, player }: Order) => (await runtime.fulfilment.acknowledge(id, player)).wake();

async function statusOf({ id }: Order): Promise<string | undefined> {
  return world.temporal.client.workflow
    .getHandle(id)
    .describe()
    .then(
      ({ status }) => status.name,
      () => undefined,
    );
}

async function expectGrantedOnce({ id, player }: Order): Promise<void> {
  expect(await listBalances(world.database.db, player)).toEqual([{ currency: 'gold', amount: 60n }]);
  const kinds = (await listPurchaseEvents(world.database.db, id)).map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind === 'granted')).toHaveLength(1);
}

test('a worker that starts on a wiped Temporal restores the schedule and every open order’s run, and grants nothing twice', async () => {
  const before = await world.openRuntime();
  await untilEngineUp(before);
  const [granted, finished, parked] = [await buy(before), await buy(before), await buy(before, 'unheard-of')];
  await acknowledge(before, finished);
  await untilState(world, finished.id, 'finished');
  await before.close();
  await wipe();
  const after = await world.openRuntime();
  await untilEngineUp(after);
  for (const order of [granted, parked]) await pollUntil(async () => (await statusOf(order)) === 'RUNNING', { deadlineMs: 20_000 });
  expect(await statusOf(finished)).toBeUndefined();
  const schedule = await world.temporal.client.schedule.getHandle(RESTART_STRANDED_SCHEDULE_ID).describe();
  expect(schedule.action).toMatchObject({ workflowType: 'restartStranded' });
  await acknowledge(after, granted);
  await untilState(world, granted.id, 'finished');
  for (const order of [granted, finished]) await expectGrantedOnce(order);
});
