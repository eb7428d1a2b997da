import { randomBytes, randomInt } from 'node:crypto';
import { ProductType } from './iap-types.js';

/** Huawei documents 0 to 256 and cuts silently what is longer (iap-iap). */
const DEVELOPER_PAYLOAD_CHARACTERS_MAX = 256;

/** Order ids begin with China's local time, eight hours ahead of UTC (real sample). */
const CHINA_OFFSET_MS = 8 * 3_600_000;

export type StoreEnvironment = 'NORMAL' | 'SANDBOX';

/** What a player buys, and how the store shall spell it. */
export interface OrderRequest {
  /** The payer: a Huawei ID, which no payload ever names. */
  readonly user: string;
  readonly applicationId: string;
  readonly productId: string;
  readonly productType: ProductType;
  readonly environment?: StoreEnvironment;
  /** Absent in the payload where it is absent here. */
  readonly quantity?: number;
  /** Fen, for the whole batch. */
  readonly price?: number;
  readonly developerPayload?: string;
}

/** What only an auto-renewable order has. */
export interface SubscriptionTerms {
  readonly subGroupGenerationId: string;
  readonly subscriptionId: string;
  readonly subGroupId: string;
  /** ISO 8601. */
  readonly duration: string;
}

/** One line of the store's order book. */
export interface Order extends Required<Omit<OrderRequest, 'quantity'>> {
  /** Its place in the book; pages are cut by it. */
  readonly sequence: number;
  readonly purchaseOrderId: string;
  readonly purchaseToken: string;
  readonly quantity: number | undefined;
  readonly subscription: SubscriptionTerms | undefined;
  /** Undefined until it is paid. */
  readonly purchaseTimeMs: number | undefined;
  readonly finished: boolean;
  readonly revocation: { readonly code: string; readonly timeMs: number } | undefined;
}

/** The signed facts of one order, word for word as Huawei spells them (huawei-iap.md §2.4). */
export interface PurchaseOrderPayload {
  readonly subGroupGenerationId?: string;
  readonly purchaseOrderId: string;
  readonly subscriptionId?: string;
  readonly purchaseToken: string;
  readonly applicationId: string;
  readonly productId: string;
  readonly subGroupId?: string;
  readonly quantity?: number;
  readonly purchaseTime?: number;
  readonly duration?: string;
  readonly durationTypeCode?: '0' | '1';
  readonly productType: '0' | '1' | '2' | '3';
  readonly developerPayload: string;
  readonly signedTime: number;
  readonly purchaseOrderRevocationReasonCode?: string;
  readonly revocationTime?: number;
  readonly environment: StoreEnvironment;
  readonly countryCode: string;
  readonly price: number;
  readonly currency: string;
  readonly finishStatus: '1' | '2';
  readonly needFinish: boolean;
}

/** A new line of the book, not paid yet. */
export function toOrder(request: OrderRequest, sequence: number, at: Date): Order {
  const { applicationId, productType } = request;
  const subscribes = productType === ProductType.AUTORENEWABLE;
  return {
    environment: 'NORMAL',
    price: 100,
    ...request,
    quantity: request.quantity,
    developerPayload: (request.developerPayload ?? '').slice(0, DEVELOPER_PAYLOAD_CHARACTERS_MAX),
    sequence,
    purchaseOrderId: subscribes ? createSubscriptionOrderId(at) : createOrderId(applicationId, at),
    purchaseToken: createPurchaseToken(applicationId, at),
    subscription: subscribes ? toTerms(request.productId, at) : undefined,
    purchaseTimeMs: undefined,
    finished: false,
    revocation: undefined,
  };
}

function toTerms(productId: string, at: Date): SubscriptionTerms {
  return {
    subGroupGenerationId: randomBytes(32).toString('hex'),
    subscriptionId: createSubscriptionOrderId(at),
    subGroupId: `${productId}.group`,
    duration: 'P1M',
  };
}

/** As observed: `202405161036449949c73488c1.5765880207854356261`. */
function createOrderId(applicationId: string, at: Date): string {
  const local = new Date(at.getTime() + CHINA_OFFSET_MS).toISOString().replaceAll(/\D/g, '');
  return `${local}${randomBytes(5).toString('hex').slice(1)}.${applicationId}`;
}

/** As observed: `1733473391792.4112062E.2554`. */
export function createSubscriptionOrderId(at: Date): string {
  return `${at.getTime()}.${randomBytes(4).toString('hex').toUpperCase()}.${randomInt(1000, 10_000)}`;
}

/** As observed: 16 hex digits of milliseconds, 64 random ones, `.1.` and the application. */
function createPurchaseToken(applicationId: string, at: Date): string {
  return `${at.getTime().toString(16).padStart(16, '0')}${randomBytes(32).toString('hex')}.1.${applicationId}`;
}

/** Fields that do not apply are absent, never null; their order is the observed one. */
export function toPurchaseOrderPayload(order: Order, signedAt: Date): PurchaseOrderPayload {
  const { quantity, purchaseTimeMs, subscription, revocation } = order;
  return {
    ...(subscription && { subGroupGenerationId: subscription.subGroupGenerationId }),
    purchaseOrderId: order.purchaseOrderId,
    ...(subscription && { subscriptionId: subscription.subscriptionId }),
    purchaseToken: order.purchaseToken,
    applicationId: order.applicationId,
    productId: order.productId,
    ...(subscription && { subGroupId: subscription.subGroupId }),
    ...(quantity !== undefined && { quantity }),
    ...(purchaseTimeMs !== undefined && { purchaseTime: purchaseTimeMs }),
    ...(subscription && { duration: subscription.duration, durationTypeCode: '0' }),
    productType: `${order.productType}`,
    developerPayload: order.developerPayload,
    signedTime: signedAt.getTime(),
    ...(revocation && { purchaseOrderRevocationReasonCode: revocation.code, revocationTime: revocation.timeMs }),
    environment: order.environment,
    countryCode: 'CN',
    price: order.price,
    currency: 'CNY',
    finishStatus: order.finished ? '1' : '2',
    needFinish: true,
  };
}
