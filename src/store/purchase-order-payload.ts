import { z } from 'zod';
import { createPayloadFields, isPayload, type Payload, type PayloadFields, TEXT, TEXT_CHARACTERS_MAX, TIME_MS } from './payload-fields.js';
import { type Environment, parsePurchaseOrderId, type PurchaseOrderId } from '../domain/ids.js';
import type { ProductType, Revocation, VerifiedPurchase } from '../domain/purchase.js';

/** What names an order: without all three it can be neither stored nor answered for. */
export interface OrderIdentity {
  readonly purchaseOrderId: PurchaseOrderId;
  readonly applicationId: string;
  readonly environment: Environment;
}

const ENVIRONMENT = z.enum(['NORMAL', 'SANDBOX']).transform((name): Environment => (name === 'NORMAL' ? 'production' : 'sandbox'));
const APPLICATION_ID = z.string().regex(/^[\x21-\x7e]{1,128}$/);
const PURCHASE_ORDER_ID = z.string().transform((text, context): PurchaseOrderId => {
  try {
    return parsePurchaseOrderId(text);
  } catch {
    context.addIssue('not an order id');
    return z.NEVER;
  }
});

const PRODUCT_TYPES: Readonly<Record<'0' | '1' | '2' | '3', ProductType>> = {
  '0': 'consumable',
  '1': 'non-consumable',
  '2': 'auto-renewable',
  '3': 'non-renewing',
};
const PRODUCT_TYPE = z.enum(['0', '1', '2', '3']).transform((digit) => PRODUCT_TYPES[digit]);
/** Huawei sells at most 10 at once today; what it signed beyond that was paid all the same. */
const QUANTITY = z.int32().positive();
const PRICE = z.int().nonnegative();
const CURRENCY = z.string().regex(/^[A-Z]{3}$/);
const FINISH_STATUS = z.enum(['1', '2']);

/** As much of the identity as is readable. */
export function readOrderIdentity(payload: Payload): Partial<OrderIdentity> {
  const fields = createPayloadFields(payload);
  return withoutUndefined({
    purchaseOrderId: fields.required('purchaseOrderId', PURCHASE_ORDER_ID),
    applicationId: fields.required('applicationId', APPLICATION_ID),
    environment: fields.required('environment', ENVIRONMENT),
  });
}

function withoutUndefined(identity: { readonly [Key in keyof OrderIdentity]: OrderIdentity[Key] | undefined }): Partial<OrderIdentity> {
  return Object.fromEntries(Object.entries(identity).filter(([, value]) => value !== undefined));
}

/** Undefined where application, environment or order id is unreadable; every other doubt goes into `unexpected`. */
export function toVerifiedPurchase(payload: Payload, verifiedAtMs: number): VerifiedPurchase | undefined {
  const { purchaseOrderId, applicationId, environment } = readOrderIdentity(payload);
  if (purchaseOrderId === undefined || applicationId === undefined || environment === undefined) return undefined;
  const fields = createPayloadFields(payload);
  const price = fields.optional('price', PRICE);
  return {
    purchaseOrderId,
    applicationId,
    environment,
    verifiedAtMs,
    productId: fields.required('productId', TEXT.min(1)) ?? '',
    // Of the types, the one that is granted with the most care; a doubtful one is not granted anyway.
    productType: fields.required('productType', PRODUCT_TYPE) ?? 'consumable',
    quantity: fields.optional('quantity', QUANTITY) ?? 1,
    purchasedAtMs: fields.optional('purchaseTime', TIME_MS),
    // Unreadable counts as the oldest knowledge, which never overrides any other.
    signedAtMs: fields.required('signedTime', TIME_MS) ?? 0,
    storeFinished: fields.optional('finishStatus', FINISH_STATUS) === '1',
    price: price === undefined ? undefined : BigInt(price),
    currency: fields.optional('currency', CURRENCY),
    developerPayload: fields.optional('developerPayload', TEXT) ?? '',
    revocation: readRevocation(payload, fields),
    unexpected: fields.unexpected,
  };
}

/**
 * Any code revokes, "0" too: only where there is none, or an empty one, does the purchase stand (huawei-iap.md §2.4).
 * So a code that is no text revokes as well, by its JSON, and is noted besides.
 */
function readRevocation(payload: Payload, fields: PayloadFields): Revocation | undefined {
  const revokedAtMs = fields.optional('revocationTime', TIME_MS);
  fields.optional('purchaseOrderRevocationReasonCode', TEXT);
  const code = payload['purchaseOrderRevocationReasonCode'] ?? '';
  const reasonCode = (typeof code === 'string' ? code : JSON.stringify(code)).slice(0, TEXT_CHARACTERS_MAX);
  return reasonCode === '' ? undefined : { reasonCode, revokedAtMs };
}

/** Whether it means to be an order, however badly; a notification never does, whatever else stands in it. */
export function isPurchaseOrder(value: unknown): value is Payload {
  if (!isPayload(value) || Object.hasOwn(value, 'notificationType')) return false;
  return ['purchaseOrderId', 'purchaseToken', 'productId', 'productType'].some((name) => Object.hasOwn(value, name));
}
