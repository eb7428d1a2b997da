import type { Facts } from './checks.js';
import { readNotification, type VerifiedNotification } from './notification-payload.js';
import { isPayload, type Payload } from './payload-fields.js';
import { readOrderIdentity, toVerifiedPurchase } from './purchase-order-payload.js';
import { listGroupOrders, toGroupPurchases } from './sub-group-status-payload.js';
import type { SignedFacts } from './verdict.js';
import type { VerifiedPurchase } from '../domain/purchase.js';

/** What the store signs, in our words; `payload` is all of it as signed, with the fields that we do not know. */
export type StoreDocument =
  | { readonly document: 'purchase-order'; readonly purchases: readonly [VerifiedPurchase]; readonly payload: Payload }
  | {
      readonly document: 'subscription-status';
      readonly purchases: readonly [VerifiedPurchase, ...VerifiedPurchase[]];
      readonly payload: Payload;
    }
  | { readonly document: 'notification'; readonly notification: VerifiedNotification; readonly payload: Payload };

export type DocumentKind = StoreDocument['document'];

/** By any one of these a document shows what it means to be, however badly; the first kind that claims it has it. */
const TELLING_FIELDS: readonly (readonly [DocumentKind, readonly string[]])[] = [
  ['notification', ['notificationType']],
  ['subscription-status', ['lastSubscriptionStatus', 'historySubscriptionStatusList']],
  ['purchase-order', ['purchaseOrderId', 'purchaseToken', 'productId', 'productType']],
  // An order of a subscription names its group too, so that this comes last.
  ['subscription-status', ['subGroupId']],
];

/** Undefined for what is no object, and for one that shows no kind. */
export function toDocumentKind(payload: unknown): DocumentKind | undefined {
  if (!isPayload(payload)) return undefined;
  return TELLING_FIELDS.find(([, names]) => names.some((name) => Object.hasOwn(payload, name)))?.[0];
}

const READERS: Readonly<Record<DocumentKind, (payload: Payload, verifiedAtMs: number) => StoreDocument | undefined>> = {
  'purchase-order'(payload, verifiedAtMs) {
    const purchase = toVerifiedPurchase(payload, verifiedAtMs);
    return purchase && { document: 'purchase-order', purchases: [purchase], payload };
  },
  'subscription-status'(payload, verifiedAtMs) {
    const [first, ...others] = toGroupPurchases(payload, verifiedAtMs);
    return first && { document: 'subscription-status', purchases: [first, ...others], payload };
  },
  notification(payload) {
    const notification = readNotification(payload);
    return notification && { document: 'notification', notification, payload };
  },
};

/** Undefined where application, environment or order id cannot be read. */
export function readDocument(kind: DocumentKind, payload: unknown, verifiedAtMs: number): StoreDocument | undefined {
  return isPayload(payload) ? READERS[kind](payload, verifiedAtMs) : undefined;
}

/** As much as is readable; a notification names its order one level down, a subscription's status in its first order. */
export function readDocumentFacts(payload: unknown): SignedFacts {
  if (!isPayload(payload)) return {};
  const metadata = payload['notificationMetaData'];
  if (isPayload(metadata)) return readOrderIdentity({ ...payload, ...metadata });
  const order = listGroupOrders(payload).find((each) => isPayload(each) && readOrderIdentity(each).purchaseOrderId !== undefined);
  return readOrderIdentity({ ...(isPayload(order) && { purchaseOrderId: order['purchaseOrderId'] }), ...payload });
}

/** What a program wants to know of it; whatever names a person or opens the store's door is left out. */
export function toFacts(document: StoreDocument): Facts {
  if (document.document === 'notification') return { document: document.document, ...toNotificationFacts(document.notification) };
  const [{ purchaseOrderId, applicationId, environment, productId, productType, quantity, signedAtMs, revocation }] = document.purchases;
  const revoked = revocation && { revocation: revocation.reasonCode };
  const own = { purchaseOrderId, applicationId, environment, productId, productType, quantity: `${quantity}` };
  return { document: document.document, ...own, signedAt: new Date(signedAtMs).toISOString(), ...revoked };
}

function toNotificationFacts({ type, requestId, applicationId, environment, purchaseOrderId }: VerifiedNotification): Facts {
  return { type, requestId, applicationId, environment, ...(purchaseOrderId !== undefined && { purchaseOrderId }) };
}

export function describeDocument(document: StoreDocument): string {
  return document.document === 'notification' ? describeNotification(document.notification) : describePurchase(document.purchases[0]);
}

function describeNotification(notification: VerifiedNotification): string {
  const { type, subtype, requestId, applicationId, environment, purchaseOrderId } = notification;
  const kind = subtype === undefined ? type : `${type} (${subtype})`;
  return `${kind}, request ${requestId}, application ${applicationId}, ${environment}, order ${purchaseOrderId ?? 'not named'}`;
}

function describePurchase(purchase: VerifiedPurchase): string {
  const { purchaseOrderId, applicationId, environment, productId, productType, quantity, revocation, unexpected } = purchase;
  const parts = [
    `order ${purchaseOrderId}`,
    `application ${applicationId}`,
    environment,
    `${productId} (${productType}) × ${quantity}`,
    `signed ${new Date(purchase.signedAtMs).toISOString()}`,
    purchase.purchasedAtMs === undefined ? 'not completed' : `paid ${new Date(purchase.purchasedAtMs).toISOString()}`,
    purchase.storeFinished ? 'finished' : 'unfinished',
    revocation === undefined ? 'not revoked' : `revoked (${revocation.reasonCode})`,
    ...(unexpected.length === 0 ? [] : [`not understood: ${unexpected.join(', ')}`]),
  ];
  return parts.join(', ');
}
