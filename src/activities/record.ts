import type { OperatorActInput, ParkPurchaseInput, ParkPurchaseResult, PurchaseSteps } from './steps.js';
import type { PurchaseOrderId } from '../domain/ids.js';
import type { Database } from '../ledger/database.js';
import { closeUnfinishedPurchase } from '../ledger/finish-purchase.js';
import * as acts from '../ledger/operator-acts.js';
import * as parking from '../ledger/park-purchase.js';
import { insertPurchaseEvent } from '../ledger/timeline.js';

export interface RecordDeps {
  readonly db: Database;
  readonly changed: (purchaseOrderId: PurchaseOrderId) => void;
}

export async function parkPurchase({ db, changed }: RecordDeps, input: ParkPurchaseInput): Promise<ParkPurchaseResult> {
  const park = await parking.parkPurchase(db, input.purchaseOrderId, input.code);
  changed(input.purchaseOrderId);
  return park === undefined ? {} : { park: park.number };
}

/** An act whose park has gone meanwhile changes nothing; a second try of this step finds just that. */
export async function retryPurchase({ db, changed }: RecordDeps, input: OperatorActInput): Promise<void> {
  const { purchaseOrderId, park, who, why } = input;
  await db.transaction((tx) => acts.retryPurchase(tx, purchaseOrderId, park, { who, why }));
  changed(purchaseOrderId);
}

type ResolveInput = Parameters<PurchaseSteps['resolvePurchase']>[0];

export async function resolvePurchase({ db, changed }: RecordDeps, input: ResolveInput): Promise<void> {
  const { purchaseOrderId, park, as, who, why } = input;
  await db.transaction((tx) => acts.resolvePurchase(tx, purchaseOrderId, park, as, { who, why }));
  changed(purchaseOrderId);
}

export async function closeUnfinished({ db }: RecordDeps, purchaseOrderId: PurchaseOrderId): Promise<void> {
  await closeUnfinishedPurchase(db, purchaseOrderId);
}

export async function recordCancelRequest({ db }: RecordDeps, purchaseOrderId: PurchaseOrderId): Promise<void> {
  await insertPurchaseEvent(db, purchaseOrderId, 'cancel-ignored');
}
