import { randomUUID } from 'node:crypto';
import Long from 'long';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestWorld, untilEngineUp, untilPurchase, untilState, type TestWorld } from '../support/app.js';
import { pollUntil } from '../../dev/stack/poll-until.js';
import type { Account, PurchaseOrderId } from '../../src/domain/ids.js';
import { listBalances } from '../../src/ledger/balances.js';
import { listPurchaseEvents } from '../../src/ledger/timeline.js';
import type { Runtime } from '../../src/runtime.js';
import { operatorResolveSignal, operatorRetrySignal } from '../../src/workflows/contract.js';

let world: TestWorld;
let runtime: Runtime;
beforeAll(async () => {
  world = await createTestWorld();
  runtime = await world.openRuntime();
  await untilEngineUp(runtime);
});
afterAll(() => world.close());

const handle = (id: PurchaseOrderId) => world.temporal.client.workflow.getHandle(id);
const kinds = async (id: PurchaseOrderId) => (await listPurchaseEvents(world.database.db, id)).map(({ kind }) => kind);
const gold = async (player: Account) => (await listBalances(world.database.db, player))[0]?.amount;

async function granted(): Promise<{ id: PurchaseOrderId; player: Account }> {
  const order = await world.pay();
  const player = world.account();
  const { code } = await runtime.fulfilment.submit({ evidence: order.purchaseData, presenter: player });
  expect(code).toBeUndefined();
  return { id: order.purchaseOrderId, player };
}

async function parked(): Promise<{ id: PurchaseOrderId; player: Account; park: number }> {
  const order = await world.pay({ productId: 'unheard-of' });
  const player = world.account();
  const { purchase } = await runtime.fulfilment.submit({ evidence: order.purchaseData, presenter: player });
  return { id: order.purchaseOrderId, player, park: purchase.park?.number ?? 0 };
}

async function acknowledge(id: PurchaseOrderId, player: Account): Promise<void> {
  await (await runtime.fulfilment.acknowledge(id, player)).wake();
}

async function reset(id: PurchaseOrderId): Promise<void> {
  // The answer comes from the ledger: the task that granted may not have been reported yet.
  const { runId } = await pollUntil(
    () =>
      handle(id)
        .describe()
        .then((run) => run.historyLength >= 4 && run),
    { deadlineMs: 10_000 },
  );
  const { namespace, connection } = world.temporal;
  await connection.workflowService.resetWorkflowExecution({
    namespace,
    workflowExecution: { workflowId: id, runId },
    reason: 'an operator tries it',
    workflowTaskFinishEventId: Long.fromNumber(4),
    requestId: randomUUID(),
  });
}

test('a cancellation is written to the timeline and changes nothing', async () => {
  const { id, player } = await granted();
  await handle(id).cancel();
  await pollUntil(async () => (await kinds(id)).includes('cancel-ignored'), { deadlineMs: 10_000 });
  await acknowledge(id, player);
  await untilState(world, id, 'finished');
  expect(await gold(player)).toBe(60n);
});

test('a run reset after the grant goes through again and grants nothing twice', async () => {
  const { id, player } = await granted();
  await reset(id);
  await acknowledge(id, player);
  await untilState(world, id, 'finished');
  expect(await gold(player)).toBe(60n);
  expect((await kinds(id)).filter((kind) => kind === 'granted')).toHaveLength(1);
});

test('a run reset after the finish ends again at once', async () => {
  const { id, player } = await granted();
  await acknowledge(id, player);
  await handle(id).result();
  await reset(id);
  expect(await handle(id).result()).toEqual({ state: 'finished' });
  expect(await gold(player)).toBe(60n);
  expect((await kinds(id)).filter((kind) => kind === 'finished')).toHaveLength(1);
});

test('a run terminated after the grant loses neither goods nor finish', async () => {
  const { id, player } = await granted();
  await handle(id).terminate('a mistake');
  await acknowledge(id, player);
  await untilState(world, id, 'finished');
  expect(await gold(player)).toBe(60n);
});

test('an acknowledgement counts once, however often it comes, and after completion changes nothing', async () => {
  const { id, player } = await granted();
  await Promise.all([acknowledge(id, player), acknowledge(id, player)]);
  const finished = await untilState(world, id, 'finished');
  await acknowledge(id, player);
  expect(await untilState(world, id, 'finished')).toEqual(finished);
  expect((await kinds(id)).filter((kind) => kind === 'acknowledged')).toHaveLength(1);
});

test('an acknowledgement before the grant is kept and used', async () => {
  const { id, player } = await parked();
  await acknowledge(id, player);
  await runtime.fulfilment.resolve(id, 'granted-elsewhere', { who: 'operator', why: 'delivered by hand' });
  const finished = await untilState(world, id, 'finished');
  expect(finished).toMatchObject({ grantKind: 'elsewhere', finishedBy: 'client' });
  expect(await gold(player)).toBeUndefined();
});

test('an operator’s signal with a stale park number changes nothing', async () => {
  const { id, park } = await parked();
  await handle(id).signal(operatorResolveSignal, { park: park - 1, as: 'refused', who: 'operator', why: 'looked at an old page' });
  await handle(id).signal(operatorRetrySignal, { park, who: 'operator', why: 'the mended one' });
  // The retry is taken after the stale one: once it is in the timeline, the stale one has been passed over.
  await pollUntil(async () => (await kinds(id)).includes('retried'), { deadlineMs: 10_000 });
  const again = await untilPurchase(world, id, (purchase) => purchase.park !== undefined && purchase.park.number > park);
  expect(again.state).toBe('received');
});

test('a signal to a parked purchase makes it look again and stay parked under its number', async () => {
  const { id, park } = await parked();
  const { ledgerChangedSignal } = await import('../../src/workflows/contract.js');
  await handle(id).signal(ledgerChangedSignal, 'catalogue');
  await pollUntil(async () => markers(id).then((count) => count >= 5), { deadlineMs: 10_000 });
  expect((await untilPurchase(world, id, () => true)).park?.number).toBe(park);
});

async function markers(id: PurchaseOrderId): Promise<number> {
  const { events } = await handle(id).fetchHistory();
  return events?.filter((event) => event.markerRecordedEventAttributes).length ?? 0;
}

test('an operator’s act on a closed run is refused by its code', async () => {
  const { id, player } = await granted();
  await acknowledge(id, player);
  await handle(id).result();
  await expect(runtime.fulfilment.retry(id, { who: 'operator', why: 'too late' })).rejects.toMatchObject({ code: 'NOT_PARKED' });
});

test('a refused order is reopened by release and granted', async () => {
  const player = world.account();
  const order = await world.pay();
  world.store.finish(order.purchaseOrderId);
  const evidence = await world.store.purchaseData(order.purchaseOrderId);
  expect((await runtime.fulfilment.submit({ evidence, presenter: player })).code).toBe('FINISHED_ELSEWHERE');
  await runtime.fulfilment.resolve(order.purchaseOrderId, 'refused', { who: 'operator', why: 'looked delivered' });
  await untilState(world, order.purchaseOrderId, 'refused');
  await runtime.fulfilment.release(order.purchaseOrderId, undefined, { who: 'operator', why: 'it was not' });
  const finished = await untilState(world, order.purchaseOrderId, 'finished');
  expect(finished.finishedBy).toBe('store');
  expect(await gold(player)).toBe(60n);
});

test('a purchase revoked while it waits for its finish is taken back and its run ends', async () => {
  const { id, player } = await granted();
  world.store.revoke(id, '0');
  const evidence = await world.store.purchaseData(id);
  expect((await runtime.fulfilment.submit({ evidence, presenter: player })).code).toBe('PURCHASE_REVOKED');
  expect(await handle(id).result()).toEqual({ state: 'revoked' });
  expect(await gold(player)).toBe(0n);
});

test('an order that the store calls finished meanwhile is not waited for', async () => {
  const { id, player } = await granted();
  world.store.finish(id);
  await runtime.fulfilment.submit({ evidence: await world.store.purchaseData(id), presenter: player });
  const finished = await untilState(world, id, 'finished');
  expect(finished.finishedBy).toBe('store');
});
