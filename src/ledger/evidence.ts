import type pg from 'pg';
import type { Queryable, Transaction } from './database.js';
import type { SealedEvidence } from './receive-purchase.js';
import type { Environment, PurchaseOrderId } from '../domain/ids.js';
import type { VerifiedPurchase } from '../domain/purchase.js';

export interface StoredEvidence extends SealedEvidence {
  readonly environment: Environment;
  /** The moment that the certificates were judged at; every re-verification uses it. */
  readonly verifiedAt: Date;
  /** The purchase was parked for fields that nobody understood. */
  readonly wasUnexpected: boolean;
}

interface EvidenceRow extends pg.QueryResultRow {
  key_id: string;
  jwe: string;
  environment: Environment;
  verified_at: Date;
  report: object | null;
  was_unexpected: boolean;
}

/** The newest accepted evidence of an order: the latest word of the store. */
export async function findEvidence(db: Queryable, purchaseOrderId: PurchaseOrderId): Promise<StoredEvidence | undefined> {
  const { rows } = await db.query<EvidenceRow>(
    `select e.key_id, e.jwe, e.environment, e.verified_at, e.report, p.unexpected <> '{}' as was_unexpected
     from evidence e join purchases p using (purchase_order_id)
     where e.purchase_order_id = $1 and e.accepted order by e.signed_at desc, e.evidence_id desc limit 1`,
    [purchaseOrderId],
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  const { key_id: keyId, jwe, environment, verified_at: verifiedAt, report, was_unexpected: wasUnexpected } = row;
  return { keyId, jwe, report: report ?? undefined, environment, verifiedAt, wasUnexpected };
}

export async function insertEvidence(db: Queryable, verified: VerifiedPurchase, sealed: SealedEvidence): Promise<void> {
  await db.query(INSERT_EVIDENCE, evidenceValues(verified, sealed, true));
}

/**
 * Keeps what was signed for the same order id by another application or environment (L4), one each. False: it stands
 * there already. To be called under the purchase's lock.
 */
export async function insertConflictingEvidence(tx: Transaction, verified: VerifiedPurchase, sealed: SealedEvidence): Promise<boolean> {
  const { rowCount } = await tx.query(
    `${INSERT_EVIDENCE} where not exists (
       select from evidence where (purchase_order_id, environment, application_id) = ($1, $2, $3) and not accepted)`,
    evidenceValues(verified, sealed, false),
  );
  return rowCount === 1;
}

const INSERT_EVIDENCE = `
  insert into evidence (purchase_order_id, environment, application_id, accepted, signed_at, verified_at, key_id, jwe, report)
  select $1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb`;

function evidenceValues(verified: VerifiedPurchase, { keyId, jwe, report }: SealedEvidence, accepted: boolean): unknown[] {
  const { purchaseOrderId, environment, applicationId } = verified;
  return [
    purchaseOrderId,
    environment,
    applicationId,
    accepted,
    new Date(verified.signedAtMs),
    new Date(verified.verifiedAtMs),
    keyId,
    jwe,
    report,
  ];
}

/** Keys that purchases which are not closed still need: a server whose ring lacks one will not start (L10). */
export async function listKeyIdsInUse(db: Queryable): Promise<string[]> {
  const { rows } = await db.query<{ key_id: string }>(
    `select distinct key_id from evidence e join purchases p using (purchase_order_id)
     where e.accepted and p.state in ('received', 'granted')`,
  );
  return rows.map((row) => row.key_id);
}
