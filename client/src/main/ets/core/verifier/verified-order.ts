import type { ProductType } from '../iap';
import { isObject } from './json';
import { refuseUnless } from './verification-error';

export type StoreEnvironment = 'NORMAL' | 'SANDBOX';

/** One order as the store signed it, and as far as a standalone app acts upon it. */
export interface VerifiedOrder {
  readonly purchaseOrderId: string;
  readonly purchaseToken: string;
  readonly applicationId: string;
  readonly environment: StoreEnvironment;
  readonly productId: string;
  readonly productType: ProductType;
  /** How many at once; 1 where the store says nothing. */
  readonly quantity: number;
  /** Milliseconds; undefined: the payment is not complete. */
  readonly purchaseTime: number | undefined;
  /** Milliseconds: the larger of two is the newer knowledge. */
  readonly signedTime: number;
  /** '1' delivered, '2' not; empty where the store says nothing. */
  readonly finishStatus: string;
  readonly developerPayload: string;
  /** Taken back by the store: a refund. */
  readonly revoked: boolean;
}

/** What the store spells; what it holds is anybody's guess until it is looked at. */
interface Payload {
  readonly purchaseOrderId?: unknown;
  readonly purchaseToken?: unknown;
  readonly applicationId?: unknown;
  readonly environment?: unknown;
  readonly productId?: unknown;
  readonly productType?: unknown;
  readonly quantity?: unknown;
  readonly purchaseTime?: unknown;
  readonly signedTime?: unknown;
  readonly finishStatus?: unknown;
  readonly developerPayload?: unknown;
  readonly purchaseOrderRevocationReasonCode?: unknown;
}

const ORDER_FIELDS = ['purchaseOrderId', 'purchaseToken', 'productId', 'productType'];
/** What notifications and subscriptions have, and no order. */
const OTHER_FIELDS = ['notificationType', 'lastSubscriptionStatus', 'historySubscriptionStatusList'];

/** Printable ASCII, as the store's ids are. */
const ID = /^[\x21-\x7e]{1,256}$/;
const TEXT_CHARACTERS_MAX = 512;
/** JavaScript's last moment. */
const TIME_MS_MAX = 8.64e15;
/** More at once the store does not sell. */
const QUANTITY_MAX = 10;

/**
 * Reads what the store signed. A value that is not as documented refuses the order, but never for good: the store knows
 * why it signed it.
 * @throws {VerificationError} `WRONG_DOCUMENT`, `PAYLOAD_UNREADABLE`, `PAYLOAD_UNEXPECTED`
 */
export function readVerifiedOrder(document: unknown): VerifiedOrder {
  refuseUnless(isObject(document), 'PAYLOAD_UNREADABLE');
  const names = Object.keys(document);
  const hasOne = (of: readonly string[]) => of.some((name) => names.includes(name));
  refuseUnless(hasOne(ORDER_FIELDS) && !hasOne(OTHER_FIELDS), 'WRONG_DOCUMENT');
  const payload: Payload = document;
  const { purchaseOrderId, applicationId, environment, signedTime } = payload;
  refuseUnless(isId(purchaseOrderId) && isId(applicationId), 'PAYLOAD_UNREADABLE');
  refuseUnless(environment === 'NORMAL' || environment === 'SANDBOX', 'PAYLOAD_UNREADABLE');
  refuseUnless(isCount(signedTime, TIME_MS_MAX), 'PAYLOAD_UNREADABLE');
  return { purchaseOrderId, applicationId, environment, signedTime, ...readGoods(payload), ...readState(payload) };
}

type Goods = Pick<VerifiedOrder, 'purchaseToken' | 'productId' | 'productType' | 'quantity' | 'developerPayload'>;

function readGoods(payload: Payload): Goods {
  const { purchaseToken, productId, productType } = payload;
  const quantity = payload.quantity ?? 1;
  const developerPayload = payload.developerPayload ?? '';
  refuseUnless(isText(purchaseToken) && purchaseToken !== '' && isText(productId) && productId !== '', 'PAYLOAD_UNEXPECTED');
  refuseUnless(typeof productType === 'string' && /^[0-3]$/.test(productType), 'PAYLOAD_UNEXPECTED');
  refuseUnless(isCount(quantity, QUANTITY_MAX) && isText(developerPayload), 'PAYLOAD_UNEXPECTED');
  return { purchaseToken, productId, productType: Number(productType) as ProductType, quantity, developerPayload };
}

function readState(payload: Payload): Pick<VerifiedOrder, 'purchaseTime' | 'finishStatus' | 'revoked'> {
  const purchaseTime = payload.purchaseTime ?? undefined;
  const finishStatus = payload.finishStatus ?? '';
  refuseUnless(purchaseTime === undefined || isCount(purchaseTime, TIME_MS_MAX), 'PAYLOAD_UNEXPECTED');
  refuseUnless(finishStatus === '' || finishStatus === '1' || finishStatus === '2', 'PAYLOAD_UNEXPECTED');
  // Any code revokes, "0" too, and a number as well: only where there is none does the purchase stand.
  return { purchaseTime, finishStatus, revoked: (payload.purchaseOrderRevocationReasonCode ?? '') !== '' };
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && ID.test(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= TEXT_CHARACTERS_MAX;
}

function isCount(value: unknown, max: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= max;
}
