import type { Engine } from './engine.js';
import type { Alarm } from './quarantine.js';
import type { Catalogue } from '../domain/catalogue.js';
import { DroplessError } from '../domain/errors.js';
import type { PurchaseOrderId } from '../domain/ids.js';
import { isMended } from '../domain/judge-purchase.js';
import type { Database } from '../ledger/database.js';
import { listOpenPurchases, type OpenPurchase } from '../ledger/open-purchases.js';
import { getPurchase } from '../ledger/purchases.js';

export interface RecoverDeps {
  readonly db: Database;
  readonly engine: Engine;
  readonly alarm: Alarm;
  readonly catalogue: () => Catalogue;
}

/**
 * Sees to it that an open order has a run: starts one where there is none, and wakes the one of an overdue order, whose
 * wake-up call was lost, or of one that the catalogue has come to serve. Harmless for an order that is well (L2).
 * @throws {DroplessError} `ENGINE_UNAVAILABLE`
 */
export async function ensureRunning(deps: RecoverDeps, { purchaseOrderId, overdue }: OpenPurchase): Promise<'started' | 'running'> {
  if (await deps.engine.isRunning(purchaseOrderId)) {
    if (overdue) await deps.engine.wake(purchaseOrderId, 'fresh-evidence');
    else if (isMended(await getPurchase(deps.db, purchaseOrderId), deps.catalogue())) {
      await deps.engine.wake(purchaseOrderId, 'catalogue');
    }
    return 'running';
  }
  const outcome = await deps.engine.start(await getPurchase(deps.db, purchaseOrderId), 'any');
  if (outcome !== 'running') throw new DroplessError('ENGINE_UNAVAILABLE', { field: outcome });
  deps.alarm('RUN_CLOSED', { purchaseOrderId });
  return 'started';
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
    after = page.at(-1);
    if (after === undefined) break;
    for (let from = 0; from < page.length; from += AT_ONCE) {
      const some = page.slice(from, from + AT_ONCE);
      const outcomes = await Promise.allSettled(some.map((id) => ensureRunning(deps, { purchaseOrderId: id, overdue: false })));
      total.checked += some.length;
      total.started += outcomes.filter((outcome) => outcome.status === 'fulfilled' && outcome.value === 'started').length;
      failure ??= outcomes.find((outcome) => outcome.status === 'rejected');
    }
  }
  // One order that cannot be started does not keep the others; that there is one is said at the end.
  if (failure !== undefined) throw failure.reason;
  return total;
}
