import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestWorld, untilEngineUp, untilState, type TestWorld } from '../support/app.js';
import { spawnPurchaseProcess } from '../support/spawn-process.js';
import { pollUntil } from '../../dev/stack/poll-until.js';
import type { Account, PurchaseOrderId } from '../../src/domain/ids.js';
import { listBalances } from '../../src/ledger/balances.js';

let world: TestWorld;
beforeAll(async () => {
  world = await createTestWorld();
});
afterAll(() => world.close());

/** Granted exactly once: the balance holds it, and the timeline says it once. */
async function expectGrantedOnce(purchaseOrderId: PurchaseOrderId, player: Account): Promise<void> {
  expect(await listBalances(world.database.db, player)).toEqual([{ currency: 'gold', amount: 60n }]);
  const { rowCount } = await world.database.db.query(`select 1 from purchase_events where purchase_order_id = $1 and kind = 'granted'`, [
    purchaseOrderId,
  ]);
  expect(rowCount).toBe(1);
}

for (const step of ['verifyPurchase', 'checkLedger', 'grantEntitlement', 'markFinished'] as const) {
  test(`a worker killed after ${step} did its work loses nothing and grants once`, async () => {
    const own = await createTestWorld();
    try {
      const api = await own.openRuntime({ worker: false });
      await untilEngineUp(api);
      const dying = await spawnPurchaseProcess(own, { worker: true, dieAfter: step });
      const order = await own.pay();
      const player = own.account();
      await api.fulfilment.submit({ evidence: order.purchaseData, presenter: player });
      if (step === 'markFinished') await (await api.fulfilment.acknowledge(order.purchaseOrderId, player)).wake();
      expect(await dying.ended).toBe('SIGKILL');
      await own.openRuntime();
      await untilState(own, order.purchaseOrderId, step === 'markFinished' ? 'finished' : 'granted');
      if (step !== 'markFinished') await (await api.fulfilment.acknowledge(order.purchaseOrderId, player)).wake();
      await untilState(own, order.purchaseOrderId, 'finished');
      expect(await listBalances(own.database.db, player)).toEqual([{ currency: 'gold', amount: 60n }]);
      expect(await own.temporal.client.workflow.getHandle(order.purchaseOrderId).result()).toEqual({ state: 'finished' });
    } finally {
      await own.close();
    }
  });
}

test('a worker killed while its grant waits to commit grants once in the end', async () => {
  const own = await createTestWorld();
  try {
    const api = await own.openRuntime({ worker: false }, { fulfilment: { grantWaitMs: 100 } });
    await untilEngineUp(api);
    const order = await own.pay();
    const player = own.account();
    await api.fulfilment.submit({ evidence: order.purchaseData, presenter: player });
    const worker = await own.database.db.transaction(async (tx) => {
      await tx.query('select 1 from purchases where purchase_order_id = $1 for update', [order.purchaseOrderId]);
      const dying = await spawnPurchaseProcess(own, { worker: true });
      await pollUntil(() => isGrantWaiting(own), { deadlineMs: 20_000 });
      await dying.kill();
      return dying;
    });
    expect(await worker.ended).toBe('SIGKILL');
    await own.openRuntime();
    await untilState(own, order.purchaseOrderId, 'granted');
    expect(await listBalances(own.database.db, player)).toEqual([{ currency: 'gold', amount: 60n }]);
  } finally {
    await own.close();
  }
});

async function isGrantWaiting(own: TestWorld): Promise<boolean> {
  const { rowCount } = await own.database.db.query(
    `select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like '%insert into grants%' and datname = current_database()`,
  );
  return rowCount !== 0;
}

test('an API killed right after the start leaves a run that grants', async () => {
  const own = await createTestWorld();
  try {
    const order = await own.pay();
    const player = own.account();
    const submit = { evidence: order.purchaseData, accountId: player.accountId, times: 1 };
    const api = await spawnPurchaseProcess(own, { worker: false, submit });
    const handle = own.temporal.client.workflow.getHandle(order.purchaseOrderId);
    await pollUntil(() => handle.describe().then(({ status }) => status.name === 'RUNNING'), { deadlineMs: 20_000 });
    await api.kill();
    await own.openRuntime();
    await untilState(own, order.purchaseOrderId, 'granted');
    expect(await listBalances(own.database.db, player)).toEqual([{ currency: 'gold', amount: 60n }]);
  } finally {
    await own.close();
  }
});

test('two processes with fifty submissions each of one order grant it once', async () => {
  const order = await world.pay();
  const player = world.account();
  const submit = { evidence: order.purchaseData, accountId: player.accountId, times: 50 };
  const processes = await Promise.all([1, 2].map(() => spawnPurchaseProcess(world, { worker: true, submit })));
  expect(await Promise.all(processes.map((each) => each.ended))).toEqual([null, null]);
  const states = processes.flatMap((each) => each.lines.slice(1).map((line) => line['state']));
  expect(states).toHaveLength(100);
  expect(new Set(states)).toEqual(new Set(['granted']));
  await expectGrantedOnce(order.purchaseOrderId, player);
});
