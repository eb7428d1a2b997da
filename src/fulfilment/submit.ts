import { acceptPurchase, type AcceptDeps, type Judged, type Presented } from './accept-purchase.js';
import { ensureRun, type EnsureRunDeps } from './ensure-run.js';
import { toAnswer, type PurchaseAnswer } from './purchase-answer.js';
import { quarantine } from './quarantine.js';
import { DroplessError } from '../domain/errors.js';
import type { Account } from '../domain/ids.js';
import { isMended } from '../domain/judge-purchase.js';
import type { Purchase, VerifiedPurchase } from '../domain/purchase.js';
import { getPurchase } from '../ledger/purchases.js';
import { toReport, type Verifier } from '../store/index.js';

export interface SubmitDeps extends AcceptDeps, EnsureRunDeps {
  readonly verifier: Pick<Verifier, 'verify'>;
  readonly grantWaitMs: number;
  readonly waitingCallersMax: number;
}

export interface Submission extends Presented {
  readonly presenter: Account;
}

/**
 * The one door for purchases: verify, write to the ledger, start the workflow, and wait a little for the grant.
 * @throws {DroplessError} the evidence's code when it is refused; `APPLICATION_UNKNOWN`, `ENVIRONMENT_UNKNOWN`,
 *   `APPLICATION_NOT_ALLOWED`, `ORDER_ID_CONFLICT`; `LEDGER_UNAVAILABLE` when nothing was accepted
 */
export async function submit(deps: SubmitDeps, submission: Submission): Promise<PurchaseAnswer> {
  const { evidence, presenter } = submission;
  const at = deps.now();
  const verification = await deps.verifier.verify(evidence, at);
  const { verdict } = verification;
  if (verdict.kind !== 'valid') {
    if (verdict.keep !== undefined) await quarantine(deps, evidence, verdict.code, verdict.keep);
    throw new DroplessError(verdict.code);
  }
  const judged = { ...submission, report: toReport(verification, at) };
  const [first, ...others] = verdict.purchases;
  // A group's orders are each taken for themselves: what is wrong with one must not lose the others.
  for (const other of others) await acceptForItself(deps, other, judged);
  const accepted = await acceptPurchase(deps, first, judged);
  const mayWait = await ensureRun(deps, accepted);
  return toAnswer(mayWait ? await awaitGrant(deps, accepted.purchase) : accepted.purchase, presenter);
}

/** Takes one order of several, or keeps it aside, and goes on. @throws {DroplessError} `LEDGER_UNAVAILABLE` */
export async function acceptForItself(deps: AcceptDeps & EnsureRunDeps, verified: VerifiedPurchase, judged: Judged): Promise<void> {
  try {
    await ensureRun(deps, await acceptPurchase(deps, verified, judged));
  } catch (error) {
    // It has been kept aside or told as an alarm; only a ledger that is away makes the whole submission fail.
    if (!(error instanceof DroplessError) || error.code === 'LEDGER_UNAVAILABLE') throw error;
  }
}

/** The purchase once the ledger says `granted`, or why not; as it stands when the time is up. */
async function awaitGrant({ db, watch, catalogue, waitingCallersMax, grantWaitMs }: SubmitDeps, purchase: Purchase): Promise<Purchase> {
  if (watch.waiting >= waitingCallersMax) return purchase;
  const before = purchase.park?.number;
  const mayChange = isMended(purchase, catalogue());
  const isSettled = ({ state, park }: Purchase) => state !== 'received' || (park !== undefined && !(mayChange && park.number === before));
  const settled = await watch.waitFor(purchase.purchaseOrderId, isSettled, grantWaitMs);
  return settled ?? getPurchase(db, purchase.purchaseOrderId);
}
