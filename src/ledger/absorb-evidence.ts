import { findAccountKeyByTag } from './accounts.js';
import type { Transaction } from './database.js';
import { insertConflictingEvidence, insertEvidence } from './evidence.js';
import { lockPurchase } from './purchases.js';
import type { ResolvedOwner, SealedEvidence } from './receive-purchase.js';
import { revokePurchase } from './revoke-purchase.js';
import { insertPurchaseEvent } from './timeline.js';
import { isCompleted, type ParkReason, type Purchase, type VerifiedPurchase } from '../domain/purchase.js';

/** What a repeat tells about an order that the ledger knows. */
export type News = 'conflict' | 'revoked' | 'owner-found' | 'fresh-evidence' | 'none';

/**
 * What is new in evidence about a known order, the weightiest first. A repeat without news is answered from the row
 * alone. Revocation is sticky: evidence signed before it, or without it, changes nothing.
 */
export function toNews(purchase: Purchase, verified: VerifiedPurchase, namesOwner: boolean): News {
  const { environment, applicationId } = purchase;
  if (environment !== verified.environment || applicationId !== verified.applicationId) return 'conflict';
  if (purchase.revokedAt !== undefined) return 'none';
  if (verified.revocation !== undefined) return 'revoked';
  if (isFresher(purchase, verified)) return 'fresh-evidence';
  const ownerless = purchase.accountKey === undefined && purchase.state === 'received';
  return ownerless && namesOwner ? 'owner-found' : 'none';
}

function isFresher(purchase: Purchase, verified: VerifiedPurchase): boolean {
  if (verified.unexpected.includes(SIGNED_TIME)) return isMore(purchase, verified);
  if (verified.signedAtMs <= purchase.signedAt.getTime()) return false;
  if (verified.storeFinished !== purchase.storeFinished) return true;
  if (purchase.state !== 'received') return false;
  // Before the grant, a later word of the store may mend what the purchase waits for.
  const completed = purchase.purchasedAt === undefined && verified.purchasedAtMs !== undefined;
  const readOtherwise = verified.unexpected.join() !== purchase.unexpected.join();
  return completed || readOtherwise || isAboutEvidence(purchase.park?.reason);
}

const SIGNED_TIME = 'signedTime';

/** A copy without a readable time of signing may be old or new: it counts for what it adds, and never takes anything back. */
function isMore(purchase: Purchase, verified: VerifiedPurchase): boolean {
  if (verified.storeFinished && !purchase.storeFinished) return true;
  if (purchase.state !== 'received') return false;
  const completed = purchase.purchasedAt === undefined && verified.purchasedAtMs !== undefined;
  const isAsOld = purchase.unexpected.includes(SIGNED_TIME);
  return completed || (isAsOld && verified.unexpected.length < purchase.unexpected.length);
}

function isAboutEvidence(reason: ParkReason | undefined): boolean {
  return reason === 'EVIDENCE_INVALID' || reason === 'EVIDENCE_KEY_MISSING' || reason === 'CERTIFICATE_REVOKED';
}

/**
 * Stores the news and acts on it in one transaction, judged again under the row's lock. Answers with what was new
 * when the lock was held; the caller wakes the workflow if anything was.
 */
export async function absorbEvidence(
  tx: Transaction,
  verified: VerifiedPurchase,
  presented: ResolvedOwner,
  sealed: SealedEvidence,
): Promise<News> {
  const purchase = await lockPurchase(tx, verified.purchaseOrderId);
  if (purchase === undefined) return 'none';
  const owner = await resolveOwner(tx, purchase, presented);
  const news = toNews(purchase, verified, owner !== undefined);
  if (news === 'none') return news;
  if (news === 'conflict') {
    await keepConflict(tx, verified, sealed);
    return news;
  }
  await insertEvidence(tx, verified, sealed);
  if (verified.revocation !== undefined) {
    await revokePurchase(tx, purchase.purchaseOrderId, verified.revocation);
  } else {
    await updateFromEvidence(tx, purchase, verified, owner);
    await insertPurchaseEvent(tx, purchase.purchaseOrderId, news, { storeFinished: verified.storeFinished });
  }
  return news;
}

/**
 * Stored evidence of a purchase that was not understood, read again by the code of today: what has become readable
 * takes its place in the row, as if it came in now. Only before the grant.
 */
export async function rereadEvidence(tx: Transaction, verified: VerifiedPurchase, named: ResolvedOwner): Promise<void> {
  const purchase = await lockPurchase(tx, verified.purchaseOrderId);
  if (purchase?.state !== 'received' || purchase.unexpected.join() === verified.unexpected.join()) return;
  if (verified.revocation !== undefined) {
    await revokePurchase(tx, purchase.purchaseOrderId, verified.revocation);
    return;
  }
  await updateFromEvidence(tx, purchase, verified, await resolveOwner(tx, purchase, named));
  await insertPurchaseEvent(tx, purchase.purchaseOrderId, 'fresh-evidence', { read: 'anew', unexpected: verified.unexpected });
}

type KnownOwner = Exclude<ResolvedOwner, { readonly tag: string }>;

/** A tag that no account here holds names nobody, however often it is presented. */
async function resolveOwner(tx: Transaction, { environment, realm }: Purchase, owner: ResolvedOwner): Promise<KnownOwner> {
  if (owner === undefined || 'accountKey' in owner) return owner;
  const accountKey = await findAccountKeyByTag(tx, environment, realm, owner.tag);
  return accountKey && { accountKey };
}

/** Kept and told once for each application and environment: its repeats are no news. */
async function keepConflict(tx: Transaction, verified: VerifiedPurchase, sealed: SealedEvidence): Promise<void> {
  const { purchaseOrderId, environment, applicationId } = verified;
  if (!(await insertConflictingEvidence(tx, verified, sealed))) return;
  await insertPurchaseEvent(tx, purchaseOrderId, 'order-id-conflict', { environment, applicationId });
}

/** What the store says of a granted order no longer changes its product or quantity: that is what was granted. */
async function updateFromEvidence(tx: Transaction, purchase: Purchase, verified: VerifiedPurchase, owner: KnownOwner): Promise<void> {
  await tx.query(
    `update purchases set signed_at = greatest(signed_at, $2), store_finished = store_finished or $3,
       finish_unknown_at = null, run_woken_at = null
     where purchase_order_id = $1`,
    [purchase.purchaseOrderId, new Date(verified.signedAtMs), verified.storeFinished],
  );
  // An older copy may bring the owner; what a newer one said of the order stands.
  const facts = verified.signedAtMs < purchase.signedAt.getTime() ? purchase : verified;
  await tx.query(
    `update purchases set product_id = $2, product_type = $3, quantity = $4, unexpected = $5,
       park_reason = null, parked_at = null, finished_elsewhere = finished_elsewhere or $8,
       price = coalesce($9, price), currency = coalesce($10, currency),
       purchased_at = coalesce($6, purchased_at), account_key = coalesce(account_key, $7)
     where purchase_order_id = $1 and state = 'received'`,
    [
      purchase.purchaseOrderId,
      facts.productId,
      facts.productType,
      facts.quantity,
      facts.unexpected,
      verified.purchasedAtMs === undefined ? null : new Date(verified.purchasedAtMs),
      owner?.accountKey ?? null,
      isFinishedElsewhere(purchase, verified),
      verified.price ?? null,
      verified.currency ?? null,
    ],
  );
}

/**
 * An unpaid order is no purchase that the ledger knows (design §4): finished by the time that we hear of its payment, it
 * was delivered without us. The same where what we heard first of the finish was not understood.
 */
function isFinishedElsewhere(purchase: Purchase, { storeFinished }: VerifiedPurchase): boolean {
  return storeFinished && (!isCompleted(purchase) || purchase.unexpected.includes('finishStatus'));
}
