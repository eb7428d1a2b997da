import type { ErrorCode } from './error-codes.js';
import type { Account, AccountKey, Environment, PurchaseOrderId } from './ids.js';

export const PRODUCT_TYPES = ['consumable', 'non-consumable', 'non-renewing', 'auto-renewable'] as const;
export type ProductType = (typeof PRODUCT_TYPES)[number];

export const PURCHASE_STATES = ['received', 'granted', 'finished', 'refused', 'revoked'] as const;
export type PurchaseState = (typeof PURCHASE_STATES)[number];

/**
 * Which state may follow which (design §2). `refused → received` is an operator's `release` of a resolved order;
 * a revoked one never comes back. Every updating statement names the states it comes from out of this table.
 */
export const TRANSITIONS = {
  received: ['granted', 'refused'],
  granted: ['finished', 'revoked'],
  finished: ['revoked'],
  refused: ['received'],
  revoked: [],
} as const satisfies Record<PurchaseState, readonly PurchaseState[]>;

/** The states that a purchase may be in just before it moves to `to`. */
export function statesBefore(to: PurchaseState): PurchaseState[] {
  return PURCHASE_STATES.filter((from) => (TRANSITIONS[from] as readonly PurchaseState[]).includes(to));
}

/** States in which no workflow has anything left to do. */
export function isClosed(state: PurchaseState): boolean {
  return state === 'finished' || state === 'refused' || state === 'revoked';
}

/** Why a purchase waits for a person or for new knowledge; each is a public error code. */
export const PARK_REASONS = [
  'PRODUCT_UNKNOWN',
  'PRODUCT_TYPE_MISMATCH',
  'SUBSCRIPTION_UNSUPPORTED',
  'PAYLOAD_UNEXPECTED',
  'AMOUNT_TOO_LARGE',
  'APPLICATION_UNKNOWN',
  'ENVIRONMENT_UNKNOWN',
  'OWNER_UNKNOWN',
  'FINISHED_ELSEWHERE',
  'BEFORE_ADOPTION',
  'EVIDENCE_KEY_MISSING',
  'EVIDENCE_INVALID',
  'CERTIFICATE_REVOKED',
] as const satisfies readonly ErrorCode[];
export type ParkReason = (typeof PARK_REASONS)[number];

/** False: the store says that the payment has not completed. A time that cannot be read is no such word: it parks. */
export function isCompleted({ purchasedAt, unexpected }: Pick<Purchase, 'purchasedAt' | 'unexpected'>): boolean {
  return purchasedAt !== undefined || unexpected.includes('purchaseTime');
}

export type FinishedBy = 'client' | 'store';
export type GrantKind = 'goods' | 'elsewhere';

/**
 * What the store says of one order, in our words: the result of a verification. Huawei's field names end here.
 * Times are milliseconds since 1970, amounts minor currency units.
 */
export interface VerifiedPurchase {
  readonly purchaseOrderId: PurchaseOrderId;
  readonly environment: Environment;
  readonly applicationId: string;
  readonly productId: string;
  readonly productType: ProductType;
  readonly quantity: number;
  /** Undefined: the payment has not completed. */
  readonly purchasedAtMs: number | undefined;
  readonly signedAtMs: number;
  /** The moment that the certificates were judged at. */
  readonly verifiedAtMs: number;
  /** The store already counts the order as delivered. */
  readonly storeFinished: boolean;
  readonly price: bigint | undefined;
  readonly currency: string | undefined;
  readonly developerPayload: string;
  readonly revocation: Revocation | undefined;
  /** The names of known fields whose values we do not understand; non-empty parks the purchase. */
  readonly unexpected: readonly string[];
}

export interface Revocation {
  /** Huawei's purchaseOrderRevocationReasonCode; "0" is a revocation too. */
  readonly reasonCode: string;
  readonly revokedAtMs: number | undefined;
}

/** One row of the ledger's `purchases`, as every reader sees it. */
export interface Purchase {
  readonly purchaseOrderId: PurchaseOrderId;
  readonly state: PurchaseState;
  readonly environment: Environment;
  readonly realm: string;
  readonly applicationId: string;
  readonly productId: string;
  readonly productType: ProductType;
  readonly quantity: number;
  readonly accountKey: AccountKey | undefined;
  readonly account: Account | undefined;
  readonly purchasedAt: Date | undefined;
  readonly signedAt: Date;
  readonly storeFinished: boolean;
  /** The store counted it as delivered when the ledger first heard of its payment: another system delivered it. */
  readonly finishedElsewhere: boolean;
  readonly unexpected: readonly string[];
  readonly park: { readonly reason: ParkReason; readonly number: number; readonly since: Date } | undefined;
  /** Park reasons that an operator has overridden for this order. */
  readonly released: readonly string[];
  readonly receivedAt: Date;
  readonly grantedAt: Date | undefined;
  readonly grantKind: GrantKind | undefined;
  readonly acknowledgedAt: Date | undefined;
  readonly finishedAt: Date | undefined;
  readonly finishedBy: FinishedBy | undefined;
  readonly revokedAt: Date | undefined;
  /** Set when a run has waited for the finish in vain for as long as one waits. */
  readonly finishUnknownAt: Date | undefined;
}
