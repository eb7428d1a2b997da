import type { VerifyPurchaseResult } from './steps.js';
import { DroplessError } from '../domain/errors.js';
import type { PurchaseOrderId } from '../domain/ids.js';
import type { Database } from '../ledger/database.js';
import { findEvidence, type StoredEvidence } from '../ledger/evidence.js';
import type { EvidenceCipher } from '../ledger/evidence-cipher.js';
import type { Verifier } from '../store/verify-purchase.js';

export interface VerifyPurchaseDeps {
  readonly db: Database;
  readonly cipher: EvidenceCipher;
  readonly verifier: Verifier;
}

/** Verifies the newest stored evidence as of the moment that it was first judged at. */
export async function verifyPurchase(
  { db, cipher, verifier }: VerifyPurchaseDeps,
  purchaseOrderId: PurchaseOrderId,
): Promise<VerifyPurchaseResult> {
  const stored = await findEvidence(db, purchaseOrderId);
  if (stored === undefined) return { state: 'unverified', code: 'EVIDENCE_INVALID' };
  const evidence = await open(cipher, stored, purchaseOrderId);
  if (typeof evidence !== 'string') return evidence;
  const { verdict } = await verifier.verify(evidence, stored.verifiedAt);
  const names = verdict.kind === 'valid' && verdict.purchases.some((purchase) => purchase.purchaseOrderId === purchaseOrderId);
  return names ? { state: 'verified' } : { state: 'unverified', code: 'EVIDENCE_INVALID' };
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
