import type { Engine } from './engine.js';
import type { Catalogue } from '../domain/catalogue.js';
import { DroplessError } from '../domain/errors.js';
import type { Account, PurchaseOrderId } from '../domain/ids.js';
import { isReleasable, listObstacles } from '../domain/judge-purchase.js';
import { isCompleted, type Purchase } from '../domain/purchase.js';
import { ensureAccount } from '../ledger/accounts.js';
import type { Database } from '../ledger/database.js';
import { attachPurchase, releasePurchase, requireReleasable, type Decision } from '../ledger/operator-acts.js';
import { getPurchase } from '../ledger/purchases.js';
import type { LedgerWatch } from '../ledger/watch.js';
import type { LedgerChange, OperatorResolve, OperatorRetry } from '../workflows/contract.js';

export interface OperateDeps {
  readonly db: Database;
  readonly catalogue: () => Catalogue;
  readonly engine: Engine;
  readonly watch: LedgerWatch;
}

/**
 * Judges a parked order anew, after its cause was mended. The signal names the park that the operator saw.
 * @throws {DroplessError} `PURCHASE_NOT_FOUND`, `NOT_PARKED`, `PARK_NUMBER_STALE`, `ENGINE_UNAVAILABLE`
 */
export async function retry(deps: OperateDeps, purchaseOrderId: PurchaseOrderId, decision: Decision): Promise<void> {
  await operate(deps, purchaseOrderId, decision, (act) => act);
}

/**
 * Closes a parked order without a grant of ours.
 * @throws {DroplessError} `PURCHASE_NOT_FOUND`, `NOT_PARKED`, `PARK_NUMBER_STALE`, `ENGINE_UNAVAILABLE`
 */
export async function resolve(
  deps: OperateDeps,
  purchaseOrderId: PurchaseOrderId,
  as: 'refused' | 'granted-elsewhere',
  decision: Decision,
): Promise<void> {
  await operate(deps, purchaseOrderId, decision, (act) => ({ ...act, as }));
}

/**
 * Lets a parked or operator-refused order be granted in spite of what stands against it, to its owner or the account
 * named. What would leave nothing to grant, or nobody to grant it to, cannot be released.
 * @throws {DroplessError} `PURCHASE_NOT_FOUND`, `PURCHASE_REVOKED`, `NOT_PARKED`, `RELEASE_IMPOSSIBLE`, `PARK_NUMBER_STALE`, `ALREADY_OWNED`
 */
export async function release(
  deps: OperateDeps,
  purchaseOrderId: PurchaseOrderId,
  accountId: string | undefined,
  decision: Decision,
): Promise<void> {
  const purchase = await getPurchase(deps.db, purchaseOrderId);
  requireReleasable(purchase); // Before asking what stands against a grant that is not to come any more.
  const account = toAccount(purchase, accountId);
  const accountKey = account === undefined ? purchase.accountKey : await ensureAccount(deps.db, account);
  const standing = listObstacles({ ...purchase, accountKey }, deps.catalogue());
  const impossible = standing.find((reason) => !isReleasable(reason, purchase.unexpected));
  if (impossible !== undefined) throw new DroplessError('RELEASE_IMPOSSIBLE', { field: impossible });
  const parkedFor = purchase.park !== undefined && isReleasable(purchase.park.reason, purchase.unexpected) ? [purchase.park.reason] : [];
  const reasons = [...new Set([...parkedFor, ...standing])];
  // What is overridden are the reasons of this park: parked anew meanwhile, the order may stand there for another.
  const seen = { ...decision, park: decision.park ?? purchase.park?.number };
  await deps.db.transaction((tx) => releasePurchase(tx, purchaseOrderId, reasons, accountKey, seen));
  await tell(deps, purchaseOrderId, 'released');
}

/**
 * Gives an unowned order its account.
 * @throws {DroplessError} `PURCHASE_NOT_FOUND`, `PURCHASE_REVOKED`, `ALREADY_OWNED`, `NOT_PARKED`, `PARK_NUMBER_STALE`
 */
export async function attach(deps: OperateDeps, purchaseOrderId: PurchaseOrderId, accountId: string, decision: Decision): Promise<void> {
  const { environment, realm } = await getPurchase(deps.db, purchaseOrderId);
  const accountKey = await ensureAccount(deps.db, { environment, realm, accountId });
  await deps.db.transaction((tx) => attachPurchase(tx, purchaseOrderId, accountKey, decision));
  await tell(deps, purchaseOrderId, 'owner-found');
}

/**
 * Signals the order's run; one that is closed or missing is started first, and parks under the same number. Parked
 * anew before the signal arrives, the order is left as it is: the ledger's statement names the park, too.
 */
async function operate(
  { db, engine }: OperateDeps,
  purchaseOrderId: PurchaseOrderId,
  { park: wanted, who, why }: Decision,
  toAct: (retry: OperatorRetry) => OperatorRetry | OperatorResolve,
): Promise<void> {
  const purchase = await getPurchase(db, purchaseOrderId);
  const park = getPark(purchase).number;
  if (wanted !== undefined && wanted !== park) throw new DroplessError('PARK_NUMBER_STALE');
  await engine.start(purchase, 'any');
  await engine.operate(purchaseOrderId, toAct({ park, who, why }));
}

/** The act stands in the ledger; a run that is closed or missing is started, and if Temporal is down the sweep does it. */
async function tell(deps: OperateDeps, purchaseOrderId: PurchaseOrderId, change: LedgerChange): Promise<void> {
  deps.watch.changed(purchaseOrderId);
  if ((await deps.engine.wake(purchaseOrderId, change)) !== 'closed') return;
  const purchase = await getPurchase(deps.db, purchaseOrderId);
  if (isCompleted(purchase)) await deps.engine.start(purchase, 'any');
}

function getPark({ park }: Purchase): NonNullable<Purchase['park']> {
  if (park === undefined) throw new DroplessError('NOT_PARKED');
  return park;
}

function toAccount({ environment, realm }: Purchase, accountId: string | undefined): Account | undefined {
  return accountId === undefined ? undefined : { environment, realm, accountId };
}
