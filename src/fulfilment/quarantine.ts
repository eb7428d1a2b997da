import type { ErrorCode } from '../domain/error-codes.js';
import type { Database } from '../ledger/database.js';
import type { EvidenceCipher } from '../ledger/evidence-cipher.js';
import { quarantineEvidence } from '../ledger/quarantine.js';
import type { SignedFacts } from '../store/index.js';

/** Tells people: an error line and a counter, named by a code. Facts hold ids, never evidence. */
export type Alarm = (
  code: ErrorCode | 'RUN_CLOSED' | 'PURCHASE_OVERDUE' | 'ENGINE_MISCONFIGURED',
  facts: Readonly<Record<string, unknown>>,
) => void;

export interface QuarantineDeps {
  readonly db: Database;
  readonly cipher: EvidenceCipher;
  readonly alarm: Alarm;
  /** The moment that fresh evidence is judged at. */
  readonly now: () => Date;
}

/** Keeps evidence that the store signed and we cannot place: refusing it must not lose it. */
export async function quarantine(deps: QuarantineDeps, evidence: string, code: ErrorCode, facts: SignedFacts): Promise<void> {
  const { purchaseOrderId, applicationId, environment } = facts;
  const sealed = await deps.cipher.seal(evidence, { purchaseOrderId, environment });
  await quarantineEvidence(deps.db, { ...sealed, code, purchaseOrderId, applicationId, environment, verifiedAt: deps.now() });
  deps.alarm(code, { purchaseOrderId, applicationId });
}
