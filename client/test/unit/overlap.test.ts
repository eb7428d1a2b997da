import { beforeAll, expect, test } from 'vitest';
import { IAPErrorCode } from '../../../dev/store/iap-types.js';
import { createStorePki } from '../../../dev/store/pki.js';
import { createStore, type Store } from '../../../dev/store/store.js';
import { createLocalDelivery } from '../../src/main/ets/core/local/create-local-delivery';
import type { BackendAnswer, Intent } from '../../src/main/ets/core/ports';
import { APPLICATION_ID } from '../support/device';
import { createFakeServer } from '../support/fake-backend';
import { createWatchedDevice, openKit, type WatchedDevice } from '../support/open-kit';
import { webCrypto } from '../support/web-crypto';

let store: Store;
let trustedRoots: readonly string[];
beforeAll(async () => {
  const pki = await createStorePki();
  store = createStore({ pki, clock: () => new Date() });
  trustedRoots = [pki.rootFingerprint];
});

let users = 0;
const newDevice = (): WatchedDevice => createWatchedDevice(store, `overlapping-${users++}`);
const pay = (productId: string) =>
  store.pay({ user: `overlapping-${users - 1}`, applicationId: APPLICATION_ID, productId, productType: 0 });

interface Gate {
  /** A call comes to it, and waits until it is open. */
  pass(): Promise<void>;
  /** Some call waits at it. */
  readonly reached: Promise<void>;
  open(): void;
}

function createGate(): Gate {
  let open = () => {};
  let reach = () => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  const reached = new Promise<void>((resolve) => (reach = resolve));
  return {
    reached,
    open: () => open(),
    pass() {
      reach();
      return opened;
    },
  };
}

/** A store whose lists are made at once and arrive when the gate lets them. */
function holdLists(device: WatchedDevice, gate: Gate): WatchedDevice['iap'] & { holds: boolean } {
  const iap = {
    ...device.iap,
    holds: false,
    async queryPurchases(...input: Parameters<typeof device.iap.queryPurchases>) {
      const listed = await device.iap.queryPurchases(...input);
      if (iap.holds) await gate.pass();
      return listed;
    },
  };
  return iap;
}

test('an account that signs out and in again in the middle of a submission is delivered without another trigger', async () => {
  const device = newDevice();
  const { purchaseOrderId } = await pay('gold60');
  const { backend, granted } = createFakeServer();
  const gate = createGate();
  const listedAgain = createGate();
  listedAgain.open();
  const submit: typeof backend.submit = (...input) => gate.pass().then(() => backend.submit(...input));
  let lists = 0;
  const iap = {
    ...device.iap,
    async queryPurchases(...input: Parameters<typeof device.iap.queryPurchases>) {
      const listed = await device.iap.queryPurchases(...input);
      if (++lists === 2) void listedAgain.pass();
      return listed;
    },
  };
  const { kit, run } = openKit(device, { backend: { ...backend, submit }, iap });
  const first = kit.login('alice');
  await run(gate.reached);
  kit.logout();
  const second = kit.login('alice');
  await run(listedAgain.reached);
  gate.open();
  expect(await run(first)).toMatchObject({ complete: false });
  expect(await run(second)).toMatchObject({ complete: true, delivered: [{ purchaseOrderId }] });
  expect(granted.get(purchaseOrderId)).toBe('alice');
  expect(store.findOrder(purchaseOrderId)?.finished).toBe(true);
});

test('what is paid after its account has signed out and in again is delivered without another trigger', async () => {
  const device = newDevice();
  const { backend, granted } = createFakeServer();
  const gate = createGate();
  const iap = {
    ...device.iap,
    createPurchase: (...input: Parameters<typeof device.iap.createPurchase>) => gate.pass().then(() => device.iap.createPurchase(...input)),
  };
  const { kit, run, pass } = openKit(device, { backend, iap });
  await run(kit.login('alice'));
  const bought = kit.purchase('gold60');
  await run(gate.reached);
  kit.logout();
  await run(kit.login('alice'));
  gate.open();
  expect(await run(bought)).toMatchObject({ kind: 'pending', code: 'ACCOUNT_CHANGED' });
  await pass(60_000);
  expect([...granted.values()]).toEqual(['alice']);
});

test('a list from before a purchase does not make the server believe that the purchase is finished', async () => {
  const device = newDevice();
  const { backend, acknowledged } = createFakeServer();
  const gate = createGate();
  const iap = holdLists(device, gate);
  const { kit, run, pass } = openKit(device, { backend, iap });
  await run(kit.login('alice'));
  iap.holds = true;
  const looked = kit.redeliver();
  await run(gate.reached);
  device.iap.failNext('finishPurchase', IAPErrorCode.NETWORK_ERROR, 'before');
  const result = await kit.purchase('gold60');
  expect(result).toMatchObject({ kind: 'granted' });
  gate.open();
  await run(looked);
  const [id = ''] = result.purchaseOrderIds;
  expect(store.findOrder(id)?.finished).toBe(false);
  expect(acknowledged).not.toContain(id);
  await pass(120_000);
  expect(store.findOrder(id)?.finished).toBe(true);
  expect(acknowledged).toContain(id);
});

test('a list from before a purchase does not take away what was bought', async () => {
  const device = newDevice();
  const goods = createLocalDelivery({
    crypto: device.life.wrap('crypto', webCrypto),
    applicationId: APPLICATION_ID,
    environments: ['NORMAL'],
    trustedRoots,
    initial: 0,
    apply: (gold: number) => gold + 60,
  });
  const gate = createGate();
  const iap = holdLists(device, gate);
  const { kit, run } = openKit(device, { local: goods, iap, products: [{ productId: 'noads', productType: 1 }] });
  await run(kit.login('device'));
  iap.holds = true;
  const looked = kit.redeliver();
  await run(gate.reached);
  expect(await kit.purchase('noads')).toMatchObject({ kind: 'granted' });
  gate.open();
  await run(looked);
  expect(await goods.ownedProducts()).toEqual(['noads']);
});

test('whoever asked for a re-check hears of no other account', async () => {
  const device = newDevice();
  const { backend } = createFakeServer();
  await pay('gold60');
  const gate = createGate();
  const { kit, run } = openKit(device, {
    backend: {
      ...backend,
      recheck: () => gate.pass(),
    },
    products: [],
  });
  await run(kit.login('alice'));
  const rechecked = kit.recheck();
  await run(gate.reached);
  await run(kit.login('bob'));
  gate.open();
  expect(await run(rechecked)).toEqual({ delivered: [], undelivered: [], complete: false });
});

test('an earlier order that is found is redelivered, whatever payload a backend gives', async () => {
  const device = newDevice();
  const { backend } = createFakeServer();
  const createIntent = async (): Promise<Intent> => ({ developerPayload: 'v1.0.alice' });
  const { kit, run } = openKit(device, { backend: { ...backend, createIntent } });
  await run(kit.login('alice'));
  const user = `overlapping-${users - 1}`;
  await store.pay({ user, applicationId: APPLICATION_ID, productId: 'gold60', productType: 0, developerPayload: 'v1.0.alice' });
  expect(await run(kit.purchase('gold60'))).toMatchObject({ kind: 'granted', redelivered: true });
});

test('after the end of a session no timer is left to look again', async () => {
  const device = newDevice();
  const { backend } = createFakeServer();
  const gate = createGate();
  const iap = {
    ...device.iap,
    finishPurchase: (...input: Parameters<typeof device.iap.finishPurchase>) => gate.pass().then(() => device.iap.finishPurchase(...input)),
  };
  const submit = async (): Promise<BackendAnswer> => ({
    kind: 'pending',
    mayFinish: true,
    final: false,
    next: 'ask-again',
    code: 'PENDING',
  });
  const { kit, run, timers } = openKit(device, { backend: { ...backend, submit }, iap });
  await run(kit.login('alice'));
  const bought = kit.purchase('gold60');
  await run(gate.reached);
  kit.close();
  gate.open();
  await run(bought);
  expect(timers.size).toBe(0);
});
