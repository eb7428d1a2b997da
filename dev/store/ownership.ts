import { BusinessError, IAPErrorCode, ProductType, PurchaseQueryType } from './iap-types.js';
import type { Order } from './purchase-order.js';
import { isSubscriptionActive } from './subscription-status.js';

/** Paid and not delivered. A revoked order is neither listed so nor in the way of a purchase: our assumption, Huawei is silent. */
function isUnfinished(order: Order): boolean {
  return isValid(order) && !order.finished;
}

/** The sandbox forgets a non-consumable once it is finished, so that it can be bought again (huawei-iap.md §1.2). */
function isOwned(order: Order): boolean {
  return isValid(order) && !(order.environment === 'SANDBOX' && order.finished);
}

function isValid(order: Order): boolean {
  return isPaid(order) && order.revocation === undefined;
}

/** Whether the store took money for it. An order that still waits for that is neither listed nor in the way: our assumption again. */
export function isPaid({ purchaseTimeMs }: Order): boolean {
  return purchaseTimeMs !== undefined;
}

/** What an order says to one question, at one moment. */
type OrderTest = (order: Order, at: Date) => boolean;

const LISTS: Record<PurchaseQueryType, OrderTest> = {
  [PurchaseQueryType.ALL]: isPaid,
  [PurchaseQueryType.UNFINISHED]: isUnfinished,
  [PurchaseQueryType.CURRENT_ENTITLEMENT]: (order, at) =>
    order.productType === ProductType.AUTORENEWABLE
      ? isSubscriptionActive(order, at)
      : order.productType === ProductType.NONCONSUMABLE && isOwned(order),
};

/** Whether a query of this type lists the order; a store that `listsRevoked` lists a revoked one as if it were not. */
export function isListed(order: Order, queryType: PurchaseQueryType, at: Date, listsRevoked: boolean): boolean {
  return LISTS[queryType](listsRevoked ? { ...order, revocation: undefined } : order, at);
}

const BLOCKS: Record<ProductType, OrderTest> = {
  [ProductType.CONSUMABLE]: isUnfinished,
  [ProductType.NONRENEWABLE]: isUnfinished,
  [ProductType.NONCONSUMABLE]: isOwned,
  [ProductType.AUTORENEWABLE]: isSubscriptionActive,
};

/** Why this product cannot be bought now, by the buyer's earlier orders of it. */
export function findRefusal(earlier: readonly Order[], productType: ProductType, at: Date): BusinessError | undefined {
  // Seen on devices: an undelivered subscription answers with the system's error, not with PRODUCT_OWNED.
  if (productType === ProductType.AUTORENEWABLE && earlier.some(isUnfinished))
    return new BusinessError(IAPErrorCode.SYSTEM_ERROR, 'IAP_RESPONSE_RESULT_NOT_SHIP_CONFIRM');
  return earlier.some((order) => BLOCKS[productType](order, at)) ? new BusinessError(IAPErrorCode.PRODUCT_OWNED) : undefined;
}
