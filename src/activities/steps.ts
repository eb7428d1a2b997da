import type { PurchaseOrderId } from '../domain/ids.js';
import type { ParkReason, PurchaseState } from '../domain/purchase.js';

/** What a step answers: facts and codes, never evidence, tokens or account names; all of it stands in the history. */
export interface VerifyPurchaseResult {
  readonly state: 'verified' | 'unverified';
  /** Set when unverified: why the purchase has to be parked. */
  readonly code?: ParkReason;
}

export interface LedgerView {
  readonly state: PurchaseState;
  readonly applicationId: string;
  readonly productId: string;
  readonly quantity: number;
  /** Why it cannot be granted as things stand. */
  readonly code?: ParkReason;
  /** Reasons that an operator has overridden. */
  readonly released: readonly string[];
  /** Known to be finished: the client said so, or the store. */
  readonly finishKnown: boolean;
  /** How long the client is given before the finish counts as overdue. */
  readonly acknowledgementWindowMs: number;
  /** How long from now a run goes on waiting for the finish. */
  readonly closesInMs: number;
}

export interface GrantEntitlementInput {
  readonly purchaseOrderId: PurchaseOrderId;
  readonly applicationId: string;
  readonly productId: string;
  readonly quantity: number;
}

export interface GrantEntitlementResult extends StateResult {
  /** Set when not granted for a reason that only the grant itself could find: why the purchase has to be parked. */
  readonly code?: ParkReason;
}

export interface StateResult {
  readonly state: PurchaseState;
}

export interface ParkPurchaseInput {
  readonly purchaseOrderId: PurchaseOrderId;
  readonly code: ParkReason;
}
export interface ParkPurchaseResult {
  /** Undefined: the purchase has moved on meanwhile. */
  readonly park?: number;
}

export interface OperatorActInput {
  readonly purchaseOrderId: PurchaseOrderId;
  readonly park: number;
  readonly who: string;
  readonly why: string;
}

/** The steps of the workflow `fulfilPurchase`, named as it calls them. */
export interface PurchaseSteps {
  /** Verifies the stored evidence again: the workflow trusts no caller, and its history is the proof. */
  verifyPurchase(purchaseOrderId: PurchaseOrderId): Promise<VerifyPurchaseResult>;
  checkLedger(purchaseOrderId: PurchaseOrderId): Promise<LedgerView>;
  grantEntitlement(input: GrantEntitlementInput): Promise<GrantEntitlementResult>;
  markFinished(purchaseOrderId: PurchaseOrderId): Promise<StateResult>;
  parkPurchase(input: ParkPurchaseInput): Promise<ParkPurchaseResult>;
  retryPurchase(input: OperatorActInput): Promise<void>;
  resolvePurchase(input: OperatorActInput & { readonly as: 'refused' | 'granted-elsewhere' }): Promise<void>;
  closeUnfinished(purchaseOrderId: PurchaseOrderId): Promise<void>;
  recordCancelRequest(purchaseOrderId: PurchaseOrderId): Promise<void>;
}

/** What the sweep workflow calls. */
export interface SweepSteps {
  restartStranded(): Promise<{ readonly checked: number; readonly started: number }>;
}
