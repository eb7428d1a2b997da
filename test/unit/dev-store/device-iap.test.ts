import { decodeJwt } from 'jose';
import { beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { createDeviceIap, type DeviceIapOptions } from '../../../dev/store/device-iap.js';
import { BusinessError, IAPErrorCode, ProductType, PurchaseQueryType } from '../../../dev/store/iap-types.js';
import { createStorePki, type StorePki } from '../../../dev/store/pki.js';
import { createStore } from '../../../dev/store/store.js';

const APPLICATION_ID = '5765880207854356261';
const CONTEXT = {};
const DAY_MS = 86_400_000;
const COINS = { productId: 'coins.100', productType: ProductType.CONSUMABLE };
const NO_ADS = { productId: 'no-ads', productType: ProductType.NONCONSUMABLE };
const MONTHLY = { productId: 'vip.monthly', productType: ProductType.AUTORENEWABLE };
const SEASON = { productId: 'season.pass', productType: ProductType.NONRENEWABLE };
const PRODUCTS = [COINS, NO_ADS, MONTHLY, SEASON].map((product) => ({ ...product, price: 600 }));
const ORDER = z.object({ purchaseOrderId: z.string(), purchaseToken: z.string(), productType: z.string() }).loose();
const PURCHASE_DATA = z.object({ jwsPurchaseOrder: z.string().optional(), jwsSubscriptionStatus: z.string().optional() });
const STATUS = z.object({ lastSubscriptionStatus: z.object({ lastPurchaseOrder: ORDER }) });

let pki: StorePki;
beforeAll(async () => {
  pki = await createStorePki();
});

function aDevice(options: Partial<DeviceIapOptions> = {}) {
  let now = Date.parse('2026-11-24T08:00:00Z');
  const store = createStore({ pki, clock: () => new Date(now) });
  const iap = createDeviceIap({ store, user: 'payer', applicationId: APPLICATION_ID, products: PRODUCTS, ...options });
  return { iap, store, pass: (ms: number) => (now += ms) };
}
type Device = ReturnType<typeof aDevice>;

function readOrder(purchaseData: string) {
  const { jwsPurchaseOrder, jwsSubscriptionStatus } = PURCHASE_DATA.parse(JSON.parse(purchaseData));
  if (jwsPurchaseOrder !== undefined) return ORDER.parse(decodeJwt(jwsPurchaseOrder));
  return STATUS.parse(decodeJwt(jwsSubscriptionStatus ?? '')).lastSubscriptionStatus.lastPurchaseOrder;
}

async function buy({ iap }: Device, parameter: Parameters<typeof iap.createPurchase>[1]) {
  return readOrder((await iap.createPurchase(CONTEXT, parameter)).purchaseData);
}

async function list({ iap }: Device, productType: ProductType, queryType?: PurchaseQueryType) {
  const { purchaseDataList } = await iap.queryPurchases(CONTEXT, { productType, ...(queryType !== undefined && { queryType }) });
  return purchaseDataList.map((data) => readOrder(data).purchaseOrderId);
}

function finish({ iap }: Device, productType: ProductType, { purchaseToken, purchaseOrderId }: z.infer<typeof ORDER>) {
  return iap.finishPurchase(CONTEXT, { productType, purchaseToken, purchaseOrderId });
}

test.each([COINS, SEASON])('type $productType cannot be bought again until it is finished, and then can', async (product) => {
  const device = aDevice();
  const order = await buy(device, product);
  await expect(buy(device, product)).rejects.toMatchObject({ code: IAPErrorCode.PRODUCT_OWNED });
  expect(await list(device, product.productType)).toEqual([order.purchaseOrderId]);
  await finish(device, product.productType, order);
  expect(await list(device, product.productType)).toEqual([]);
  await expect(buy(device, product)).resolves.toBeDefined();
});

test('an unfinished product is in the way of itself alone', async () => {
  const device = aDevice();
  await buy(device, COINS);
  await expect(buy(device, SEASON)).resolves.toBeDefined();
});

test('a non-consumable is unfinished and an entitlement at once, and owned for ever after its finish', async () => {
  const device = aDevice();
  const order = await buy(device, NO_ADS);
  expect(await list(device, 1)).toEqual([order.purchaseOrderId]);
  expect(await list(device, 1, PurchaseQueryType.CURRENT_ENTITLEMENT)).toEqual([order.purchaseOrderId]);
  await finish(device, 1, order);
  expect(await list(device, 1)).toEqual([]);
  expect(await list(device, 1, PurchaseQueryType.CURRENT_ENTITLEMENT)).toEqual([order.purchaseOrderId]);
  await expect(buy(device, NO_ADS)).rejects.toMatchObject({ code: IAPErrorCode.PRODUCT_OWNED });
});

test('in the sandbox a finished non-consumable is returned no more and can be bought again', async () => {
  const device = aDevice({ environment: 'SANDBOX' });
  await finish(device, 1, await buy(device, NO_ADS));
  expect(await list(device, 1, PurchaseQueryType.CURRENT_ENTITLEMENT)).toEqual([]);
  await expect(buy(device, NO_ADS)).resolves.toMatchObject({ environment: 'SANDBOX' });
});

test('an undelivered subscription answers SYSTEM_ERROR, a delivered active one PRODUCT_OWNED, an expired one sells again', async () => {
  const device = aDevice();
  const order = await buy(device, MONTHLY);
  const undelivered = { code: IAPErrorCode.SYSTEM_ERROR, message: expect.stringContaining('NOT_SHIP_CONFIRM') as unknown };
  await expect(buy(device, MONTHLY)).rejects.toMatchObject(undelivered);
  await finish(device, 2, order);
  await expect(buy(device, MONTHLY)).rejects.toMatchObject({ code: IAPErrorCode.PRODUCT_OWNED });
  device.pass(31 * DAY_MS);
  expect(await list(device, 2, PurchaseQueryType.CURRENT_ENTITLEMENT)).toEqual([]);
  await expect(buy(device, MONTHLY)).resolves.toBeDefined();
});

test('a subscription is listed once, with its newest charge, which needs a finish of its own', async () => {
  const device = aDevice();
  const first = await buy(device, MONTHLY);
  await finish(device, 2, first);
  const renewal = await device.store.renew(first.purchaseOrderId);
  expect(await list(device, 2, PurchaseQueryType.ALL)).toEqual([renewal.purchaseOrderId]);
  expect(await list(device, 2)).toEqual([renewal.purchaseOrderId]);
  await finish(device, 2, { ...first, purchaseOrderId: renewal.purchaseOrderId });
  expect(await list(device, 2)).toEqual([]);
});

test('consumables are in the history for ever and never an entitlement', async () => {
  const device = aDevice();
  const order = await buy(device, COINS);
  await finish(device, 0, order);
  expect(await list(device, 0, PurchaseQueryType.ALL)).toEqual([order.purchaseOrderId]);
  expect(await list(device, 0, PurchaseQueryType.CURRENT_ENTITLEMENT)).toEqual([]);
});

test('a revoked order drops out of entitlements and of the unfinished, and is in the way of nothing', async () => {
  const device = aDevice();
  const order = await buy(device, NO_ADS);
  device.store.revoke(order.purchaseOrderId, '1');
  expect(await list(device, 1)).toEqual([]);
  expect(await list(device, 1, PurchaseQueryType.CURRENT_ENTITLEMENT)).toEqual([]);
  expect(await list(device, 1, PurchaseQueryType.ALL)).toEqual([order.purchaseOrderId]);
  await expect(finish(device, 1, order)).rejects.toMatchObject({ code: IAPErrorCode.PURCHASE_NOT_PAID });
  await expect(buy(device, NO_ADS)).resolves.toBeDefined();
});

test('the second finish of an order answers PURCHASE_FINISHED', async () => {
  const device = aDevice();
  const order = await buy(device, COINS);
  await finish(device, 0, order);
  await expect(finish(device, 0, order)).rejects.toMatchObject({ code: IAPErrorCode.PURCHASE_FINISHED });
});

test('an order that is unpaid, unknown, another user’s or named by another token or type answers PURCHASE_NOT_PAID', async () => {
  const device = aDevice();
  const placed = device.store.place({ user: 'payer', applicationId: APPLICATION_ID, ...COINS });
  const strange = await device.store.pay({ user: 'stranger', applicationId: APPLICATION_ID, ...COINS });
  const mine = await buy(device, COINS);
  const named = [
    { productType: 0, purchaseToken: placed.purchaseToken, purchaseOrderId: placed.purchaseOrderId },
    { productType: 0, purchaseToken: mine.purchaseToken, purchaseOrderId: 'nothing' },
    { productType: 0, purchaseToken: strange.purchaseToken, purchaseOrderId: strange.purchaseOrderId },
    { productType: 0, purchaseToken: strange.purchaseToken, purchaseOrderId: mine.purchaseOrderId },
    { productType: 3, purchaseToken: mine.purchaseToken, purchaseOrderId: mine.purchaseOrderId },
  ] as const;
  for (const parameter of named) {
    await expect(device.iap.finishPurchase(CONTEXT, parameter)).rejects.toMatchObject({ code: IAPErrorCode.PURCHASE_NOT_PAID });
  }
  expect(device.store.findOrder(mine.purchaseOrderId)).toMatchObject({ finished: false });
});

test('the type as the payload spells it, a string, is refused by finishPurchase', async () => {
  const device = aDevice();
  const order = await buy(device, COINS);
  const spelled = order.productType as unknown as ProductType;
  await expect(finish(device, spelled, order)).rejects.toMatchObject({ code: IAPErrorCode.PARAMETER_ERROR });
});

test.each([
  { ...COINS, quantity: 0 },
  { ...COINS, quantity: 11 },
  { ...COINS, quantity: 1.5 },
  { ...NO_ADS, quantity: 1 },
  { ...MONTHLY, quantity: 2 },
])('$quantity of type $productType is refused and not paid', async (parameter) => {
  const device = aDevice();
  await expect(buy(device, parameter)).rejects.toMatchObject({ code: IAPErrorCode.PARAMETER_ERROR });
  expect(device.store.listOrders({ user: 'payer' })).toEqual([]);
});

test('a batch costs its pieces, and the payload says how many; without a quantity it says none', async () => {
  const device = aDevice();
  expect(await buy(device, { ...COINS, quantity: 3 })).toMatchObject({ quantity: 3, price: 1800 });
  expect(await buy(device, SEASON)).not.toHaveProperty('quantity');
});

test('a developerPayload comes back, cut at 256 characters', async () => {
  const device = aDevice();
  const order = await buy(device, { ...COINS, developerPayload: `v1.${'p'.repeat(300)}` });
  expect(order['developerPayload']).toBe(`v1.${'p'.repeat(253)}`);
});

test.each([
  { productId: 'unheard-of', productType: ProductType.CONSUMABLE },
  { ...COINS, productType: ProductType.NONCONSUMABLE },
])('$productId as type $productType is an invalid product', async (parameter) => {
  const device = aDevice();
  await expect(buy(device, parameter)).rejects.toMatchObject({ code: IAPErrorCode.INVALID_PRODUCT });
});

test('pages lead to every order once, even when some are finished between pages', async () => {
  const device = aDevice({ pageSize: 2 });
  const paid = [];
  for (let count = 0; count < 5; count += 1) {
    paid.push(await device.store.pay({ user: 'payer', applicationId: APPLICATION_ID, ...COINS }));
  }
  const seen: string[] = [];
  let continuationToken: string | undefined;
  do {
    const page = await device.iap.queryPurchases(CONTEXT, {
      productType: 0,
      ...(continuationToken !== undefined && { continuationToken }),
    });
    const orders = page.purchaseDataList.map(readOrder);
    expect(orders.length).toBeLessThanOrEqual(2);
    for (const order of orders) await finish(device, 0, order);
    seen.push(...orders.map(({ purchaseOrderId }) => purchaseOrderId));
    ({ continuationToken } = page);
  } while (continuationToken !== undefined);
  expect(seen).toEqual(paid.map(({ purchaseOrderId }) => purchaseOrderId));
});

test('a last page that is full carries no token, and a token of another query is refused', async () => {
  const device = aDevice({ pageSize: 1 });
  for (const productId of ['a', 'b']) await device.store.pay({ user: 'payer', applicationId: APPLICATION_ID, productId, productType: 0 });
  const { continuationToken = '' } = await device.iap.queryPurchases(CONTEXT, { productType: 0 });
  expect(await device.iap.queryPurchases(CONTEXT, { productType: 0, continuationToken })).not.toHaveProperty('continuationToken');
  const other = { productType: 0, queryType: PurchaseQueryType.ALL, continuationToken } as const;
  await expect(device.iap.queryPurchases(CONTEXT, other)).rejects.toMatchObject({ code: IAPErrorCode.PARAMETER_ERROR });
});

test('a device sees the orders of its user, application and environment alone; a second device of the user sees the same', async () => {
  const device = aDevice();
  const order = await buy(device, COINS);
  const common = { store: device.store, user: 'payer', applicationId: APPLICATION_ID, products: PRODUCTS };
  const seenBy = (change: Partial<DeviceIapOptions>) => list({ ...device, iap: createDeviceIap({ ...common, ...change }) }, 0);
  expect(await seenBy({})).toEqual([order.purchaseOrderId]);
  expect(await seenBy({ user: 'another' })).toEqual([]);
  expect(await seenBy({ applicationId: '1' })).toEqual([]);
  expect(await seenBy({ environment: 'SANDBOX' })).toEqual([]);
});

test('of many simultaneous purchases of one product by one user a single one is paid', async () => {
  const device = aDevice();
  const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => buy(device, COINS)));
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect(device.store.listOrders({ user: 'payer' })).toHaveLength(1);
});

test('a purchase that fails before its effect is not paid; one that fails after it is, and is found unfinished', async () => {
  const device = aDevice();
  device.iap.failNext('createPurchase', IAPErrorCode.USER_CANCELED, 'before');
  device.iap.failNext('createPurchase', IAPErrorCode.SYSTEM_ERROR, 'after');
  await expect(buy(device, COINS)).rejects.toMatchObject({ code: IAPErrorCode.USER_CANCELED });
  expect(await list(device, 0)).toEqual([]);
  await expect(buy(device, COINS)).rejects.toMatchObject({ code: IAPErrorCode.SYSTEM_ERROR });
  expect(await list(device, 0)).toHaveLength(1);
  await expect(buy(device, COINS)).rejects.toMatchObject({ code: IAPErrorCode.PRODUCT_OWNED });
});

test('a finish whose answer is lost has finished the order', async () => {
  const device = aDevice();
  const order = await buy(device, COINS);
  device.iap.failNext('finishPurchase', IAPErrorCode.NETWORK_ERROR, 'after');
  await expect(finish(device, 0, order)).rejects.toMatchObject({ code: IAPErrorCode.NETWORK_ERROR });
  await expect(finish(device, 0, order)).rejects.toMatchObject({ code: IAPErrorCode.PURCHASE_FINISHED });
});

test('an error is an Error with a numeric code, and a planned one is used once', async () => {
  const { iap } = aDevice();
  iap.failNext('queryEnvironmentStatus', IAPErrorCode.ACCOUNT_NOT_LOGGED_IN, 'before');
  const error = await iap.queryEnvironmentStatus(CONTEXT).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(BusinessError);
  expect(error).toMatchObject({ code: 1001860050, message: 'ACCOUNT_NOT_LOGGED_IN' });
  await expect(iap.queryEnvironmentStatus(CONTEXT)).resolves.toBeUndefined();
});

test('products are told with price in yuan and in millionths, and an unknown one is refused', async () => {
  const { iap } = aDevice();
  const query = (id: string) => iap.queryProducts(CONTEXT, { productType: ProductType.CONSUMABLE, productIds: [id] });
  expect(await query('coins.100')).toMatchObject([
    { id: 'coins.100', type: 0, localPrice: '￥6.00', microPrice: 6_000_000, currency: 'CNY' },
  ]);
  await expect(query('no-ads')).rejects.toMatchObject({ code: IAPErrorCode.INVALID_PRODUCT });
});

test('an offer is refused: the simulator has none', async () => {
  const device = aDevice();
  const parameter = { ...MONTHLY, promotionalOfferId: 'spring' };
  await expect(buy(device, parameter)).rejects.toMatchObject({ code: IAPErrorCode.INVALID_PROMOTIONAL_OFFER });
});
