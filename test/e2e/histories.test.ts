import proto from '@temporalio/proto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTestWorld, untilEngineUp, untilState, untilPurchase, type TestWorld } from '../support/app.js';
import { pollUntil } from '../../dev/stack/poll-until.js';
import type { PlacedOrder } from '../../dev/store/store.js';
import type { Account, PurchaseOrderId } from '../../src/domain/ids.js';
import { listBalances } from '../../src/ledger/balances.js';
import type { Runtime } from '../../src/runtime.js';

let world: TestWorld;
beforeEach(async () => {
  world = await createTestWorld();
});
afterEach(() => world.close());

const handle = (id: string) => world.temporal.client.workflow.getHandle(id);

/** Everything that the server keeps of a run, its payloads in clear text. */
async function readHistory(id: string): Promise<string> {
  const { History } = proto.temporal.api.history.v1;
  const json = JSON.stringify(History.toObject(History.fromObject(await handle(id).fetchHistory()), { bytes: String, enums: String }));
  const payloads = Array.from(json.matchAll(/"data":\s*"([^"]*)"/g), ([, data]) => Buffer.from(data ?? '', 'base64').toString());
  expect(payloads).toContain(JSON.stringify(id)); // The reading itself works: the input is found.
  return [json, ...payloads].join('\n');
}

async function expectNoSecrets(order: PlacedOrder, player: Account): Promise<string> {
  const history = await readHistory(order.purchaseOrderId);
  const { jwsPurchaseOrder } = JSON.parse(order.purchaseData) as { jwsPurchaseOrder: string };
  const secrets = [...jwsPurchaseOrder.split('.'), order.purchaseToken, player.accountId];
  for (const secret of secrets) {
    expect(secret.length).toBeGreaterThan(8);
    expect(history).not.toContain(secret);
    expect(history).not.toContain(Buffer.from(secret).toString('base64').replace(/=+$/, ''));
  }
  return history;
}

async function submit(runtime: Runtime, player: Account): Promise<PlacedOrder & { purchaseOrderId: PurchaseOrderId }> {
  const order = await world.pay();
  await runtime.fulfilment.submit({ evidence: order.purchaseData, presenter: player });
  return order;
}

test('the history of an undisturbed purchase is short and holds neither evidence nor token nor account', async () => {
  const runtime = await world.openRuntime();
  await untilEngineUp(runtime);
  const player = world.account();
  const order = await submit(runtime, player);
  await untilState(world, order.purchaseOrderId, 'granted');
  await (await runtime.fulfilment.acknowledge(order.purchaseOrderId, player)).wake();
  await handle(order.purchaseOrderId).result();
  await expectNoSecrets(order, player);
  const { events = [] } = await handle(order.purchaseOrderId).fetchHistory();
  const tasks = events?.filter((event) => event.workflowTaskCompletedEventAttributes).length;
  expect(tasks).toBe(2);
  expect(events?.length).toBeLessThanOrEqual(18);
});

test('a violated constraint reaches the history as a code and a correlation id, and the purchase is granted once it is mended', async () => {
  const { db } = world.database;
  await db.query(`
    create function refuse_grant() returns trigger language plpgsql as $$
    begin
      raise check_violation using message = format('leaked: %s gets %s',
        (select account_id from accounts where account_key = new.account_key), new.goods), detail = 'leaked row';
    end $$`);
  await db.query('create trigger refuse_grant before insert on grants for each row execute function refuse_grant()');
  const runtime = await world.openRuntime({}, { fulfilment: { grantWaitMs: 100 } });
  await untilEngineUp(runtime);
  const player = world.account();
  const order = await submit(runtime, player);
  const pending = await pollUntil(() => findPendingFailure(order.purchaseOrderId), { deadlineMs: 20_000 });
  expect(pending.type).toBe('INTERNAL_ERROR');
  expect(pending.message).toMatch(/ \[[0-9a-f-]{36}\]$/);
  expect(JSON.stringify(pending)).not.toContain('leaked');
  await db.query('drop trigger refuse_grant on grants');
  await untilState(world, order.purchaseOrderId, 'granted');
  await (await runtime.fulfilment.acknowledge(order.purchaseOrderId, player)).wake();
  await handle(order.purchaseOrderId).result();
  const history = await expectNoSecrets(order, player);
  expect(history).toContain('INTERNAL_ERROR');
  for (const word of ['leaked', 'violat', 'refuse_grant', 'insert into']) expect(history.toLowerCase()).not.toContain(word);
  expect(await listBalances(db, player)).toEqual([{ currency: 'gold', amount: 60n }]);
});

/** What an operator sees of the step that does not go through: its type and message as the server has them. */
async function findPendingFailure(id: string): Promise<{ type: string | null | undefined; message: string | null | undefined } | false> {
  const { raw } = await handle(id).describe();
  const failure = raw.pendingActivities?.[0]?.lastFailure;
  return failure ? { type: failure.applicationFailureInfo?.type, message: failure.message } : false;
}

test('evidence that cannot be read any more parks the purchase, and none of it reaches the history', async () => {
  const api = await world.openRuntime({ worker: false }, { fulfilment: { grantWaitMs: 50 } });
  await untilEngineUp(api);
  const player = world.account();
  const order = await submit(api, player);
  await world.database.db.query(`update evidence set jwe = 'corrupted.by.someone' where purchase_order_id = $1`, [order.purchaseOrderId]);
  await world.openRuntime();
  const parked = await untilPurchase(world, order.purchaseOrderId, ({ park }) => park !== undefined);
  expect(parked).toMatchObject({ state: 'received', park: { reason: 'EVIDENCE_INVALID' } });
  await pollUntil(() => readHistory(order.purchaseOrderId).then((history) => history.includes('whatToDo')), { deadlineMs: 10_000 });
  expect(await expectNoSecrets(order, player)).not.toContain('corrupted');
});
