import { isSameAccount } from './purchase-answer.js';
import { quarantine, type QuarantineDeps } from './quarantine.js';
import type { Application, Catalogue } from '../domain/catalogue.js';
import type { ErrorCode } from '../domain/error-codes.js';
import { DroplessError } from '../domain/errors.js';
import type { Account, PurchaseOrderId } from '../domain/ids.js';
import { toOwnerRule, type OwnerRule } from '../domain/owner.js';
import type { Purchase, VerifiedPurchase } from '../domain/purchase.js';
import { absorbEvidence, toNews, type News } from '../ledger/absorb-evidence.js';
import { ensureAccount, hasPresented, insertPresentation } from '../ledger/accounts.js';
import { findPurchase, getPurchase } from '../ledger/purchases.js';
import { receivePurchase, type ResolvedOwner } from '../ledger/receive-purchase.js';
import type { LedgerWatch } from '../ledger/watch.js';
import type { VerificationReport } from '../store/index.js';

export interface AcceptDeps extends QuarantineDeps {
  readonly catalogue: () => Catalogue;
  readonly watch: LedgerWatch;
}

export interface Presented {
  /** The device's whole purchaseData, or the bare JWS. */
  readonly evidence: string;
  /** The authenticated account that presents it; its realm and environment bound what it may present. Undefined: nobody does. */
  readonly presenter: Account | undefined;
  /** The applications that the caller acts for; undefined: every one of its realm. */
  readonly applications?: readonly string[] | undefined;
}

/** What was presented and found good, and how. */
export interface Judged extends Presented {
  readonly report: VerificationReport;
}

/** An order as it stands in the ledger, and what its evidence brought. */
export interface Accepted {
  readonly purchase: Purchase;
  readonly news: News | 'new';
}

/**
 * Brings one order into the ledger, or its news. A repeat without news costs one query: nothing is sealed or written.
 * @throws {DroplessError} `APPLICATION_UNKNOWN`, `ENVIRONMENT_UNKNOWN`, `APPLICATION_NOT_ALLOWED`, `ORDER_ID_CONFLICT`
 */
export async function acceptPurchase(deps: AcceptDeps, verified: VerifiedPurchase, presented: Judged): Promise<Accepted> {
  const { presenter } = presented;
  const application = await findApplication(deps, verified, presented);
  const rule = findOwnerRule(deps, verified, application, presenter);
  const known = await findPurchase(deps.db, verified.purchaseOrderId);
  const isRepeat = known !== undefined && toNews(known, verified, rule.kind !== 'nobody') === 'none';
  const accepted = isRepeat
    ? { purchase: known, news: 'none' as const }
    : await write(deps, { verified, presented, rule, realm: application.realm, known });
  if (presenter !== undefined && !isSameAccount(accepted.purchase.account, presenter)) {
    await rememberPresenter(deps, accepted.purchase.purchaseOrderId, presenter);
  }
  if (accepted.news !== 'none' && verified.unexpected.length > 0) {
    deps.alarm('PAYLOAD_UNEXPECTED', { purchaseOrderId: verified.purchaseOrderId, unexpected: verified.unexpected });
  }
  return accepted;
}

/** The constraint decides who comes first; the reading before only spares a repeat its writes. */
async function rememberPresenter({ db }: AcceptDeps, purchaseOrderId: PurchaseOrderId, presenter: Account): Promise<void> {
  if (await hasPresented(db, purchaseOrderId, presenter)) return;
  await insertPresentation(db, purchaseOrderId, await ensureAccount(db, presenter));
}

interface Arrival {
  readonly verified: VerifiedPurchase;
  readonly presented: Judged;
  readonly rule: OwnerRule;
  readonly realm: string;
  readonly known: Purchase | undefined;
}

async function write(deps: AcceptDeps, { verified, presented, rule, realm, known }: Arrival): Promise<Accepted> {
  const owner = await resolveOwner(deps, rule, presented.presenter);
  const sealed = { ...(await deps.cipher.seal(presented.evidence, verified)), report: presented.report };
  const receipt = known === undefined ? await receivePurchase(deps.db, verified, realm, owner, sealed) : { purchase: known, isNew: false };
  const { purchase, isNew } = receipt;
  if (isNew) return { purchase, news: 'new' };
  if (toNews(purchase, verified, owner !== undefined) === 'none') return { purchase, news: 'none' };
  const news = await deps.db.transaction((tx) => absorbEvidence(tx, verified, owner, sealed));
  if (news === 'conflict') {
    deps.alarm('ORDER_ID_CONFLICT', { purchaseOrderId: purchase.purchaseOrderId });
    throw new DroplessError('ORDER_ID_CONFLICT');
  }
  deps.watch.changed(purchase.purchaseOrderId);
  return { purchase: await getPurchase(deps.db, purchase.purchaseOrderId), news };
}

/** What the catalogue says of the order's application; orders that are not for us, or not for this caller, are kept. */
async function findApplication(deps: AcceptDeps, verified: VerifiedPurchase, presented: Presented): Promise<Application> {
  const application = deps.catalogue().applications.get(verified.applicationId);
  const refusal = toRefusal(application, verified, presented);
  if (refusal !== undefined) await quarantine(deps, presented.evidence, refusal, verified);
  if (application === undefined || refusal !== undefined) throw new DroplessError(refusal ?? 'APPLICATION_UNKNOWN');
  return application;
}

function toRefusal(
  application: Application | undefined,
  { environment }: VerifiedPurchase,
  { presenter, applications }: Presented,
): ErrorCode | undefined {
  if (application === undefined) return 'APPLICATION_UNKNOWN';
  if (!application.environments.includes(environment)) return 'ENVIRONMENT_UNKNOWN';
  if (presenter === undefined) return undefined;
  const bound = application.realm === presenter.realm && environment === presenter.environment;
  const allowed = bound && (applications?.includes(application.applicationId) ?? true);
  return allowed ? undefined : 'APPLICATION_NOT_ALLOWED';
}

function findOwnerRule(
  { now }: AcceptDeps,
  { developerPayload, purchasedAtMs, unexpected }: VerifiedPurchase,
  application: Application,
  presenter: Account | undefined,
): OwnerRule {
  if (unexpected.includes('developerPayload')) return { kind: 'nobody' }; // It names somebody, and not the presenter.
  const rule = toOwnerRule(developerPayload, application, purchasedAtMs, now().getTime());
  return rule.kind === 'presenter' && presenter === undefined ? { kind: 'nobody' } : rule;
}

async function resolveOwner({ db }: AcceptDeps, rule: OwnerRule, presenter: Account | undefined): Promise<ResolvedOwner> {
  if (rule.kind === 'tag') return { tag: rule.tag };
  return rule.kind === 'presenter' && presenter !== undefined ? { accountKey: await ensureAccount(db, presenter) } : undefined;
}
