import { beforeAll, describe, expect, test } from 'vitest';
import { IAPErrorCode } from '../../../dev/store/iap-types.js';
import type { Store } from '../../../dev/store/store.js';
import { BackendUnreachableError } from '../../src/main/ets/core/ports';
import { createDevice, createTestStore, type App, type AppOptions, type Device } from '../support/device';
import { createFakeServer, type FakeServer } from '../support/fake-backend';

let store: Store;
beforeAll(async () => {
  store = await createTestStore();
});

let users = 0;
async function openApp(options: AppOptions = {}): Promise<{ device: Device; server: FakeServer; app: App }> {
  const device = createDevice(store, `buyer-${users++}`);
  const server = createFakeServer();
  const app = device.launch({ backend: server.backend, ...options });
  await app.run(app.kit.login('alice'));
  return { device, server, app };
}

test('a purchase is announced, paid, granted, finished and acknowledged', async () => {
  const { app, server } = await openApp();
  const result = await app.run(app.kit.purchase('gold60', { quantity: 3 }));
  expect(result).toMatchObject({ kind: 'granted', redelivered: false });
  const [id = ''] = result?.purchaseOrderIds ?? [];
  expect(store.findOrder(id)).toMatchObject({ finished: true, quantity: 3, developerPayload: 'v1.0.alice' });
  expect(server.acknowledged).toContain(id);
});

test('while a product is being bought a second call joins the first', async () => {
  const { app } = await openApp();
  const [one, other] = (await app.run(Promise.all([app.kit.purchase('gold60'), app.kit.purchase('gold60')]))) ?? [];
  expect(one).toBe(other);
  expect(app.life.points.filter((point) => point === 'iap.createPurchase: after').length).toBe(1);
});

test('without an announcement nothing is bought, unless the app opted into it', async () => {
  const server = createFakeServer();
  const cut = { ...server.backend, createIntent: () => Promise.reject(new BackendUnreachableError('cut')) };
  const careful = await openApp({ backend: cut });
  expect(await careful.app.run(careful.app.kit.purchase('gold60'))).toMatchObject({ kind: 'failed', code: 'BACKEND_UNREACHABLE' });
  expect(careful.app.life.points).not.toContain('iap.createPurchase: before');
  const bold = await openApp({ backend: cut, buyWithoutIntent: true });
  expect(await bold.app.run(bold.app.kit.purchase('gold60'))).toMatchObject({ kind: 'granted' });
});

test('what the player cancels is cancelled', async () => {
  const { app, device } = await openApp();
  device.iap.failNext('createPurchase', IAPErrorCode.USER_CANCELED, 'before');
  expect(await app.run(app.kit.purchase('gold60'))).toMatchObject({ kind: 'cancelled' });
});

describe.each([IAPErrorCode.SYSTEM_ERROR, IAPErrorCode.NETWORK_ERROR])('a payment whose answer is lost (%d)', (code) => {
  test('is found, and is no redelivery', async () => {
    const { app, device } = await openApp();
    device.iap.failNext('createPurchase', code, 'after');
    expect(await app.run(app.kit.purchase('gold60'))).toMatchObject({ kind: 'granted', redelivered: false });
  });

  test('or never happened: it is looked for after 30 s, 2 min and 10 min, and not bought again', async () => {
    const { app, device } = await openApp();
    device.iap.failNext('createPurchase', code, 'before');
    expect(await app.run(app.kit.purchase('gold60'))).toMatchObject({ kind: 'pending', code: 'OUTCOME_UNKNOWN' });
    const looks = () => app.life.points.filter((point) => point === 'iap.queryPurchases: after').length;
    const before = looks();
    await device.clock.runFor(29_000, app.life);
    expect(looks()).toBe(before);
    await device.clock.runFor(2_000, app.life);
    const each = looks() - before;
    expect(each).toBeGreaterThan(0);
    await device.clock.runFor(700_000, app.life);
    expect(looks() - before).toBe(3 * each);
    expect(app.life.points.filter((point) => point === 'iap.createPurchase: after').length).toBe(1);
  });
});

test('a product that is owned and undelivered is delivered, and nothing new is charged', async () => {
  const { app } = await openApp();
  const user = `buyer-${users - 1}`;
  const earlier = await store.pay({ user, applicationId: '5765880207854356261', productId: 'gold60', productType: 0 });
  const result = await app.run(app.kit.purchase('gold60'));
  expect(result).toMatchObject({ kind: 'granted', redelivered: true, purchaseOrderIds: [earlier.purchaseOrderId] });
});

test('a non-consumable that is owned and finished long ago is granted by the server all the same', async () => {
  const { app, server } = await openApp();
  const user = `buyer-${users - 1}`;
  const earlier = await store.pay({ user, applicationId: '5765880207854356261', productId: 'noads', productType: 1 });
  store.finish(earlier.purchaseOrderId);
  expect(await app.run(app.kit.purchase('noads'))).toMatchObject({ kind: 'granted', redelivered: true });
  expect(server.granted.get(earlier.purchaseOrderId)).toBe('alice');
});

test('a purchase that the server has not granted yet is pending, and told when it is there', async () => {
  const granted: string[] = [];
  const { app, server, device } = await openApp({ events: { onGranted: ({ productId }) => void granted.push(productId) } });
  server.answerNext({ kind: 'pending', mayFinish: false, final: false, next: 'ask-again', code: 'PENDING' });
  expect(await app.run(app.kit.purchase('gold60'))).toMatchObject({ kind: 'pending', code: 'PENDING' });
  expect(granted).toEqual([]);
  await device.clock.runFor(60_000, app.life);
  expect(granted).toEqual(['gold60']);
});

test.each([
  ['vip', {}, 15, 'SUBSCRIPTION_UNSUPPORTED'],
  ['pass30', {}, 13, 'DEVICE_TOO_OLD'],
  ['gold60', { quantity: 2 }, 14, 'DEVICE_TOO_OLD'],
  ['noads', { quantity: 2 }, 15, 'QUANTITY_INVALID'],
  ['gold60', { quantity: 11 }, 15, 'QUANTITY_INVALID'],
  ['unheard-of', {}, 15, 'PRODUCT_UNKNOWN'],
])('%s %o on API %d is refused before the store hears of it: %s', async (productId, options, apiVersion, code) => {
  const { app } = await openApp({ apiVersion });
  const result = await app.run(app.kit.purchase(productId, options));
  expect(result).toMatchObject({ kind: 'failed', code });
  expect(result?.message.zh).not.toBe('');
  expect(app.life.points).not.toContain('iap.createPurchase: before');
});

test('nobody signed in buys nothing', async () => {
  const { app } = await openApp();
  app.kit.logout();
  expect(await app.run(app.kit.purchase('gold60'))).toMatchObject({ kind: 'failed', code: 'NOT_LOGGED_IN' });
});

test('an account that changes while the player pays gets nothing of it; the payer does at the next login', async () => {
  const { app, server } = await openApp();
  const bought = app.kit.purchase('gold60');
  const other = app.kit.login('bob');
  expect((await app.run(bought))?.kind).toBe('pending');
  await app.run(other);
  await app.run(app.kit.login('alice'));
  for (const owner of server.granted.values()) expect(owner).toBe('alice');
});
