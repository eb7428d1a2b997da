import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { createTestWorld, untilEngineUp, untilState, type TestWorld } from '../support/app.js';
import { pollUntil } from '../../dev/stack/poll-until.js';
import { openTemporal, type Temporal } from '../../dev/stack/temporal.js';
import { registerSearchAttributes } from '../../src/fulfilment/set-up.js';
import { listBalances } from '../../src/ledger/balances.js';

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

test('a worker that lives through a wipe of Temporal notices it within its minute, and what came meanwhile is granted', async () => {
  const runtime = await world.openRuntime({}, { fulfilment: { grantWaitMs: 500 } });
  await untilEngineUp(runtime);
  const player = world.account();
  const [before, meanwhile] = [await world.pay(), await world.pay()];
  await runtime.fulfilment.submit({ evidence: before.purchaseData, presenter: player });
  await untilState(world, before.purchaseOrderId, 'granted');
  await temporal.kill();
  expect((await runtime.fulfilment.submit({ evidence: meanwhile.purchaseData, presenter: player })).code).toBe('PENDING');
  await temporal.restart();
  const { client, connection, namespace } = world.temporal;
  await registerSearchAttributes(connection, namespace);
  for (const { purchaseOrderId } of [before, meanwhile]) {
    const isRunning = async () => (await client.workflow.getHandle(purchaseOrderId).describe()).status.name === 'RUNNING';
    await pollUntil(isRunning, { deadlineMs: 150_000 });
  }
  await untilState(world, meanwhile.purchaseOrderId, 'granted');
  expect(await listBalances(world.database.db, player)).toEqual([{ currency: 'gold', amount: 120n }]);
});
