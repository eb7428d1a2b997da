import type { PurchaseOrderId } from '../domain/ids.js';
import type { Purchase } from '../domain/purchase.js';
import type { Database } from '../ledger/database.js';
import { listOperatorActs, type OperatorAct } from '../ledger/operator-acts.js';
import { getPurchase } from '../ledger/purchases.js';
import { listPurchaseEvents, type PurchaseEvent } from '../ledger/timeline.js';

export interface PurchaseStory {
  readonly purchase: Purchase;
  readonly timeline: readonly PurchaseEvent[];
  readonly acts: readonly OperatorAct[];
}

/** Everything that the ledger knows of one order, for the person who asks after it. @throws {DroplessError} `PURCHASE_NOT_FOUND` */
export async function describePurchase(db: Database, purchaseOrderId: PurchaseOrderId): Promise<PurchaseStory> {
  const [purchase, timeline, acts] = await Promise.all([
    getPurchase(db, purchaseOrderId),
    listPurchaseEvents(db, purchaseOrderId),
    listOperatorActs(db, purchaseOrderId),
  ]);
  return { purchase, timeline, acts };
}
