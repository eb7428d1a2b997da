import { z } from 'zod';
import { createFaults, type FaultMoment, type IapCall } from './faults.js';
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
}

type Device = Required<DeviceIapOptions>;

const PAGE_SIZE = 10;
const PRODUCT_TYPE = z.literal(Object.values(ProductType));
/** Batches are for what can be used up; Huawei allows ten pieces (iap-iap). */
const BATCH_TYPES: readonly ProductType[] = [ProductType.CONSUMABLE, ProductType.NONRENEWABLE];
const PURCHASE_PARAMETER = z
  .object({ productId: z.string().min(1), productType: PRODUCT_TYPE, quantity: z.int().min(1).max(10).optional() })
  .refine(({ productType, quantity }) => quantity === undefined || BATCH_TYPES.includes(productType));
const QUERY_PARAMETER = z.object({
  productType: PRODUCT_TYPE,
  queryType: z.literal(Object.values(PurchaseQueryType)).optional(),
  continuationToken: z.string().optional(),
});
const FINISH_PARAMETER = z.object({ productType: PRODUCT_TYPE, purchaseToken: z.string().min(1), purchaseOrderId: z.string().min(1) });
const PRODUCTS_PARAMETER = z.object({ productType: PRODUCT_TYPE, productIds: z.array(z.string()).min(1).max(200) });

/** The device side of this store for one signed-in user and one app. */
export function createDeviceIap(options: DeviceIapOptions): DeviceIap {
  const device: Device = { environment: 'NORMAL', pageSize: PAGE_SIZE, ...options };
  const faults = createFaults();
  return {
    createPurchase: (_context, parameter) => faults.run('createPurchase', () => createPurchase(device, parameter)),
    queryPurchases: (_context, parameter) => faults.run('queryPurchases', () => queryPurchases(device, parameter)),
    finishPurchase: (_context, parameter) => faults.run('finishPurchase', () => finishPurchase(device, parameter)),
    queryEnvironmentStatus: () => faults.run('queryEnvironmentStatus', () => {}),
    queryProducts: (_context, parameter) => faults.run('queryProducts', () => queryProducts(device, parameter)),
    failNext: faults.failNext,
  };
}

// No await between the look at earlier orders and `pay`, which writes before it signs: two devices never both buy.
async function createPurchase(device: Device, parameter: PurchaseParameter): Promise<CreatePurchaseResult> {
  check(PURCHASE_PARAMETER, parameter);
  const { store, user, applicationId, environment } = device;
  const { productId, productType, quantity, developerPayload } = parameter;
  const { price } = getProduct(device, productId, productType);
  if (parameter.promotionalOfferId !== undefined) throw new BusinessError(IAPErrorCode.INVALID_PROMOTIONAL_OFFER);
  const earlier = listOrders(device, productType).filter((order) => order.productId === productId);
  const refusal = findRefusal(earlier, productType, store.clock());
  if (refusal) throw refusal;
  const { purchaseData } = await store.pay({
    user,
    applicationId,
    environment,
    productId,
    productType,
    price: price * (quantity ?? 1),
    ...(quantity !== undefined && { quantity }),
    ...(developerPayload !== undefined && { developerPayload }),
  });
  return { purchaseData };
}

async function queryPurchases(device: Device, parameter: QueryPurchasesParameter): Promise<QueryPurchaseResult> {
  check(QUERY_PARAMETER, parameter);
  const { store, pageSize } = device;
  const { productType, queryType = PurchaseQueryType.UNFINISHED, continuationToken } = parameter;
  const kind = `${productType}.${queryType}`;
  const after = continuationToken === undefined ? -1 : parseToken(continuationToken, kind);
  const listed = listOrders(device, productType).filter((order) => isListed(order, queryType, store.clock()));
  const rest = listed.filter(isLastCharge).filter(({ sequence }) => sequence > after);
  const page = rest.slice(0, pageSize);
  const last = page.at(-1);
  return {
    purchaseDataList: await Promise.all(page.map(({ purchaseOrderId }) => store.purchaseData(purchaseOrderId))),
    ...(last !== undefined && rest.length > pageSize && { continuationToken: toToken(kind, last.sequence) }),
  };
}

/** A subscription is listed once, however often it was charged: its document names every charge. */
function isLastCharge(order: Order, index: number, listed: readonly Order[]): boolean {
  const { subscription } = order;
  if (subscription === undefined) return true;
  return !listed.slice(index + 1).some((later) => later.subscription?.subscriptionId === subscription.subscriptionId);
}

function finishPurchase({ store, user, applicationId }: Device, parameter: FinishPurchaseParameter): void {
  check(FINISH_PARAMETER, parameter);
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
  check(PRODUCTS_PARAMETER, parameter);
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

/** The platform's own check of arguments: an app's mistakes of type show up as code 401. */
function check(schema: z.ZodType, parameter: unknown): void {
  const { error } = schema.safeParse(parameter);
  if (error) throw new BusinessError(IAPErrorCode.PARAMETER_ERROR, `Parameter error: ${error.issues[0]?.path.join('.') ?? ''}`);
}

/** Opaque to the app, and good for the query it came from alone. It names the last order seen, so finishing some between pages skips none. */
function toToken(kind: string, sequence: number): string {
  return Buffer.from(`${kind}.${sequence}`).toString('base64url');
}

function parseToken(token: string, kind: string): number {
  const match = /^(\d\.\d)\.(\d+)$/.exec(Buffer.from(token, 'base64url').toString());
  if (match?.[1] !== kind) throw new BusinessError(IAPErrorCode.PARAMETER_ERROR, 'Parameter error: continuationToken');
  return Number(match[2]);
}
