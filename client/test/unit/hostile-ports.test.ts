import { beforeAll, describe, expect, test } from 'vitest';
import { IAPErrorCode } from '../../../dev/store/iap-types.js';
import type { Store } from '../../../dev/store/store.js';
import type { BackendAnswer } from '../../src/main/ets/core/ports';
import { APPLICATION_ID, createTestStore } from '../support/device';
import { createFakeServer } from '../support/fake-backend';
import { createWatchedDevice, openKit, type WatchedDevice } from '../support/open-kit';

const HOUR_MS = 3_600_000;
const never = () => new Promise<never>(() => {});
const tooOften = () => Promise.reject(Object.assign(new Error('asked too often'), { code: IAPErrorCode.FREQUENT_CALLS }));

let store: Store;
beforeAll(async () => {
  store = await createTestStore();
});

let users = 0;
const newDevice = (pageSize = 10): WatchedDevice => createWatchedDevice(store, `hostile-${users++}`, { pageSize });
const pay = (productId: string) => store.pay({ user: `hostile-${users - 1}`, applicationId: APPLICATION_ID, productId, productType: 0 });

describe('a payment dialogue that the player waits for', () => {
  test('is not opened any more after half a minute: nothing was charged, and the player is told so', async () => {
    const device = newDevice();
    let opened = 0;
    const createPurchase = () => {
      opened++;
      return tooOften();
    };
    const { kit, run, pass, timers } = openKit(device, { backend: createFakeServer().backend, iap: { ...device.iap, createPurchase } });
    await run(kit.login('alice'));
    const before = device.clock.now();
    expect(await run(kit.purchase('gold60'))).toMatchObject({ kind: 'failed', code: 'STORE_BUSY' });
    expect(device.clock.now() - before).toBeLessThanOrEqual(30_000);
    expect(opened).toBe(3);
    await pass(HOUR_MS);
    expect(opened).toBe(3);
    expect(timers.size).toBe(0);
  });

  test('nor when the announcement took so long, as on a phone that slept', async () => {
    const device = newDevice();
    const { backend } = createFakeServer();
    let asked = () => {};
    const announced = new Promise<void>((resolve) => (asked = resolve));
    let answer = () => {};
    const awake = new Promise<void>((resolve) => (answer = resolve));
    const createIntent: typeof backend.createIntent = (...input) => {
      asked();
      return awake.then(() => backend.createIntent(...input));
    };
    let opened = 0;
    const createPurchase: typeof device.iap.createPurchase = (...input) => {
      opened++;
      return device.iap.createPurchase(...input);
    };
    const { kit, run, pass } = openKit(device, { backend: { ...backend, createIntent }, iap: { ...device.iap, createPurchase } });
    await run(kit.login('alice'));
    const bought = kit.purchase('gold60');
    await announced;
    await pass(60_000);
    answer();
    expect(await run(bought)).toMatchObject({ kind: 'failed', code: 'STORE_BUSY' });
    expect(opened).toBe(0);
  });

  test('and that never answers is given up, and looked for', async () => {
    const device = newDevice();
    const { backend, granted } = createFakeServer();
    const { kit, run, pass } = openKit(device, { backend, iap: { ...device.iap, createPurchase: never } });
    await run(kit.login('alice'));
    expect(await run(kit.purchase('gold60'))).toMatchObject({ kind: 'pending', code: 'OUTCOME_UNKNOWN' });
    const { purchaseOrderId } = await pay('gold60');
    await pass(HOUR_MS);
    expect(granted.get(purchaseOrderId)).toBe('alice');
  });
});

describe('a store that is asked too often, for ever', () => {
  test('at the finish of one order does not keep the next', async () => {
    const device = newDevice();
    const [first, second] = [await pay('gold60'), await pay('gold300')];
    const { backend, granted } = createFakeServer();
    const finishPurchase: typeof device.iap.finishPurchase = (context, parameter) =>
      parameter.purchaseOrderId === first.purchaseOrderId ? tooOften() : device.iap.finishPurchase(context, parameter);
    const { kit, run } = openKit(device, { backend, iap: { ...device.iap, finishPurchase } });
    expect(await run(kit.login('alice'))).toMatchObject({ complete: true });
    expect([...granted.keys()]).toEqual([first.purchaseOrderId, second.purchaseOrderId]);
    expect(store.findOrder(second.purchaseOrderId)?.finished).toBe(true);
  });

  test('about one type does not keep the others', async () => {
    const device = newDevice();
    const { purchaseOrderId } = await store.pay({
      user: `hostile-${users - 1}`,
      applicationId: APPLICATION_ID,
      productId: 'noads',
      productType: 1,
    });
    const { backend, granted } = createFakeServer();
    const queryPurchases: typeof device.iap.queryPurchases = (context, parameter) =>
      parameter.productType === 0 ? tooOften() : device.iap.queryPurchases(context, parameter);
    const { kit, run } = openKit(device, { backend, iap: { ...device.iap, queryPurchases } });
    expect(await run(kit.login('alice'))).toMatchObject({ complete: false });
    expect(granted.get(purchaseOrderId)).toBe('alice');
  });

  test('whether it sells at all leaves the question open', async () => {
    const device = newDevice();
    const { kit, run, timers } = openKit(device, {
      backend: createFakeServer().backend,
      iap: { ...device.iap, queryEnvironmentStatus: tooOften },
    });
    expect(await run(kit.available())).toMatchObject({ kind: 'unknown' });
    expect(timers.size).toBe(0);
  });
});

test('a clock that is set back makes nobody wait', async () => {
  const device = newDevice();
  const { backend, granted } = createFakeServer();
  let setBackMs = 0;
  const clock = device.clock.forLife(device.life);
  const { kit, run } = openKit(device, {
    backend,
    clock: { now: () => clock.now() - setBackMs, schedule: (delayMs, callback) => clock.schedule(delayMs, callback) },
  });
  await run(kit.login('alice'));
  setBackMs = HOUR_MS;
  const { purchaseOrderId } = await pay('gold60');
  const before = device.clock.now();
  await run(kit.redeliver());
  expect(granted.get(purchaseOrderId)).toBe('alice');
  expect(device.clock.now() - before).toBeLessThan(60_000);
});

test('orders on a page that was read are delivered although the next page fails', async () => {
  const device = newDevice(1);
  const [first] = [await pay('gold60'), await pay('gold300')];
  const { backend, granted } = createFakeServer();
  const queryPurchases: typeof device.iap.queryPurchases = (context, parameter) =>
    parameter.continuationToken === undefined
      ? device.iap.queryPurchases(context, parameter)
      : Promise.reject(Object.assign(new Error('no network'), { code: IAPErrorCode.NETWORK_ERROR }));
  const { kit, run } = openKit(device, { backend, iap: { ...device.iap, queryPurchases } });
  const found = await run(kit.login('alice'));
  expect(found).toMatchObject({ complete: false, delivered: [{ purchaseOrderId: first.purchaseOrderId }] });
  expect([...granted.keys()]).toEqual([first.purchaseOrderId]);
});

test('a list without an end is left, and what was read is delivered', async () => {
  const device = newDevice();
  await pay('gold60');
  const { backend, granted } = createFakeServer();
  const first = await device.iap.queryPurchases({}, { productType: 0 });
  const queryPurchases: typeof device.iap.queryPurchases = async (_context, { continuationToken }) =>
    continuationToken === undefined ? { ...first, continuationToken: 'next' } : { purchaseDataList: [], continuationToken: 'next' };
  const { kit, run } = openKit(device, {
    backend,
    iap: { ...device.iap, queryPurchases },
    products: [{ productId: 'gold60', productType: 0 }],
  });
  expect(await run(kit.login('alice'))).toMatchObject({ complete: false });
  expect(granted.size).toBe(1);
});

describe('a backend that never answers', () => {
  test('keeps nothing after it: a purchase is refused, and an order is presented again', async () => {
    const device = newDevice();
    const { purchaseOrderId } = await pay('gold60');
    const { backend, granted } = createFakeServer();
    let hangs = true;
    const { kit, run, pass } = openKit(device, {
      backend: {
        createIntent: never,
        submit: (...input) => (hangs ? never() : backend.submit(...input)),
        acknowledge: never,
        recheck: never,
      },
    });
    expect(await run(kit.login('alice'))).toMatchObject({ undelivered: [{ purchaseOrderId, code: 'BACKEND_UNREACHABLE' }] });
    expect(await run(kit.purchase('gold300'))).toMatchObject({ kind: 'failed', code: 'BACKEND_UNREACHABLE' });
    hangs = false;
    await pass(HOUR_MS);
    expect(granted.get(purchaseOrderId)).toBe('alice');
    expect(store.findOrder(purchaseOrderId)?.finished).toBe(true);
    expect(await run(kit.recheck())).toMatchObject({ complete: true });
  });

  test('nor does it keep the player who is told that an earlier order stands in the way', async () => {
    const device = newDevice();
    const { backend } = createFakeServer();
    const { kit, run } = openKit(device, { backend: { ...backend, submit: never } });
    for (const productId of ['gold60', 'gold300']) await pay(productId);
    void kit.login('alice');
    const before = device.clock.now();
    expect(await run(kit.purchase('gold300'))).toMatchObject({ kind: 'pending' });
    expect(device.clock.now() - before).toBeLessThanOrEqual(60_000);
  });
});

test('a backend that asks to be left alone for ever is asked again after ten minutes, and no sooner', async () => {
  const device = newDevice();
  await pay('gold60');
  let submitted = 0;
  const submit = async (): Promise<BackendAnswer> => {
    submitted++;
    return { kind: 'pending', mayFinish: false, final: false, next: 'ask-again', code: 'PENDING', retryAfterMs: Number.POSITIVE_INFINITY };
  };
  const { kit, run, pass } = openKit(device, { backend: { ...createFakeServer().backend, submit } });
  await run(kit.login('alice'));
  await pass(590_000);
  expect(submitted).toBe(1);
  await pass(60_000);
  expect(submitted).toBe(2);
});

test('what is rejected without an error is a failure like another', async () => {
  const device = newDevice();
  const nothing = () => Promise.reject();
  const { kit, run } = openKit(device, {
    backend: { createIntent: nothing, submit: nothing, acknowledge: nothing, recheck: nothing },
    iap: { ...device.iap, queryPurchases: nothing, queryEnvironmentStatus: nothing },
  });
  expect(await run(kit.login('alice'))).toMatchObject({ complete: false });
  expect(await run(kit.recheck())).toMatchObject({ complete: false });
  expect(await run(kit.purchase('gold60'))).toMatchObject({ kind: 'failed', code: 'BACKEND_UNREACHABLE' });
  expect(await run(kit.available())).toMatchObject({ kind: 'unknown' });
});

test('a call that throws before it begins leaves no timer', async () => {
  const device = newDevice();
  const throws = (): never => {
    throw new Error('not even a promise');
  };
  const { kit, run, timers } = openKit(device, {
    backend: createFakeServer().backend,
    iap: { ...device.iap, queryEnvironmentStatus: throws },
  });
  expect(await run(kit.available())).toMatchObject({ kind: 'unknown' });
  expect(timers.size).toBe(0);
});

test('a listener that fails, at once or later, keeps no order from being finished and is no unhandled rejection', async () => {
  const device = newDevice();
  const orders = [await pay('gold60'), await pay('gold300')];
  let calls = 0;
  const { kit, run, log } = openKit(device, {
    backend: createFakeServer().backend,
    events: {
      onGranted: (): unknown => {
        if (calls++ === 0) throw new Error('at once');
        return Promise.reject(new Error('later'));
      },
    },
  });
  await run(kit.login('alice'));
  for (const { purchaseOrderId } of orders) expect(store.findOrder(purchaseOrderId)?.finished).toBe(true);
  expect(log.filter((line) => line.includes('listener')).length).toBe(2);
});

test('no token, signed text or account reaches the log, whatever fails', async () => {
  const device = newDevice();
  const { purchaseToken, purchaseData } = await pay('gold60');
  const loud = () => Promise.reject(new Error(`${purchaseToken} ${purchaseData} alice`));
  const { backend } = createFakeServer();
  const waiting: BackendAnswer = { kind: 'granted', mayFinish: true, final: true, next: 'none' };
  const { kit, run, log } = openKit(device, {
    backend: { ...backend, submit: async () => waiting, acknowledge: loud, recheck: loud, createIntent: loud },
    iap: { ...device.iap, finishPurchase: loud, createPurchase: loud },
    buyWithoutIntent: true,
  });
  await run(kit.login('alice'));
  await run(kit.recheck());
  await run(kit.purchase('gold60'));
  expect(log.length).toBeGreaterThan(2);
  for (const secret of [purchaseToken, purchaseData, 'alice']) expect(log.join()).not.toContain(secret);
});
