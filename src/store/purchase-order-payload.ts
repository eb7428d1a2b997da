import { z } from 'zod';
import { createPayloadFields, NAME, type Payload, type PayloadFields, TEXT, TEXT_CHARACTERS_MAX, TIME_MS } from './payload-fields.js';
import { TWICE } from './strict-json.js';
import { type Environment, parsePurchaseOrderId, type PurchaseOrderId } from '../domain/ids.js';
import type { ProductType, Revocation, VerifiedPurchase } from '../domain/purchase.js';

/** What names an order: without all three it can be neither stored nor answered for. */
export interface OrderIdentity {
  readonly purchaseOrderId: PurchaseOrderId;
  readonly applicationId: string;
  readonly environment: Environment;
}

const ENVIRONMENT = z.enum(['NORMAL', 'SANDBOX']).transform((name): Environment => (name === 'NORMAL' ? 'production' : 'sandbox'));
/** Documented as text; a number is read digit by digit all the same. */
const APPLICATION_ID = z
  .union([z.string(), z.int(), z.bigint()])
  .transform(String)
  .pipe(z.string().regex(/^[\x21-\x7e]{1,128}$/));
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
/** Huawei sells at most 10 at once: what it signs beyond that means something that we do not know yet. */
const QUANTITY = z.int().min(1).max(10);
const PRICE = z
  .union([z.int(), z.bigint()])
  .transform(BigInt)
  .pipe(
    z
      .bigint()
      .nonnegative()
      .max(2n ** 63n - 1n),
  );
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
  return {
    purchaseOrderId,
    applicationId,
    environment,
    verifiedAtMs,
    productId: fields.required('productId', NAME) ?? '',
    // Of the types, the one that is granted with the most care; a doubtful one is not granted anyway.
    productType: fields.required('productType', PRODUCT_TYPE) ?? 'consumable',
    quantity: fields.optional('quantity', QUANTITY) ?? 1,
    purchasedAtMs: fields.optional('purchaseTime', TIME_MS),
    // Unreadable counts as the oldest knowledge, which never overrides any other.
    signedAtMs: fields.required('signedTime', TIME_MS) ?? 0,
    storeFinished: fields.optional('finishStatus', FINISH_STATUS) === '1',
    price: fields.optional('price', PRICE),
    currency: fields.optional('currency', CURRENCY),
    developerPayload: fields.optional('developerPayload', TEXT) ?? '',
    revocation: readRevocation(payload, fields),
    unexpected: fields.unexpected,
  };
}

/**
 * Any code revokes, "0" too: only where there is none, or an empty one, does the purchase stand (huawei-iap.md §2.4).
 * So a code that is no text revokes as well, by its JSON, and is noted besides. One that stands twice is only noted.
 */
function readRevocation(payload: Payload, fields: PayloadFields): Revocation | undefined {
  const revokedAtMs = fields.optional('revocationTime', TIME_MS);
  const understood = fields.optional('purchaseOrderRevocationReasonCode', TEXT);
  const reasonCode = understood ?? toReasonCode(payload['purchaseOrderRevocationReasonCode'] ?? '');
  return reasonCode === '' ? undefined : { reasonCode, revokedAtMs };
}

function toReasonCode(code: unknown): string {
  if (code === TWICE) return '';
  const text =
    typeof code === 'string' ? code : JSON.stringify(code, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value));
  return text.replaceAll(/[\0\p{Cs}]/gu, '').slice(0, TEXT_CHARACTERS_MAX);
}
