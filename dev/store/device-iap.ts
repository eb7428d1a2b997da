import { createCallRate } from './call-rate.js';
import { parseContinuationToken, toContinuationToken } from './continuation-token.js';
import { createFaults, type FaultMoment, type IapCall } from './faults.js';
import { checkParameter, FINISH_PARAMETER, PRODUCTS_PARAMETER, PURCHASE_PARAMETER, QUERY_PARAMETER } from './iap-parameters.js';
import {
  BusinessError,
  type CreatePurchaseResult,
  type FinishPurchaseParameter,
  IAPErrorCode,
  type Product,
  ProductType,
  type PurchaseParameter,
  PurchaseQueryType,
  type QueryProductsParameter,
  type QueryPurchaseResult,
  type QueryPurchasesParameter,
} from './iap-types.js';
import { findRefusal, isListed, isPaid } from './ownership.js';
import type { Order, StoreEnvironment } from './purchase-order.js';
import type { Store } from './store.js';

/** A product as it is set up in the store's console. */
export interface StoreProduct {
  readonly productId: string;
  readonly productType: ProductType;
  /** Fen, for one piece. */
  readonly price: number;
  readonly name?: string;
}

export interface DeviceIapOptions {
  readonly store: Store;
  /** The Huawei ID that is signed in; two devices of one user share its orders. */
  readonly user: string;
  readonly applicationId: string;
  readonly products: readonly StoreProduct[];
  readonly environment?: StoreEnvironment;
  /** Entries of `queryPurchases` in one answer. */
  readonly pageSize?: number;
  /** Calls of a kind that come sooner than this after the one before are answered FREQUENT_CALLS; 0, the default, lets all through. */
  readonly callIntervalMs?: number;
  /** The device's time, which call intervals are counted in; the store's unless said otherwise. */
  readonly clock?: () => Date;
  /** Whether a refunded order stays in the lists, its document naming the revocation. Huawei is silent; off unless said otherwise. */
  readonly listsRevoked?: boolean;
}

/** Huawei's `iap` as an app on one device sees it, with a way to make its calls fail. */
export interface DeviceIap {
  createPurchase(context: object, parameter: PurchaseParameter): Promise<CreatePurchaseResult>;
  queryPurchases(context: object, parameter: QueryPurchasesParameter): Promise<QueryPurchaseResult>;
  finishPurchase(context: object, parameter: FinishPurchaseParameter): Promise<void>;
  queryEnvironmentStatus(context: object): Promise<void>;
  queryProducts(context: object, parameter: QueryProductsParameter): Promise<Product[]>;
  /** The next call of this kind throws this code, before or after its effect. */
  failNext(call: IapCall, code: IAPErrorCode, moment: FaultMoment): void;
  /** The next purchase waits for a consent or a payment: its document has no `purchaseTime`, until the store is told to `complete` it. */
  holdNextPayment(): void;
}

interface Device extends Required<DeviceIapOptions> {
  /** Answers once for each payment that was asked to wait. */
  takeHold(): boolean;
}

const PAGE_SIZE = 10;
/** The device side of this store for one signed-in user and one app. */
export function createDeviceIap(options: DeviceIapOptions): DeviceIap {
  let holds = 0;
  const takeHold = (): boolean => holds > 0 && holds-- > 0;
  const { clock } = options.store;
  const device: Device = {
    environment: 'NORMAL',
    pageSize: PAGE_SIZE,
    callIntervalMs: 0,
    clock,
    listsRevoked: false,
    ...options,
    takeHold,
  };
  const faults = createFaults();
  const rate = createCallRate(device.callIntervalMs, device.clock);
  const run = <T>(call: IapCall, kind: readonly unknown[], work: () => T | Promise<T>): Promise<T> =>
    faults.run(call, () => {
      rate.count([call, ...kind].join());
      return work();
    });
  return {
    createPurchase: (_context, parameter) => run('createPurchase', [parameter.productType], () => createPurchase(device, parameter)),
    queryPurchases(_context, parameter) {
      const { productType, queryType = PurchaseQueryType.UNFINISHED, continuationToken } = parameter;
      // The token makes a kind of its own: the pages of one query are not held apart.
      return run('queryPurchases', [productType, queryType, continuationToken], () => queryPurchases(device, parameter));
    },
    finishPurchase: (_context, parameter) => run('finishPurchase', [parameter.purchaseOrderId], () => finishPurchase(device, parameter)),
    queryEnvironmentStatus: () => run('queryEnvironmentStatus', [], () => {}),
    queryProducts: (_context, parameter) => run('queryProducts', [parameter.productType], () => queryProducts(device, parameter)),
    failNext: faults.failNext,
    holdNextPayment: () => void (holds += 1),
  };
}

// No await between the look at earlier orders and the payment: two devices never both buy.
async function createPurchase(device: Device, parameter: PurchaseParameter): Promise<CreatePurchaseResult> {
  checkParameter(PURCHASE_PARAMETER, parameter);
  const { store, user, applicationId, environment } = device;
  const { productId, productType, quantity, developerPayload } = parameter;
  const { price } = getProduct(device, productId, productType);
  if (parameter.promotionalOfferId !== undefined) throw new BusinessError(IAPErrorCode.INVALID_PROMOTIONAL_OFFER);
  const earlier = listOrders(device, productType).filter((order) => order.productId === productId);
  const refusal = findRefusal(earlier, productType, store.clock());
  if (refusal) throw refusal;
  const { purchaseOrderId } = store.place({
    user,
    applicationId,
    environment,
    productId,
    productType,
    price: price * (quantity ?? 1),
    ...(quantity !== undefined && { quantity }),
    ...(developerPayload !== undefined && { developerPayload }),
  });
  if (!device.takeHold()) store.complete(purchaseOrderId);
  return { purchaseData: await store.purchaseData(purchaseOrderId) };
}

async function queryPurchases(device: Device, parameter: QueryPurchasesParameter): Promise<QueryPurchaseResult> {
  checkParameter(QUERY_PARAMETER, parameter);
  const { store, pageSize, listsRevoked } = device;
  const { productType, queryType = PurchaseQueryType.UNFINISHED, continuationToken } = parameter;
  const kind = `${productType}.${queryType}`;
  const after = continuationToken === undefined ? -1 : parseContinuationToken(continuationToken, kind);
  const listed = listOrders(device, productType).filter((order) => isListed(order, queryType, store.clock(), listsRevoked));
  const rest = listed.filter(isLastCharge).filter(({ sequence }) => sequence > after);
  const page = rest.slice(0, pageSize);
  const last = page.at(-1);
  return {
    purchaseDataList: await Promise.all(page.map(({ purchaseOrderId }) => store.purchaseData(purchaseOrderId))),
    ...(last !== undefined && rest.length > pageSize && { continuationToken: toContinuationToken(kind, last.sequence) }),
  };
}

/** A subscription is listed once, however often it was charged: its document names every charge. */
function isLastCharge(order: Order, index: number, listed: readonly Order[]): boolean {
  const { subscription } = order;
  if (subscription === undefined) return true;
  return !listed.slice(index + 1).some((later) => later.subscription?.subscriptionId === subscription.subscriptionId);
}

function finishPurchase({ store, user, applicationId }: Device, parameter: FinishPurchaseParameter): void {
  checkParameter(FINISH_PARAMETER, parameter);
  const { productType, purchaseToken, purchaseOrderId } = parameter;
  const order = store.findOrder(purchaseOrderId);
  const mine = order?.user === user && order.applicationId === applicationId;
  const named = order?.purchaseToken === purchaseToken && order.productType === productType;
  // A revoked order counts as not paid: our assumption, Huawei is silent.
  if (!order || !mine || !named || !isPaid(order) || order.revocation) throw new BusinessError(IAPErrorCode.PURCHASE_NOT_PAID);
  if (order.finished) throw new BusinessError(IAPErrorCode.PURCHASE_FINISHED);
  store.finish(purchaseOrderId);
}

function queryProducts(device: Device, parameter: QueryProductsParameter): Product[] {
  checkParameter(PRODUCTS_PARAMETER, parameter);
  return parameter.productIds.map((id) => toProduct(getProduct(device, id, parameter.productType)));
}

function toProduct({ productId, productType, price, name = productId }: StoreProduct): Product {
  const localPrice = `￥${(price / 100).toFixed(2)}`;
  const microPrice = price * 10_000;
  return {
    id: productId,
    type: productType,
    name,
    description: name,
    localPrice,
    microPrice,
    ...(productType !== ProductType.AUTORENEWABLE && { originalLocalPrice: localPrice, originalMicroPrice: microPrice }),
    currency: 'CNY',
  };
}

function listOrders({ store, user, applicationId, environment }: Device, productType: ProductType): readonly Order[] {
  return store.listOrders({ user, applicationId, environment, productType });
}

function getProduct({ products }: Device, productId: string, productType: ProductType): StoreProduct {
  const product = products.find((known) => known.productId === productId && known.productType === productType);
  if (product === undefined) throw new BusinessError(IAPErrorCode.INVALID_PRODUCT);
  return product;
}
