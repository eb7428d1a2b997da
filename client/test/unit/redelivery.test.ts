import { beforeAll, expect, test } from 'vitest';
import { IAPErrorCode } from '../../../dev/store/iap-types.js';
import type { Store } from '../../../dev/store/store.js';
import { createDevice, createTestStore, type Device } from '../support/device';
import { createFakeServer } from '../support/fake-backend';

let store: Store;
beforeAll(async () => {
  store = await createTestStore();
});

let users = 0;
const newDevice = (pageSize = 10): Device => createDevice(store, `redelivery-${users++}`, { pageSize });

async function pay(device: Device, productId: string, productType: 0 | 1 | 2 | 3 = 0, user = `redelivery-${users - 1}`) {
  return device.store.pay({ user, applicationId: '5765880207854356261', productId, productType });
}

test('what was paid before the app died is delivered, finished and acknowledged at its next launch, of each type and page', async () => {
  const device = newDevice(2);
  const orders = [
    await pay(device, 'gold60'),
    await pay(device, 'gold300'),
    await pay(device, 'gold60'),
    await pay(device, 'noads', 1),
    await pay(device, 'pass30', 3),
  ];
  const { backend, granted, acknowledged } = createFakeServer();
  const app = device.launch({ backend });
  const found = await app.run(app.kit.login('alice'));
  expect(found?.complete).toBe(true);
  for (const { purchaseOrderId } of orders) {
    expect(granted.get(purchaseOrderId)).toBe('alice');
    expect(acknowledged).toContain(purchaseOrderId);
    expect(store.findOrder(purchaseOrderId)?.finished).toBe(true);
  }
});

test('nothing is finished before the server says that it may be', async () => {
  const device = newDevice();
  const { purchaseOrderId } = await pay(device, 'gold60');
  const { backend, answerNext, submitted } = createFakeServer();
  const pending = { kind: 'pending', mayFinish: false, final: false, next: 'ask-again', code: 'PENDING' } as const;
  answerNext(pending, pending, pending);
  const app = device.launch({ backend });
  await app.run(app.kit.login('alice'));
  expect(store.findOrder(purchaseOrderId)?.finished).toBe(false);
  await device.clock.runFor(120_000, app.life);
  expect(submitted.length).toBe(4);
  expect(store.findOrder(purchaseOrderId)?.finished).toBe(true);
});

test('a failing order does not keep the next one, and a refusal is presented again at the next launch', async () => {
  const device = newDevice();
  const [bad, good] = [await pay(device, 'gold60'), await pay(device, 'gold300')];
  const server = createFakeServer();
  server.answerNext({ kind: 'refused', mayFinish: false, final: true, next: 'fix-request', code: 'JWS_SIGNATURE_INVALID' });
  const problems: string[] = [];
  const app = device.launch({ backend: server.backend, events: { onProblem: ({ code }) => void problems.push(code) } });
  await app.run(app.kit.login('alice'));
  expect(problems).toEqual(['JWS_SIGNATURE_INVALID']);
  expect(store.findOrder(bad.purchaseOrderId)?.finished).toBe(false);
  expect(store.findOrder(good.purchaseOrderId)?.finished).toBe(true);
  app.life.kill();
  const next = device.launch({ backend: server.backend });
  await next.run(next.kit.login('alice'));
  expect(store.findOrder(bad.purchaseOrderId)?.finished).toBe(true);
});

test('a copy that the server finds stale is fetched anew from the store and submitted', async () => {
  const device = newDevice();
  const { purchaseOrderId } = await pay(device, 'gold60');
  const { backend, answerNext, submitted } = createFakeServer();
  answerNext({ kind: 'refused', mayFinish: false, final: false, next: 'fresh-evidence', code: 'JWS_CERTIFICATE_EXPIRED' });
  const app = device.launch({ backend });
  const before = device.clock.now();
  await app.run(app.kit.login('alice'));
  expect(submitted).toEqual([purchaseOrderId, purchaseOrderId]);
  expect(store.findOrder(purchaseOrderId)?.finished).toBe(true);
  expect(device.clock.now() - before).toBeGreaterThanOrEqual(5_000);
});

test('an order of another account is finished when the server lets it, and reported', async () => {
  const device = newDevice();
  const { backend, granted } = createFakeServer();
  const { developerPayload } = (await backend.createIntent('bob', { productId: 'gold60', productType: 0 }, 1)) as {
    developerPayload: string;
  };
  const user = `redelivery-${users - 1}`;
  const order = await store.pay({ user, applicationId: '5765880207854356261', productId: 'gold60', productType: 0, developerPayload });
  const app = device.launch({ backend });
  const found = await app.run(app.kit.login('alice'));
  expect(found?.undelivered).toMatchObject([{ code: 'OWNED_BY_ANOTHER_ACCOUNT', purchaseOrderId: order.purchaseOrderId }]);
  expect(granted.get(order.purchaseOrderId)).toBe('bob');
  expect(store.findOrder(order.purchaseOrderId)?.finished).toBe(true);
});

test('a subscription is reported to the server and never finished by the kit', async () => {
  const device = newDevice();
  const { purchaseOrderId } = await pay(device, 'vip', 2);
  const { backend } = createFakeServer();
  const app = device.launch({ backend });
  const found = await app.run(app.kit.login('alice'));
  expect(found?.undelivered).toMatchObject([{ code: 'SUBSCRIPTION_UNSUPPORTED' }]);
  await device.clock.runFor(3_600_000, app.life);
  expect(store.findOrder(purchaseOrderId)?.finished).toBe(false);
});

test('calls of a kind keep five seconds apart, and a store that is asked too often is asked later, unseen by the player', async () => {
  const device = newDevice();
  const { purchaseOrderId } = await pay(device, 'gold60');
  for (let time = 0; time < 3; time++) device.iap.failNext('queryPurchases', IAPErrorCode.FREQUENT_CALLS, 'before');
  const { backend } = createFakeServer();
  const problems: string[] = [];
  const app = device.launch({ backend, events: { onProblem: ({ code }) => void problems.push(code) } });
  await app.run(app.kit.login('alice'));
  expect(problems).toEqual([]);
  expect(store.findOrder(purchaseOrderId)?.finished).toBe(true);
  const before = device.clock.now();
  await app.run(Promise.all([app.kit.redeliver(), app.kit.redeliver(), app.kit.redeliver()]));
  expect(app.life.points.filter((point) => point === 'iap.queryPurchases: after').length).toBeLessThanOrEqual(20);
  expect(device.clock.now() - before).toBeGreaterThanOrEqual(5_000);
});

test('the acknowledgement is repeated until the server answers, over a kill too', async () => {
  const device = newDevice();
  const { purchaseOrderId } = await pay(device, 'gold60');
  const server = createFakeServer();
  const deaf = { ...server.backend, acknowledge: () => Promise.reject(new Error('no network')) };
  const app = device.launch({ backend: deaf });
  await app.run(app.kit.login('alice'));
  expect(store.findOrder(purchaseOrderId)?.finished).toBe(true);
  expect(server.acknowledged.size).toBe(0);
  app.life.kill();
  const next = device.launch({ backend: server.backend });
  await next.run(next.kit.login('alice'));
  expect(server.acknowledged).toContain(purchaseOrderId);
});

test('an account that signs in meanwhile ends what was under way for the one before', async () => {
  const device = newDevice();
  await pay(device, 'gold60');
  const server = createFakeServer();
  const granted: string[] = [];
  const app = device.launch({ backend: server.backend, events: { onGranted: ({ account }) => void granted.push(account) } });
  const first = app.kit.login('alice');
  const second = app.kit.login('bob');
  await app.run(Promise.all([first, second]));
  expect(granted).toEqual(['bob']);
});
