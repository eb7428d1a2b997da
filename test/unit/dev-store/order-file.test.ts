import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createDeviceIap } from '../../../dev/store/device-iap.js';
import { createOrderFile } from '../../../dev/store/order-file.js';
import { createStorePki } from '../../../dev/store/pki.js';
import { createStore } from '../../../dev/store/store.js';

const COINS = { productId: 'coins.100', productType: 0, price: 600 } as const;
const CONTEXT = {};

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'order-file-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

async function open() {
  const store = createStore({ pki: await createStorePki(), clock: () => new Date(), orderFile: createOrderFile(join(dir, 'orders.json')) });
  return { store, iap: createDeviceIap({ store, user: 'payer', applicationId: '42', products: [COINS] }) };
}

async function unfinished({ iap }: Awaited<ReturnType<typeof open>>) {
  const { purchaseDataList } = await iap.queryPurchases(CONTEXT, { productType: 0 });
  const [order] = purchaseDataList.map((data) => decodeJwt((JSON.parse(data) as { jwsPurchaseOrder: string }).jwsPurchaseOrder));
  return order;
}

test('a store that was started again lists what was unfinished before, and what was finished no more', async () => {
  const first = await open();
  await first.iap.createPurchase(CONTEXT, { ...COINS, developerPayload: 'v1.x.y' });
  const before = await unfinished(first);
  const second = await open();
  const after = await unfinished(second);
  expect(after).toEqual({ ...before, signedTime: after?.['signedTime'] });
  second.store.finish(String(after?.['purchaseOrderId']));
  expect(await unfinished(await open())).toBeUndefined();
});

test('revocations, and orders of a later life, are kept too, each under an id and a place of its own', async () => {
  const order = { user: 'payer', applicationId: '42', ...COINS };
  const { purchaseOrderId } = await (await open()).store.pay(order);
  (await open()).store.revoke(purchaseOrderId, '1');
  await (await open()).store.pay(order);
  const orders = (await open()).store.listOrders({ user: 'payer' });
  expect(orders.map(({ sequence, revocation }) => [sequence, revocation?.code])).toEqual([
    [0, '1'],
    [1, undefined],
  ]);
});

test('the file is for its owner alone, and nothing half-written lies beside it', async () => {
  const { iap } = await open();
  await iap.createPurchase(CONTEXT, COINS);
  expect(readdirSync(dir)).toEqual(['orders.json']);
  expect(statSync(join(dir, 'orders.json')).mode & 0o777).toBe(0o600);
});
