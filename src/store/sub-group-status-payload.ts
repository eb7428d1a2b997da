import { isPayload, type Payload } from './payload-fields.js';
import { readOrderIdentity, toVerifiedPurchase } from './purchase-order-payload.js';
import type { VerifiedPurchase } from '../domain/purchase.js';

const HISTORY = 'historySubscriptionStatusList';
const LAST = 'lastSubscriptionStatus';
const RECENT_ORDERS = 'recentPurchaseOrderList';

/** Every order that the group tells of, as often as it does: the last, the recent ones, and the same of the subscriptions before. */
export function listGroupOrders(group: Payload): unknown[] {
  return [group[LAST], ...toList(group[HISTORY])].filter(isPayload).flatMap((status) => {
    const last = status['lastPurchaseOrder'] ?? undefined;
    return [...(last === undefined ? [] : [last]), ...toList(status[RECENT_ORDERS])];
  });
}

function toList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The group's orders, each once; empty where none of them is readable. */
export function toGroupPurchases(group: Payload, verifiedAtMs: number): VerifiedPurchase[] {
  const orders = listGroupOrders(group);
  const read = orders.map((order) => toGroupPurchase(group, order, verifiedAtMs)).filter((purchase) => purchase !== undefined);
  const newest = new Map<string, VerifiedPurchase>();
  for (const purchase of read) {
    const known = newest.get(purchase.purchaseOrderId);
    if (known === undefined || known.signedAtMs < purchase.signedAtMs) newest.set(purchase.purchaseOrderId, purchase);
  }
  // An order that cannot be read leaves its mark on those that can, for the person who looks at them.
  const unread = read.length < orders.length ? [RECENT_ORDERS] : [];
  return [...newest.values()].map((purchase) => ({ ...purchase, unexpected: [...purchase.unexpected, ...unread] }));
}

function toGroupPurchase(group: Payload, order: unknown, verifiedAtMs: number): VerifiedPurchase | undefined {
  if (!isPayload(order)) return undefined;
  const { environment, applicationId, signedTime } = group;
  const purchase = toVerifiedPurchase({ environment, applicationId, signedTime, ...order }, verifiedAtMs);
  if (purchase === undefined) return undefined;
  const groups = readOrderIdentity(group);
  const unexpected = [...purchase.unexpected];
  if (purchase.environment !== groups.environment) unexpected.push('environment');
  if (purchase.applicationId !== groups.applicationId) unexpected.push('applicationId');
  if (purchase.productType !== 'auto-renewable') unexpected.push('productType');
  return { ...purchase, productType: 'auto-renewable', unexpected: [...new Set(unexpected)] };
}
