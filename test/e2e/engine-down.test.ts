import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTestWorld, untilEngineUp, untilPurchase, untilState, type TestWorld } from '../support/app.js';
import { openTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';
import { pollUntil } from '../../dev/stack/poll-until.js';
import type { Account } from '../../src/domain/ids.js';
import { listBalances } from '../../src/ledger/balances.js';
import type { Runtime } from '../../src/runtime.js';

/** The sweep comes every second here, so that a test need not wait a minute for it. */
const SWEEP = { strandedAfterMs: 1_000, restartStrandedIntervalMs: 1_000, grantWaitMs: 1_500 };

let world: TestWorld;
let proxy: TcpProxy;
beforeEach(async () => {
  world = await createTestWorld();
  const { port } = new URL(`tcp://${world.config().temporal.connectionOptions.address}`);
  proxy = await openTcpProxy({ port: Number(port) });
});
afterEach(async () => {
  await proxy.setMode('pass');
  await world.close();
  await proxy.close();
});

const open = async (): Promise<Runtime> => {
  const runtime = await world.openRuntime({}, { temporalAddress: proxy.address, fulfilment: SWEEP });
  await untilEngineUp(runtime);
  return runtime;
};

async function expectGrantedOnce(player: Account): Promise<void> {
  expect(await listBalances(world.database.db, player)).toEqual([{ currency: 'gold', amount: 60n }]);
}

for (const mode of ['refuse', 'hang', 'cut-before', 'cut-after'] as const) {
  test(`a purchase while the line to Temporal is in mode ${mode} is recorded, answered, and granted once afterwards`, async () => {
    const runtime = await open();
    const player = world.account();
    const order = await world.pay();
    await proxy.setMode(mode);
    if (mode === 'refuse') proxy.cutConnections();
    const { code } = await runtime.fulfilment.submit({ evidence: order.purchaseData, presenter: player });
    expect([undefined, 'PENDING']).toContain(code);
    await proxy.setMode('pass');
    await untilState(world, order.purchaseOrderId, 'granted');
    await expectGrantedOnce(player);
  });
}

test('an acknowledgement while Temporal is down is kept and finishes the purchase when it is back', async () => {
  const runtime = await open();
  const player = world.account();
  const order = await world.pay();
  await runtime.fulfilment.submit({ evidence: order.purchaseData, presenter: player });
  await proxy.setMode('refuse');
  proxy.cutConnections();
  const { purchase, wake } = await runtime.fulfilment.acknowledge(order.purchaseOrderId, player);
  expect(purchase?.acknowledgedAt).toBeInstanceOf(Date);
  await wake();
  await proxy.setMode('pass');
  const finished = await untilState(world, order.purchaseOrderId, 'finished');
  expect(finished.finishedBy).toBe('client');
});

test('a revocation while Temporal is down takes the goods back at once, and its run ends as revoked when it is back', async () => {
  const runtime = await open();
  const player = world.account();
  const order = await world.pay();
  await runtime.fulfilment.submit({ evidence: order.purchaseData, presenter: player });
  await untilState(world, order.purchaseOrderId, 'granted');
  world.store.revoke(order.purchaseOrderId, '0');
  const evidence = await world.store.purchaseData(order.purchaseOrderId);
  await proxy.setMode('refuse');
  proxy.cutConnections();
  const { code } = await runtime.fulfilment.submit({ evidence, presenter: player });
  expect(code).toBe('PURCHASE_REVOKED');
  expect(await listBalances(world.database.db, player)).toEqual([{ currency: 'gold', amount: 0n }]);
  const run = world.temporal.client.workflow.getHandle(order.purchaseOrderId);
  expect((await run.describe()).status.name).toBe('RUNNING');
  await proxy.setMode('pass');
  expect(await run.result()).toEqual({ state: 'revoked' });
});

test('recover wakes a run that missed its acknowledgement', async () => {
  const runtime = await world.openRuntime({}, { fulfilment: { strandedAfterMs: 3_600_000 } });
  await untilEngineUp(runtime);
  const player = world.account();
  const order = await world.pay();
  await runtime.fulfilment.submit({ evidence: order.purchaseData, presenter: player });
  await runtime.fulfilment.acknowledge(order.purchaseOrderId, player); // The process dies before it wakes the run.
  expect(await runtime.fulfilment.recover()).toEqual({ checked: 1, started: 0 });
  // The first came so soon after the word that it left the run alone.
  await pollUntil(() => runtime.fulfilment.recover().then(({ checked }) => checked === 0), { deadlineMs: 20_000, intervalMs: 500 });
  await untilState(world, order.purchaseOrderId, 'finished');
});

test('a process started while Temporal is off serves at once, and its purchases are granted when Temporal is on', async () => {
  await proxy.setMode('refuse');
  const runtime = await world.openRuntime({}, { temporalAddress: proxy.address, fulfilment: SWEEP });
  expect(runtime.engineUp()).toBe(false);
  const player = world.account();
  const order = await world.pay();
  const { code } = await runtime.fulfilment.submit({ evidence: order.purchaseData, presenter: player });
  expect(code).toBe('PENDING');
  await proxy.setMode('pass');
  await untilState(world, order.purchaseOrderId, 'granted');
  await expectGrantedOnce(player);
});

test('a namespace that is not there is an alarm for the operator and a pending answer for the player', async () => {
  const config = world.config();
  const missing = { ...config, temporal: { ...config.temporal, namespace: 'no-such-namespace' } };
  const { openRuntime } = await import('../../src/runtime.js');
  const { createLogger } = await import('../../src/telemetry/logger.js');
  const runtime = await openRuntime(missing, { worker: false, logger: createLogger({ level: 'silent' }) });
  try {
    await untilEngineUp(runtime);
    const order = await world.pay();
    const { code } = await runtime.fulfilment.submit({ evidence: order.purchaseData, presenter: world.account() });
    expect(code).toBe('PENDING');
    const { values } = await runtime.metrics.alarms.get();
    expect(values).toContainEqual({ labels: { code: 'ENGINE_MISCONFIGURED' }, value: 1 });
  } finally {
    await runtime.close();
  }
});

test('a run terminated before the grant is replaced, and the purchase granted once', async () => {
  const api = await world.openRuntime({ worker: false }, { fulfilment: { grantWaitMs: 50 } });
  await untilEngineUp(api);
  const player = world.account();
  const order = await world.pay();
  await api.fulfilment.submit({ evidence: order.purchaseData, presenter: player });
  await world.temporal.client.workflow.getHandle(order.purchaseOrderId).terminate('a mistake');
  await world.openRuntime({}, { fulfilment: SWEEP });
  await untilState(world, order.purchaseOrderId, 'granted');
  await expectGrantedOnce(player);
});

test('recover starts a run for every open order that has none, and for no other', async () => {
  const runtime = await open();
  const [open1, closed] = [await world.pay(), await world.pay()];
  const player = world.account();
  for (const order of [open1, closed]) await runtime.fulfilment.submit({ evidence: order.purchaseData, presenter: player });
  await (await runtime.fulfilment.acknowledge(closed.purchaseOrderId, player)).wake();
  await untilState(world, closed.purchaseOrderId, 'finished');
  const handle = world.temporal.client.workflow.getHandle(open1.purchaseOrderId);
  const { runId } = await handle.describe();
  await handle.terminate('a mistake');
  const { checked } = await runtime.fulfilment.recover();
  expect(checked).toBe(1);
  const again = await pollUntil(() => handle.describe().then((run) => run.status.name === 'RUNNING' && run), { deadlineMs: 10_000 });
  expect(again.runId).not.toBe(runId);
  await untilPurchase(world, open1.purchaseOrderId, (purchase) => purchase.state === 'granted');
  expect(await listBalances(world.database.db, player)).toEqual([{ currency: 'gold', amount: 120n }]);
});
