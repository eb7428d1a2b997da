import type { LedgerView } from './steps.js';
import type { Catalogue } from '../domain/catalogue.js';
import type { PurchaseOrderId } from '../domain/ids.js';
import { listObstacles } from '../domain/judge-purchase.js';
import type { Database } from '../ledger/database.js';
import { getPurchase } from '../ledger/purchases.js';

export interface CheckLedgerDeps {
  readonly db: Database;
  readonly catalogue: () => Catalogue;
  readonly acknowledgementWindowMs: number;
  readonly finishWindowMs: number;
}

/** Where the purchase stands, and whether anything keeps it from being granted under the catalogue in force. */
export async function checkLedger(deps: CheckLedgerDeps, purchaseOrderId: PurchaseOrderId): Promise<LedgerView> {
  const purchase = await getPurchase(deps.db, purchaseOrderId);
  const [obstacle] = purchase.state === 'received' ? listObstacles(purchase, deps.catalogue()) : [];
  return {
    state: purchase.state,
    applicationId: purchase.applicationId,
    productId: purchase.productId,
    quantity: purchase.quantity,
    ...(obstacle !== undefined && { code: obstacle }),
    released: purchase.released,
    finishKnown: purchase.storeFinished || purchase.acknowledgedAt !== undefined,
    acknowledgementWindowMs: deps.acknowledgementWindowMs,
    closesInMs: toClosesInMs(purchase.grantedAt, deps.finishWindowMs),
  };
}

/** Counted from the grant, so that a new run does not wait all over again. */
function toClosesInMs(grantedAt: Date | undefined, finishWindowMs: number): number {
  const waitedMs = grantedAt === undefined ? 0 : Date.now() - grantedAt.getTime();
  return Math.max(0, finishWindowMs - Math.max(0, waitedMs));
}
