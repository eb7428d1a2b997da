import type { VerifyPurchaseResult } from './steps.js';
import { DroplessError } from '../domain/errors.js';
import type { PurchaseOrderId } from '../domain/ids.js';
import { readOwnerTag } from '../domain/owner.js';
import { rereadEvidence } from '../ledger/absorb-evidence.js';
import type { Database } from '../ledger/database.js';
import { findEvidence, type StoredEvidence } from '../ledger/evidence.js';
import type { EvidenceCipher } from '../ledger/evidence-cipher.js';
import { listsUsedBy, type RevocationList, type Verifier } from '../store/index.js';

export interface VerifyPurchaseDeps {
  readonly db: Database;
  readonly cipher: EvidenceCipher;
  readonly verifier: Pick<Verifier, 'verify'>;
  /** Handed in by the root: the revocation lists that evidence was judged by before. */
  readonly findLists: FindLists;
}

export type FindLists = (fingerprints: readonly string[]) => Promise<readonly RevocationList[]>;

/**
 * Verifies the newest stored evidence as of the moment that it was first judged at, by the revocation lists of then; an
 * entry that has appeared since speaks against it too, as long as nothing is granted. What an earlier version could not
 * understand in it is read again: an upgrade and a retry are all that such a purchase needs.
 */
export async function verifyPurchase(
  { db, cipher, verifier, findLists }: VerifyPurchaseDeps,
  purchaseOrderId: PurchaseOrderId,
): Promise<VerifyPurchaseResult> {
  const stored = await findEvidence(db, purchaseOrderId);
  if (stored === undefined) return { state: 'unverified', code: 'EVIDENCE_INVALID' };
  const evidence = await open(cipher, stored, purchaseOrderId);
  if (typeof evidence !== 'string') return evidence;
  const recorded = await findLists(listsUsedBy(stored.report));
  const { verdict } = await verifier.verify(evidence, stored.verifiedAt, recorded);
  if (verdict.kind === 'undecided' && verdict.code === 'CERTIFICATE_REVOKED') return { state: 'unverified', code: verdict.code };
  const purchases = verdict.kind === 'valid' ? verdict.purchases : [];
  const verified = purchases.find((purchase) => purchase.purchaseOrderId === purchaseOrderId);
  if (verified === undefined) return { state: 'unverified', code: 'EVIDENCE_INVALID' };
  if (stored.wasUnexpected) {
    const tag = readOwnerTag(verified.developerPayload);
    await db.transaction((tx) => rereadEvidence(tx, verified, tag === undefined ? undefined : { tag }));
  }
  return { state: 'verified' };
}

/** A key that is missing, or a text that does not open, is a person's matter and not a failure to retry. */
async function open(
  cipher: EvidenceCipher,
  stored: StoredEvidence,
  purchaseOrderId: PurchaseOrderId,
): Promise<string | VerifyPurchaseResult> {
  try {
    return await cipher.open(stored, { purchaseOrderId, environment: stored.environment });
  } catch (error) {
    if (!(error instanceof DroplessError)) throw error;
    if (error.code !== 'EVIDENCE_KEY_MISSING' && error.code !== 'EVIDENCE_INVALID') throw error;
    return { state: 'unverified', code: error.code };
  }
}
