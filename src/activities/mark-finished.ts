import type { StateResult } from './steps.js';
import type { PurchaseOrderId } from '../domain/ids.js';
import type { Database } from '../ledger/database.js';
import { finishPurchase } from '../ledger/finish-purchase.js';

export interface MarkFinishedDeps {
  readonly db: Database;
  readonly changed: (purchaseOrderId: PurchaseOrderId) => void;
}

/** Closes the purchase: the client said that it finished it, or the store does. */
export async function markFinished({ db, changed }: MarkFinishedDeps, purchaseOrderId: PurchaseOrderId): Promise<StateResult> {
  const state = await finishPurchase(db, purchaseOrderId);
  changed(purchaseOrderId);
  return { state };
}
