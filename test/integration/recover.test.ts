import { afterEach, beforeEach, expect, test } from 'vitest';
import { TEST_CATALOGUE } from '../support/catalogue.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { receive, receiveAndGrant, revoke, toAccount, toVerified } from '../support/ledger.js';
import type { PurchaseOrderId } from '../../src/domain/ids.js';
import { parseCatalogue } from '../../src/domain/parse-catalogue.js';
import type { Engine, StartOutcome } from '../../src/fulfilment/engine.js';
import { ensureRunning, recover, type RecoverDeps } from '../../src/fulfilment/recover.js';
import { takeOpenPurchases } from '../../src/ledger/open-purchases.js';
import { parkPurchase } from '../../src/ledger/park-purchase.js';

let database: TestDatabase;
let signals: [PurchaseOrderId, string][];
let alarms: string[];
beforeEach(async () => {
  database = await createTestDatabase();
  [signals, alarms] = [[], []];
});
afterEach(() => database.close());

/** Every order has a run; what a signal meets is the test's to say. */
function toDeps(takes: (id: PurchaseOrderId) => StartOutcome = () => 'running'): RecoverDeps {
  const catalogue = parseCatalogue(TEST_CATALOGUE, 1);
  const engine: Engine = {
    start: () => Promise.resolve('running'),
    wake(id, change) {
      signals.push([id, change]);
      return Promise.resolve(takes(id));
    },
    isRunning: () => Promise.resolve(true),
    operate: () => Promise.reject(new TypeError('nobody operates here')),
  };
  return { db: database.db, engine, alarm: (code) => void alarms.push(code), catalogue: () => catalogue };
}

async function sweep(deps: RecoverDeps): Promise<void> {
  const due = await takeOpenPurchases(database.db, { olderThanMs: -1_000, limit: 100 });
  await Promise.allSettled(due.map((open) => ensureRunning(deps, open)));
}

async function receiveOne(receivedSecondsAgo: number, wokenSecondsAgo?: number): Promise<PurchaseOrderId> {
  const order = toVerified();
  await receive(database.db, order, toAccount());
  await database.db.query(
    `update purchases set received_at = now() - $2 * interval '1 second', run_woken_at = now() - $3 * interval '1 second'
     where purchase_order_id = $1`,
    [order.purchaseOrderId, receivedSecondsAgo, wokenSecondsAgo ?? null],
  );
  return order.purchaseOrderId;
}

test('a run that signals cannot help is not signalled at each sweep', async () => {
  const id = await receiveOne(60);
  for (let minute = 0; minute < 3; minute += 1) await sweep(toDeps());
  expect(signals).toEqual([[id, 'fresh-evidence']]);
});

test('a run that the mended catalogue cannot help is not signalled at each sweep', async () => {
  const id = await receiveOne(60);
  await parkPurchase(database.db, id, 'PRODUCT_UNKNOWN');
  await database.db.query(`update purchases set parked_at = now() - interval '1 minute' where purchase_order_id = $1`, [id]);
  for (let minute = 0; minute < 3; minute += 1) await sweep(toDeps());
  expect(signals).toEqual([[id, 'catalogue']]);
});

test('a signal that the engine did not take is sent again by the next sweep', async () => {
  const id = await receiveOne(60);
  await sweep(toDeps(() => 'down'));
  await sweep(toDeps());
  expect(signals).toEqual([
    [id, 'fresh-evidence'],
    [id, 'fresh-evidence'],
  ]);
});

test('people hear of an order that has been woken in vain for long', async () => {
  await receiveOne(60);
  await sweep(toDeps());
  expect(alarms).toEqual([]);
  await receiveOne(8_000, 4_000);
  await sweep(toDeps());
  expect(alarms).toEqual(['PURCHASE_OVERDUE']);
});

for (const outcome of ['running', 'closed'] as const) {
  test(`the run of a revoked order is told of its end until the signal meets a run that is ${outcome}`, async () => {
    const order = await receiveAndGrant(database.db, toAccount());
    await revoke(database.db, order);
    await sweep(toDeps(() => 'unknown'));
    await sweep(toDeps(() => outcome));
    await sweep(toDeps());
    expect(signals).toEqual([
      [order.purchaseOrderId, 'revoked'],
      [order.purchaseOrderId, 'revoked'],
    ]);
  });
}

test('recover wakes every overdue run, however lately it was woken, and leaves those that wait for good reason', async () => {
  const overdue = await receiveOne(60, 1);
  await receiveAndGrant(database.db, toAccount());
  expect(await recover(toDeps())).toEqual({ checked: 2, started: 0 });
  expect(signals).toEqual([[overdue, 'fresh-evidence']]);
});

test('one order that the engine does not take does not keep recover from the others, and is said at the end', async () => {
  const [failing, ...others] = await Promise.all(Array.from({ length: 12 }, () => receiveOne(60)));
  const recovered = recover(toDeps((id) => (id === failing ? 'down' : 'running')));
  await expect(recovered).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' });
  expect(signals.map(([id]) => id)).toEqual(expect.arrayContaining(others));
});
