import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { defineSignal } from '@temporalio/workflow';
import type { PurchaseOrderId } from '../domain/ids.js';
import type { ParkReason, PurchaseState } from '../domain/purchase.js';

export const TASK_QUEUE = 'purchases';

/** Operators search by the order id on the receipt: the workflow's id is that id, character for character. */
export const purchaseWorkflowId = (purchaseOrderId: PurchaseOrderId): string => purchaseOrderId;

/** Only the order id: the evidence and its token stay in the ledger. */
export type FulfilPurchaseInput = PurchaseOrderId;

export interface FulfilPurchaseResult {
  /** `granted` only when nobody confirmed the finish in all the time that a run waits for it. */
  readonly state: PurchaseState;
}

/** Why the ledger is worth reading again. The word is for people; the workflow reads the ledger whatever it says. */
export type LedgerChange = 'acknowledged' | 'revoked' | 'owner-found' | 'fresh-evidence' | 'released' | 'catalogue';

/** An operator's word, authenticated by whoever sends the signal. It counts only for the park that it names. */
export interface OperatorRetry {
  readonly park: number;
  readonly who: string;
  readonly why: string;
}
export interface OperatorResolve extends OperatorRetry {
  readonly as: 'refused' | 'granted-elsewhere';
}

/** Something that this purchase may wait for is in the ledger. A signal: it is taken even while the workflow is stuck. */
export const ledgerChangedSignal = defineSignal<[LedgerChange]>('ledgerChanged');
/** The cause is mended: judge the parked purchase anew. */
export const operatorRetrySignal = defineSignal<[OperatorRetry]>('operatorRetry');
/** Close the parked purchase without a grant of ours. */
export const operatorResolveSignal = defineSignal<[OperatorResolve]>('operatorResolve');

export const purchaseStateAttribute = defineSearchAttributeKey('PurchaseState', SearchAttributeType.KEYWORD);
export const productIdAttribute = defineSearchAttributeKey('ProductId', SearchAttributeType.KEYWORD);
export const storeEnvironmentAttribute = defineSearchAttributeKey('StoreEnvironment', SearchAttributeType.KEYWORD);
export const parkedReasonAttribute = defineSearchAttributeKey('ParkedReason', SearchAttributeType.KEYWORD);

/** All of them, for `dropless setup`. Clear text on the server: no account, no token. */
export const SEARCH_ATTRIBUTES = [purchaseStateAttribute, productIdAttribute, storeEnvironmentAttribute, parkedReasonAttribute] as const;

/** The memo of a parked purchase: readable when no worker is up to answer for its current details. */
export interface ParkedMemo {
  readonly reason: ParkReason;
  readonly park: number;
  readonly whatToDo: string;
}

export const RESTART_STRANDED_SCHEDULE_ID = 'restart-stranded';
