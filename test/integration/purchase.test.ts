import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectUndisturbed } from '../support/histories.js';
import { createTestWorld, submitAndFinish, untilEngineUp, untilState, type TestWorld } from '../support/app.js';
import { ProductType } from '../../dev/store/iap-types.js';
import { listBalances } from '../../src/ledger/balances.js';
import { listEntitlements } from '../../src/ledger/entitlements.js';
import type { Runtime } from '../../src/runtime.js';

let world: TestWorld;
let runtime: Runtime;

beforeAll(async () => {
  world = await createTestWorld();
  runtime = await world.openRuntime();
  await untilEngineUp(runtime);
});
afterAll(() => world.close());

test('a paid order is granted once and finished, and its workflow carries the order id', async () => {
  const order = await world.pay();
  const player = world.account();
  const answer = await submitAndFinish(runtime, order, player);
  expect(answer).toMatchObject({ code: undefined, mayFinish: true, purchase: { state: 'granted' } });
  const finished = await untilState(world, order.purchaseOrderId, 'finished');
  expect(finished.finishedBy).toBe('client');
  expect(await listBalances(world.database.db, player)).toEqual([{ currency: 'gold', amount: 60n }]);
  const result: unknown = await world.temporal.client.workflow.getHandle(order.purchaseOrderId).result();
  expect(result).toEqual({ state: 'finished' });
});

test('an undisturbed purchase takes two workflow tasks and at most 18 events', async () => {
  const order = await world.pay();
  await submitAndFinish(runtime, order, world.account());
  await world.temporal.client.workflow.getHandle(order.purchaseOrderId).result();
  expectUndisturbed(await world.temporal.client.workflow.getHandle(order.purchaseOrderId).fetchHistory());
});

test('fifty identical submissions at once are granted once', async () => {
  const order = await world.pay();
  const player = world.account();
  const submissions = Array.from({ length: 50 }, () => runtime.fulfilment.submit({ evidence: order.purchaseData, presenter: player }));
  const answers = await Promise.all(submissions);
  expect(new Set(answers.map((answer) => answer.purchase.state))).toEqual(new Set(['granted']));
  expect(await listBalances(world.database.db, player)).toEqual([{ currency: 'gold', amount: 60n }]);
});

test('a non-consumable shown again at every launch stays one entitlement', async () => {
  const player = world.account();
  const order = await world.pay({ productId: 'noads', productType: ProductType.NONCONSUMABLE });
  await submitAndFinish(runtime, order, player);
  await untilState(world, order.purchaseOrderId, 'finished');
  const again = await world.store.purchaseData(order.purchaseOrderId);
  const answer = await runtime.fulfilment.submit({ evidence: again, presenter: player });
  expect(answer).toMatchObject({ code: undefined, purchase: { state: 'finished' } });
  expect(await listEntitlements(world.database.db, player)).toEqual([{ entitlement: 'noads', endsAt: undefined, active: true }]);
});

test('a subscription order is stored and parked, never lost', async () => {
  const order = await world.pay({ productId: 'vip', productType: ProductType.AUTORENEWABLE });
  const answer = await runtime.fulfilment.submit({ evidence: order.purchaseData, presenter: world.account() });
  expect(answer).toMatchObject({ code: 'SUBSCRIPTION_UNSUPPORTED', mayFinish: false, purchase: { state: 'received' } });
});
