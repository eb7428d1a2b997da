import type { Engine } from './engine.js';
import { isSameAccount } from './purchase-answer.js';
import { DroplessError } from '../domain/errors.js';
import type { Account, PurchaseOrderId } from '../domain/ids.js';
import { isClosed, type Purchase } from '../domain/purchase.js';
import { ensureAccount, hasPresented } from '../ledger/accounts.js';
import type { Database } from '../ledger/database.js';
import { acknowledgePurchase, finishPurchase } from '../ledger/finish-purchase.js';
import { getPurchase } from '../ledger/purchases.js';
import type { LedgerWatch } from '../ledger/watch.js';

export interface AcknowledgeDeps {
  readonly db: Database;
  readonly engine: Engine;
  readonly watch: LedgerWatch;
}

export interface Acknowledged {
  /** Undefined for an account that only presented somebody else's order: it is told nothing of it. */
  readonly purchase: Purchase | undefined;
  /** What is left to do once the caller has its answer: waking the workflow. Never rejects. */
  readonly wake: () => Promise<void>;
}

/**
 * Writes down that the device has finished the purchase. The first word counts, before the grant too; the workflow is
 * woken only after the caller has its answer, and it does not matter if that fails: the sweep sees what is due.
 * A caller bound to `applications` speaks for no other's order.
 * @throws {DroplessError} `PURCHASE_NOT_FOUND`; `OWNED_BY_ANOTHER_ACCOUNT` before the grant; `LEDGER_UNAVAILABLE`
 */
export async function acknowledge(
  deps: AcknowledgeDeps,
  purchaseOrderId: PurchaseOrderId,
  by: Account,
  applications?: readonly string[],
): Promise<Acknowledged> {
  const known = await getPurchase(deps.db, purchaseOrderId);
  if (applications?.includes(known.applicationId) === false) throw new DroplessError('PURCHASE_NOT_FOUND');
  const own = isSameAccount(known.account, by);
  // Somebody else's order and no order look the same to whoever has not presented it.
  if (!own && !(await hasPresented(deps.db, purchaseOrderId, by))) throw new DroplessError('PURCHASE_NOT_FOUND');
  if (!own && known.state === 'received') throw new DroplessError('OWNED_BY_ANOTHER_ACCOUNT');
  const acknowledged = await acknowledgePurchase(deps.db, purchaseOrderId, await ensureAccount(deps.db, by));
  // The run gave up waiting long ago: the late word is a ledger write alone.
  const isLate = acknowledged.finishUnknownAt !== undefined;
  if (isLate) await finishPurchase(deps.db, purchaseOrderId);
  const purchase = isLate ? await getPurchase(deps.db, purchaseOrderId) : acknowledged;
  deps.watch.changed(purchaseOrderId);
  return { purchase: own ? purchase : undefined, wake: () => wakeAcknowledged(deps, purchase) };
}

async function wakeAcknowledged({ db, engine }: AcknowledgeDeps, { purchaseOrderId, state }: Purchase): Promise<void> {
  if (isClosed(state)) return;
  const outcome = await engine.wake(purchaseOrderId, 'acknowledged');
  // Somebody ended the run: what it would have done is one statement. Should that fail, the sweep sees what is due.
  if (outcome === 'closed' && state === 'granted') await finishPurchase(db, purchaseOrderId).catch(() => undefined);
}
