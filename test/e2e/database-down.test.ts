import { afterEach, beforeEach, expect, test } from 'vitest';
import { bearer, openTestApi, type TestApi } from '../support/api.js';
import { createTestWorld, untilEngineUp, untilState, type TestWorld } from '../support/app.js';
import { openTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';
import { pollUntil } from '../../dev/stack/poll-until.js';
import type { PlacedOrder } from '../../dev/store/store.js';
import { listBalances } from '../../src/ledger/balances.js';
import { findPurchase } from '../../src/ledger/purchases.js';
import type { Runtime } from '../../src/runtime.js';

let world: TestWorld;
let proxy: TcpProxy;
let runtime: Runtime;
let api: TestApi;
beforeEach(async () => {
  world = await createTestWorld();
  const url = new URL(world.database.url);
  proxy = await openTcpProxy({ port: Number(url.port) });
  url.host = proxy.address;
  runtime = await world.openRuntime({}, { databaseUrl: url.href });
  await untilEngineUp(runtime);
  api = await openTestApi(world, runtime);
});
afterEach(async () => {
  await proxy.setMode('pass');
  await api.app.close();
  await world.close();
  await proxy.close();
});

const post = ({ purchaseData }: PlacedOrder, account: string) =>
  api.app.inject({ method: 'POST', url: '/v1/purchases', payload: { account, purchaseData }, headers: bearer(api.key) });

/** The line is broken in this way for what is open and for what comes. */
async function breakLine(mode: 'refuse' | 'hang' | 'cut-before'): Promise<void> {
  await proxy.setMode(mode);
  if (mode === 'refuse') proxy.cutConnections();
}

for (const mode of ['refuse', 'hang', 'cut-before'] as const) {
  test(`with the line to PostgreSQL in mode ${mode} a purchase is answered 503, nothing is accepted, and it goes through afterwards`, async () => {
    const player = world.account();
    const order = await world.pay();
    // So that connections are open when the line breaks.
    expect((await post(await world.pay(), player.accountId)).statusCode).toBe(200);
    await breakLine(mode);
    await expect(runtime.fulfilment.submit({ evidence: order.purchaseData, presenter: player })).rejects.toMatchObject({
      code: 'LEDGER_UNAVAILABLE',
    });
    const refused = await post(order, player.accountId);
    expect(refused.statusCode).toBe(503);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(refused.json()).toMatchObject({ code: 'LEDGER_UNAVAILABLE', final: false });
    expect(await findPurchase(world.database.db, order.purchaseOrderId)).toBeUndefined();
    await proxy.setMode('pass');
    await pollUntil(async () => (await post(order, player.accountId)).statusCode === 200, { deadlineMs: 20_000 });
    await untilState(world, order.purchaseOrderId, 'granted');
    expect(await listBalances(world.database.db, player)).toEqual([{ currency: 'gold', amount: 120n }]);
  });
}

test('an answer of PostgreSQL that is lost after the commit is a 503, and the same purchase again is granted once', async () => {
  const player = world.account();
  const order = await world.pay();
  await proxy.setMode('cut-after');
  expect((await post(order, player.accountId)).statusCode).toBe(503);
  await proxy.setMode('pass');
  await pollUntil(async () => (await post(order, player.accountId)).statusCode === 200, { deadlineMs: 20_000 });
  expect(await listBalances(world.database.db, player)).toEqual([{ currency: 'gold', amount: 60n }]);
});

test('a ledger that goes away between acceptance and grant leaves the step pending, and the purchase is granted when it is back', async () => {
  const player = world.account();
  const order = await world.pay();
  await runtime.close();
  const front = await world.openRuntime({ worker: false }, { fulfilment: { grantWaitMs: 50 } });
  await untilEngineUp(front);
  await front.fulfilment.submit({ evidence: order.purchaseData, presenter: player });
  const url = new URL(world.database.url);
  url.host = proxy.address;
  await world.openRuntime(
    {
      wrapActivities: (steps) => ({
        ...steps,
        async grantEntitlement(input) {
          if (proxy.cuts() === 0) await breakLine('refuse');
          return steps.grantEntitlement(input);
        },
      }),
    },
    { databaseUrl: url.href },
  );
  const handle = world.temporal.client.workflow.getHandle(order.purchaseOrderId);
  const pending = await pollUntil(async () => (await handle.describe()).raw.pendingActivities?.[0]?.lastFailure ?? false, {
    deadlineMs: 30_000,
  });
  expect(pending.applicationFailureInfo?.type).toBe('LEDGER_UNAVAILABLE');
  await proxy.setMode('pass');
  await untilState(world, order.purchaseOrderId, 'granted');
  expect(await listBalances(world.database.db, player)).toEqual([{ currency: 'gold', amount: 60n }]);
});
