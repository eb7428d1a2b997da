import { type Order, type PurchaseOrderPayload, type StoreEnvironment, toPurchaseOrderPayload } from './purchase-order.js';

/** The simulator's month; only the device's idea of "active" depends on it. */
const PERIOD_MS = 30 * 86_400_000;

/** Of one subscription (huawei-iap.md §2.5). */
export interface SubscriptionStatus {
  readonly subGroupGenerationId: string;
  readonly subscriptionId: string;
  readonly purchaseToken: string;
  /** Active, expired, billing retry, revoked. */
  readonly status: '1' | '2' | '3' | '5';
  readonly expiresTime: number;
  readonly lastPurchaseOrder: PurchaseOrderPayload;
  readonly recentPurchaseOrderList: readonly PurchaseOrderPayload[];
  readonly renewalInfo: SubRenewalInfo;
}

interface SubRenewalInfo {
  readonly subGroupGenerationId: string;
  readonly productId: string;
  readonly autoRenewStatusCode: '0' | '1';
  readonly hasInBillingRetryPeriod: boolean;
  /** '7': an undelivered order stands in the way of the next charge. */
  readonly expirationIntent?: '7';
  readonly environment: StoreEnvironment;
}

/** What Huawei signs for an auto-renewable purchase; the orders inside carry no signature of their own. */
export interface SubGroupStatusPayload {
  readonly environment: StoreEnvironment;
  readonly applicationId: string;
  readonly packageName: string;
  readonly subGroupId: string;
  readonly lastSubscriptionStatus: SubscriptionStatus;
}

/** Active: the last charge is neither revoked nor used up. */
export function isSubscriptionActive(last: Order, at: Date): boolean {
  return last.purchaseTimeMs !== undefined && last.revocation === undefined && at.getTime() < last.purchaseTimeMs + PERIOD_MS;
}

/** `charges` are all orders of one subscription, oldest first. */
export function toSubGroupStatusPayload(charges: readonly Order[], packageName: string, signedAt: Date): SubGroupStatusPayload {
  const last = charges.at(-1);
  if (last?.subscription === undefined) throw new TypeError('not an auto-renewable order');
  const { subscription, environment, applicationId, productId, purchaseToken, purchaseTimeMs = signedAt.getTime() } = last;
  const { subGroupGenerationId, subscriptionId, subGroupId } = subscription;
  const active = isSubscriptionActive(last, signedAt);
  return {
    environment,
    applicationId,
    packageName,
    subGroupId,
    lastSubscriptionStatus: {
      subGroupGenerationId,
      subscriptionId,
      purchaseToken,
      status: last.revocation ? '5' : active ? '1' : '2',
      expiresTime: purchaseTimeMs + PERIOD_MS,
      lastPurchaseOrder: toPurchaseOrderPayload(last, signedAt),
      recentPurchaseOrderList: charges.map((charge) => toPurchaseOrderPayload(charge, signedAt)),
      renewalInfo: {
        subGroupGenerationId,
        productId,
        autoRenewStatusCode: active ? '1' : '0',
        hasInBillingRetryPeriod: false,
        ...(charges.some(({ finished }) => !finished) && { expirationIntent: '7' }),
        environment,
      },
    },
  };
}
