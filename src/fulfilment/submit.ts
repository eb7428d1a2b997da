import { quarantine, type QuarantineDeps } from './quarantine.js';
import { isSameAccount, toAnswer, type PurchaseAnswer } from './purchase-answer.js';
import type { Engine } from './engine.js';
import type { Application, Catalogue } from '../domain/catalogue.js';
import type { ErrorCode } from '../domain/error-codes.js';
import { DroplessError } from '../domain/errors.js';
import type { Account } from '../domain/ids.js';
import { isMended } from '../domain/judge-purchase.js';
import { toOwnerRule } from '../domain/owner.js';
import { isClosed, isCompleted, type Purchase, type VerifiedPurchase } from '../domain/purchase.js';
import { absorbEvidence, toNews, type News } from '../ledger/absorb-evidence.js';
import { ensureAccount, insertPresentation } from '../ledger/accounts.js';
import type { Database } from '../ledger/database.js';
import type { EvidenceCipher } from '../ledger/evidence-cipher.js';
import { getPurchase } from '../ledger/purchases.js';
import { receivePurchase, type ResolvedOwner, type SealedEvidence } from '../ledger/receive-purchase.js';
import type { LedgerWatch } from '../ledger/watch.js';
import type { Verifier } from '../store/verify-purchase.js';
import type { LedgerChange } from '../workflows/contract.js';

export interface SubmitDeps extends QuarantineDeps {
  readonly db: Database;
  readonly cipher: EvidenceCipher;
  readonly verifier: Verifier;
  readonly catalogue: () => Catalogue;
  readonly engine: Engine;
  readonly watch: LedgerWatch;
  /** The moment that fresh evidence is judged at. */
  readonly now: () => Date;
  readonly grantWaitMs: number;
  readonly waitingCallersMax: number;
}

export interface Submission {
  /** The device's whole purchaseData, or the bare JWS. */
  readonly evidence: string;
  /** The authenticated account that presents it; its realm and environment bound what it may present. */
  readonly presenter: Account;
  /** The applications that the caller acts for; undefined: every one of its realm. */
  readonly applications?: readonly string[] | undefined;
}

/**
 * The one door for purchases: verify, write to the ledger, start the workflow, and wait a little for the grant.
 * @throws {DroplessError} the evidence's code when it is refused; `APPLICATION_UNKNOWN`, `ENVIRONMENT_UNKNOWN`,
 *   `APPLICATION_NOT_ALLOWED`, `ORDER_ID_CONFLICT`; `LEDGER_UNAVAILABLE` when nothing was accepted
 */
export async function submit(deps: SubmitDeps, submission: Submission): Promise<PurchaseAnswer> {
  const { evidence, presenter } = submission;
  const { verdict } = await deps.verifier.verify(evidence, deps.now());
  if (verdict.kind === 'refused') {
    if (verdict.keep !== undefined) await quarantine(deps, evidence, verdict.code, verdict.keep);
    throw new DroplessError(verdict.code);
  }
  const [first, ...others] = verdict.purchases;
  // A group's orders are each taken for themselves: what is wrong with one must not lose the others.
  for (const other of others) await acceptSibling(deps, other, submission);
  const accepted = await accept(deps, first, submission);
  const mayWait = await ensureRun(deps, accepted);
  return toAnswer(mayWait ? await awaitGrant(deps, accepted.purchase) : accepted.purchase, presenter);
}

async function acceptSibling(deps: SubmitDeps, verified: VerifiedPurchase, submission: Submission): Promise<void> {
  try {
    await ensureRun(deps, await accept(deps, verified, submission));
  } catch (error) {
    // It has been kept aside or told as an alarm; only a ledger that is away makes the whole submission fail.
    if (!(error instanceof DroplessError) || error.code === 'LEDGER_UNAVAILABLE') throw error;
  }
}

interface Accepted {
  readonly purchase: Purchase;
  readonly news: News | 'new';
}

/** Brings one order into the ledger, or its news, and sees to it that a run is there if there is something left to do. */
async function accept(deps: SubmitDeps, verified: VerifiedPurchase, submission: Submission): Promise<Accepted> {
  const { evidence, presenter } = submission;
  const application = await findApplication(deps, verified, submission);
  const owner = await resolveOwner(deps, verified, application, presenter);
  const sealed = await deps.cipher.seal(evidence, verified);
  const { purchase, isNew } = await receivePurchase(deps.db, verified, application.realm, owner, sealed);
  const accepted = isNew ? { purchase, news: 'new' as const } : await absorb(deps, purchase, verified, owner, sealed);
  if (!isSameAccount(accepted.purchase.account, presenter)) {
    await insertPresentation(deps.db, purchase.purchaseOrderId, await ensureAccount(deps.db, presenter));
  }
  return accepted;
}

async function absorb(
  deps: SubmitDeps,
  known: Purchase,
  verified: VerifiedPurchase,
  owner: ResolvedOwner,
  sealed: SealedEvidence,
): Promise<Accepted> {
  if (toNews(known, verified, owner) === 'none') return { purchase: known, news: 'none' };
  const news = await deps.db.transaction((tx) => absorbEvidence(tx, verified, owner, sealed));
  if (news === 'conflict') {
    deps.alarm('ORDER_ID_CONFLICT', { purchaseOrderId: known.purchaseOrderId });
    throw new DroplessError('ORDER_ID_CONFLICT');
  }
  deps.watch.changed(known.purchaseOrderId);
  return { purchase: await getPurchase(deps.db, known.purchaseOrderId), news };
}

/** Starts or wakes the run of an order that is not final. Answers whether waiting for its grant makes sense. */
async function ensureRun(deps: SubmitDeps, { purchase, news }: Accepted): Promise<boolean> {
  const { purchaseOrderId, state } = purchase;
  if (!isCompleted(purchase)) return false;
  if (state !== 'received') {
    const ended = isWord(news) && (await deps.engine.wake(purchaseOrderId, news)) === 'closed';
    // News opens a run again, for an order that was given up on, or whose run somebody ended.
    if (ended && !isClosed(state)) await deps.engine.start(purchase, 'any');
    return false;
  }
  const outcome = await deps.engine.start(purchase);
  if (outcome === 'closed') deps.alarm('RUN_CLOSED', { purchaseOrderId });
  const word = isMended(purchase, deps.catalogue()) ? 'catalogue' : news;
  if (outcome === 'running' && isWord(word)) await deps.engine.wake(purchaseOrderId, word);
  // Where the engine surely took nothing, waiting would only keep the player; the sweep starts the run later.
  return outcome === 'running' || outcome === 'unknown';
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

function isWord(news: News | 'new' | 'catalogue'): news is LedgerChange & (News | 'catalogue') {
  return news === 'revoked' || news === 'owner-found' || news === 'fresh-evidence' || news === 'catalogue';
}

/** What the catalogue says of the order's application; orders that are not for us, or not for this caller, are kept. */
async function findApplication(deps: SubmitDeps, verified: VerifiedPurchase, submission: Submission): Promise<Application> {
  const application = deps.catalogue().applications.get(verified.applicationId);
  const refusal = toRefusal(application, verified, submission);
  if (refusal !== undefined) await quarantine(deps, submission.evidence, refusal, verified);
  if (application === undefined || refusal !== undefined) throw new DroplessError(refusal ?? 'APPLICATION_UNKNOWN');
  return application;
}

function toRefusal(
  application: Application | undefined,
  { environment }: VerifiedPurchase,
  { presenter, applications }: Submission,
): ErrorCode | undefined {
  if (application === undefined) return 'APPLICATION_UNKNOWN';
  if (!application.environments.includes(environment)) return 'ENVIRONMENT_UNKNOWN';
  const bound = application.realm === presenter.realm && environment === presenter.environment;
  const allowed = bound && (applications?.includes(application.applicationId) ?? true);
  return allowed ? undefined : 'APPLICATION_NOT_ALLOWED';
}

async function resolveOwner(
  deps: SubmitDeps,
  verified: VerifiedPurchase,
  application: Application,
  presenter: Account,
): Promise<ResolvedOwner> {
  const { developerPayload, purchasedAtMs, unexpected } = verified;
  if (unexpected.includes('developerPayload')) return undefined; // It names somebody, and not the presenter.
  const rule = toOwnerRule(developerPayload, application, purchasedAtMs, deps.now().getTime());
  if (rule.kind === 'nobody') return undefined;
  return rule.kind === 'tag' ? { tag: rule.tag } : { accountKey: await ensureAccount(deps.db, presenter) };
}
