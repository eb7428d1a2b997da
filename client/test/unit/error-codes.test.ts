import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { IAPErrorCode } from '../../../dev/store/iap-types.js';
import type { Store } from '../../../dev/store/store.js';
import { createPurchaseKit } from '../../src/main/ets/core/create-purchase-kit';
import { findIapError, toIapErrorCode } from '../../src/main/ets/core/error-codes';
import type { Text } from '../../src/main/ets/core/ports';
import { textOf } from '../../src/main/ets/core/texts';
import { APPLICATION_ID, createDevice, createTestStore, type App, type Device } from '../support/device';
import { createFakeServer, type FakeServer } from '../support/fake-backend';
import { createLife } from '../support/life';

type Name = keyof typeof IAPErrorCode;
const NAMES = Object.keys(IAPErrorCode) as Name[];
const HOUR_MS = 3_600_000;

let store: Store;
beforeAll(async () => {
  store = await createTestStore();
});

let users = 0;

interface Opened {
  readonly app: App;
  readonly device: Device;
  readonly server: FakeServer;
  /** Whatever the player was told by an event. */
  readonly told: Text[];
}

function open(): Opened {
  const device = createDevice(store, `coded-${users++}`);
  const server = createFakeServer();
  const told: Text[] = [];
  const tell = ({ message }: { readonly message: Text }) => void told.push(message);
  return { device, server, told, app: device.launch({ backend: server.backend, events: { onPending: tell, onProblem: tell } }) };
}

const pay = (user = `coded-${users - 1}`) => store.pay({ user, applicationId: APPLICATION_ID, productId: 'gold60', productType: 0 });
const count = ({ life }: App, call: string) => life.points.filter((point) => point === `iap.${call}: before`).length;

function expectSentence({ zh, en }: Text): void {
  expect(zh).toMatch(/^[^A-Z_]*\p{Script=Han}[^A-Z_]*[。]$/u);
  expect(en).toMatch(/^[A-Z].*\.$/);
  expect(`${zh} ${en}`).not.toMatch(/[A-Z]+_[A-Z]|\d{4,}|undefined/);
}

test('every code of the store has its name and a sentence of its own, in Chinese and in English', () => {
  for (const name of NAMES) {
    const facts = findIapError(IAPErrorCode[name]);
    expect(facts.name).toBe(name);
    expectSentence(facts.message);
    expect(facts.message, name).not.toEqual(textOf('a code without a sentence'));
  }
});

test('every code that the kit says by itself has a sentence of its own', () => {
  const folder = 'client/src/main/ets/core';
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) => !/verifier|error-codes|texts|available|\.js/.test(name),
  );
  const sources = files.filter((name) => name.endsWith('.ts')).map((name) => readFileSync(join(folder, name), 'utf8'));
  const codes = new Set(
    sources.flatMap((source) => [...source.matchAll(/'([A-Z]+_[A-Z_]+|PENDING|GRANTED|READY)'/g)].map(([, code = '']) => code)),
  );
  expect(codes.size).toBeGreaterThan(10);
  for (const code of codes) {
    expectSentence(textOf(code));
    expect(textOf(code), code).not.toEqual(textOf('a code without a sentence'));
  }
});

test('the code is read from a number and from a text, and an error without one is no known code', () => {
  expect(toIapErrorCode(Object.assign(new Error('x'), { code: '1001860051' }))).toBe(IAPErrorCode.PRODUCT_OWNED);
  expect(toIapErrorCode(Object.assign(new Error('x'), { code: 1001860051 }))).toBe(IAPErrorCode.PRODUCT_OWNED);
  expect(findIapError(toIapErrorCode(new Error('x')))).toMatchObject({ name: 'UNKNOWN_ERROR', next: 'redeliver' });
});

/** How buying ends when the store answers this before it took money, and no earlier order is undelivered. */
const BUYING: Readonly<Record<Name, readonly [kind: string, code: string]>> = {
  PARAMETER_ERROR: ['failed', 'PARAMETER_ERROR'],
  DEVICE_UNSUPPORTED: ['failed', 'DEVICE_UNSUPPORTED'],
  USER_CANCELED: ['cancelled', ''],
  SYSTEM_ERROR: ['pending', 'OUTCOME_UNKNOWN'],
  APP_NOT_AUTHORIZED: ['failed', 'APP_NOT_AUTHORIZED'],
  INVALID_PRODUCT: ['failed', 'INVALID_PRODUCT'],
  FREQUENT_CALLS: ['granted', ''],
  NETWORK_ERROR: ['pending', 'OUTCOME_UNKNOWN'],
  PRODUCT_TERRITORY_NOT_SUPPORTED: ['failed', 'PRODUCT_TERRITORY_NOT_SUPPORTED'],
  ACCOUNT_NOT_LOGGED_IN: ['failed', 'ACCOUNT_NOT_LOGGED_IN'],
  PRODUCT_OWNED: ['failed', 'PRODUCT_OWNED'],
  PURCHASE_NOT_PAID: ['failed', 'PURCHASE_NOT_PAID'],
  PURCHASE_FINISHED: ['failed', 'PURCHASE_FINISHED'],
  ACCOUNT_TERRITORY_NOT_SUPPORTED: ['failed', 'ACCOUNT_TERRITORY_NOT_SUPPORTED'],
  USER_NOT_ALLOWED: ['failed', 'USER_NOT_ALLOWED'],
  APP_NOT_DEBUG: ['failed', 'APP_NOT_DEBUG'],
  ACCOUNT_NOT_TEST: ['failed', 'ACCOUNT_NOT_TEST'],
  INVALID_PROMOTIONAL_OFFER: ['failed', 'INVALID_PROMOTIONAL_OFFER'],
  INVALID_PURCHASE_SIGNATURE: ['failed', 'INVALID_PURCHASE_SIGNATURE'],
  PURCHASE_ALREADY_REFUNDED: ['failed', 'PURCHASE_ALREADY_REFUNDED'],
  REFUND_NOT_ALLOWED: ['failed', 'REFUND_NOT_ALLOWED'],
};

/** After these an order may be paid, or an earlier one stands in the way: the store is asked what is undelivered. */
const LOOKS: readonly Name[] = ['SYSTEM_ERROR', 'NETWORK_ERROR', 'PRODUCT_OWNED'];

describe.each(NAMES)('buying is answered %s', (name) => {
  const [kind, code] = BUYING[name];

  test(`it ends ${kind} ${code}, with a sentence and without an exception`, async () => {
    const { app, device } = open();
    await app.run(app.kit.login('alice'));
    const looks = count(app, 'queryPurchases');
    device.iap.failNext('createPurchase', IAPErrorCode[name], 'before');
    const result = await app.run(app.kit.purchase('gold60'));
    expect(result).toMatchObject({ kind, code, redelivered: false });
    expectSentence(result?.message ?? { zh: '', en: '' });
    expect(count(app, 'createPurchase')).toBe(name === 'FREQUENT_CALLS' ? 2 : 1);
    expect(count(app, 'queryPurchases') > looks).toBe(LOOKS.includes(name));
  });

  test('an order that was paid all the same is granted and finished, now or at the next look', async () => {
    const { app, device, server } = open();
    await app.run(app.kit.login('alice'));
    const { purchaseOrderId } = await pay();
    device.iap.failNext('createPurchase', IAPErrorCode[name], 'before');
    const result = await app.run(app.kit.purchase('gold60'));
    if (LOOKS.includes(name)) expect(result).toMatchObject({ kind: 'granted', redelivered: true, purchaseOrderIds: [purchaseOrderId] });
    await app.run(app.kit.redeliver());
    expect(server.granted.get(purchaseOrderId)).toBe('alice');
    expect(store.findOrder(purchaseOrderId)?.finished).toBe(true);
  });
});

test('a code that Huawei adds later leaves the outcome open: it is looked for, and not bought again', async () => {
  const { app, device } = open();
  await app.run(app.kit.login('alice'));
  device.iap.failNext('createPurchase', 1001869999 as IAPErrorCode, 'before');
  const result = await app.run(app.kit.purchase('gold60'));
  expect(result).toMatchObject({ kind: 'pending', code: 'OUTCOME_UNKNOWN' });
  expectSentence(result?.message ?? { zh: '', en: '' });
  expect(count(app, 'createPurchase')).toBe(1);
});

describe.each(NAMES)('the list of purchases is answered %s', (name) => {
  test('the player hears nothing, and what is undelivered is found at the next question', async () => {
    const { app, device, server, told } = open();
    const { purchaseOrderId } = await pay();
    device.iap.failNext('queryPurchases', IAPErrorCode[name], 'before');
    const found = await app.run(app.kit.login('alice'));
    expect(found?.complete).toBe(name === 'FREQUENT_CALLS');
    await device.clock.runFor(HOUR_MS, app.life);
    expect(server.granted.get(purchaseOrderId)).toBe('alice');
    expect(store.findOrder(purchaseOrderId)?.finished).toBe(true);
    expect(told).toEqual([]);
  });
});

describe.each(NAMES)('the finish is answered %s', (name) => {
  test('the goods are granted all the same, and the order is finished in the end', async () => {
    const { app, device, server, told } = open();
    const { purchaseOrderId } = await pay();
    device.iap.failNext('finishPurchase', IAPErrorCode[name], 'before');
    const found = await app.run(app.kit.login('alice'));
    expect(found?.delivered).toMatchObject([{ purchaseOrderId }]);
    // PURCHASE_FINISHED is the store's word that it is done already: the server hears of it, nothing is tried again.
    expect(server.acknowledged.has(purchaseOrderId)).toBe(name === 'PURCHASE_FINISHED' || name === 'FREQUENT_CALLS');
    await device.clock.runFor(HOUR_MS, app.life);
    expect(server.acknowledged).toContain(purchaseOrderId);
    expect(store.findOrder(purchaseOrderId)?.finished).toBe(name !== 'PURCHASE_FINISHED');
    expect(server.granted.get(purchaseOrderId)).toBe('alice');
    expect(told).toEqual([]);
  });

  test('although it took effect: the server is told of it', async () => {
    const { app, device, server } = open();
    const { purchaseOrderId } = await pay();
    device.iap.failNext('finishPurchase', IAPErrorCode[name], 'after');
    await app.run(app.kit.login('alice'));
    await device.clock.runFor(HOUR_MS, app.life);
    expect(store.findOrder(purchaseOrderId)?.finished).toBe(true);
    expect(server.acknowledged).toContain(purchaseOrderId);
  });
});

describe('kit.available', () => {
  const KINDS: Readonly<Partial<Record<Name, string>>> = {
    FREQUENT_CALLS: 'ready',
    ACCOUNT_NOT_LOGGED_IN: 'not-signed-in',
    ACCOUNT_TERRITORY_NOT_SUPPORTED: 'region',
    PRODUCT_TERRITORY_NOT_SUPPORTED: 'region',
    DEVICE_UNSUPPORTED: 'unsupported',
  };

  test.each(NAMES)('%s is told in a sentence, before anybody has signed in to the game', async (name) => {
    const { app, device } = open();
    device.iap.failNext('queryEnvironmentStatus', IAPErrorCode[name], 'before');
    const availability = await app.run(app.kit.available());
    const kind = KINDS[name] ?? 'unknown';
    expect(availability).toMatchObject({ kind, code: kind === 'ready' ? '' : name });
    expectSentence(availability?.message ?? { zh: '', en: '' });
  });

  test('ready is ready', async () => {
    const { app } = open();
    const availability = await app.run(app.kit.available());
    expect(availability).toMatchObject({ kind: 'ready', code: '' });
    expectSentence(availability?.message ?? { zh: '', en: '' });
  });

  test('who asks again soon waits for the turn that the store grants', async () => {
    const { app, device } = open();
    await app.run(app.kit.available());
    const before = device.clock.now();
    await app.run(app.kit.available());
    expect(device.clock.now() - before).toBe(5_000);
  });

  test('a store that never answers is told too, after half a minute', async () => {
    const device = createDevice(store, `coded-${users++}`);
    const iap = { ...device.iap, queryEnvironmentStatus: () => new Promise<void>(() => {}) };
    const { backend } = createFakeServer();
    const life = createLife();
    // Not by `launch`, whose clock waits for every call that is on its way.
    const kit = createPurchaseKit({
      iap,
      backend,
      context: {},
      storage: device.storage,
      clock: device.clock.forLife(life),
      logger: { info() {}, warn() {} },
      products: [],
      apiVersion: 15,
    });
    const asked = kit.available();
    await device.clock.runUntil(asked, life);
    const availability = await asked;
    expect(availability.kind).toBe('unknown');
    expectSentence(availability.message);
  });
});
