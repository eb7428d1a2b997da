import type { Engine } from './engine.js';
import type { Alarm } from './quarantine.js';
import type { Catalogue } from '../domain/catalogue.js';
import { DroplessError } from '../domain/errors.js';
import type { PurchaseOrderId } from '../domain/ids.js';
import { isMended } from '../domain/judge-purchase.js';
import type { Database } from '../ledger/database.js';
import { listOpenPurchases, markRunWoken, type OpenPurchase } from '../ledger/open-purchases.js';
import { getPurchase } from '../ledger/purchases.js';
import type { LedgerChange } from '../workflows/contract.js';

export interface RecoverDeps {
  readonly db: Database;
  readonly engine: Engine;
  readonly alarm: Alarm;
  readonly catalogue: () => Catalogue;
}

/**
 * Sees to it that an open order has a run: starts one where there is none, and wakes the one of an overdue order, whose
 * wake-up call was lost, or of one that the catalogue has come to serve. Tells the run of a closed order of its end.
 * Harmless for an order that is well (L2).
 * @throws {DroplessError} `ENGINE_UNAVAILABLE`
 */
export async function ensureRunning(deps: RecoverDeps, open: OpenPurchase): Promise<'started' | 'running'> {
  const { purchaseOrderId, standing, mayWake, isLate } = open;
  if (standing === 'closed') {
    await wakeRun(deps, purchaseOrderId, 'revoked');
    return 'running';
  }
  if (await deps.engine.isRunning(purchaseOrderId)) {
    const change = mayWake ? await toChange(deps, open) : undefined;
    if (change !== undefined) {
      if (isLate) deps.alarm('PURCHASE_OVERDUE', { purchaseOrderId });
      await wakeRun(deps, purchaseOrderId, change);
    }
    return 'running';
  }
  const outcome = await deps.engine.start(await getPurchase(deps.db, purchaseOrderId), 'any');
  if (outcome !== 'running') throw new DroplessError('ENGINE_UNAVAILABLE', { field: outcome });
  deps.alarm('RUN_CLOSED', { purchaseOrderId });
  return 'started';
}

/** What a run that is there has to hear; undefined: it waits for good reason. */
async function toChange({ db, catalogue }: RecoverDeps, { purchaseOrderId, standing }: OpenPurchase): Promise<LedgerChange | undefined> {
  if (standing === 'overdue') return 'fresh-evidence';
  return isMended(await getPurchase(db, purchaseOrderId), catalogue()) ? 'catalogue' : undefined;
}

async function wakeRun({ db, engine }: RecoverDeps, purchaseOrderId: PurchaseOrderId, change: LedgerChange): Promise<void> {
  const outcome = await engine.wake(purchaseOrderId, change);
  if (outcome !== 'running' && outcome !== 'closed') throw new DroplessError('ENGINE_UNAVAILABLE', { field: outcome });
  await markRunWoken(db, purchaseOrderId);
}

const PAGE = 100;
const AT_ONCE = 10;

/**
 * Rebuilds the engine's running workflows from the ledger: all of its state can be lost. The same code as the sweep,
 * over every open order and at once.
 * @throws {DroplessError} `ENGINE_UNAVAILABLE`, `LEDGER_UNAVAILABLE`: what was started stays started; run it again
 */
export async function recover(deps: RecoverDeps): Promise<{ checked: number; started: number }> {
  const total = { checked: 0, started: 0 };
  let after: PurchaseOrderId | undefined;
  let failure: PromiseRejectedResult | undefined;
  for (;;) {
    const page = await listOpenPurchases(deps.db, { olderThanMs: 0, limit: PAGE, ...(after !== undefined && { after }) });
    after = page.at(-1)?.purchaseOrderId;
    if (after === undefined) break;
    for (let from = 0; from < page.length; from += AT_ONCE) {
      const some = page.slice(from, from + AT_ONCE);
      const outcomes = await Promise.allSettled(some.map((open) => ensureRunning(deps, open)));
      total.checked += some.length;
      total.started += outcomes.filter((outcome) => outcome.status === 'fulfilled' && outcome.value === 'started').length;
      failure ??= outcomes.find((outcome) => outcome.status === 'rejected');
    }
  }
  // One order that cannot be started does not keep the others; that there is one is said at the end.
  if (failure !== undefined) throw failure.reason;
  return total;
}
