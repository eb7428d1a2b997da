import type { Queryable } from './database.js';
import type { SealedEvidence } from './receive-purchase.js';
import type { ErrorCode } from '../domain/error-codes.js';

/** The newest of each code stay: one application's flood must not push out another reason's evidence. */
const KEPT_PER_CODE_MAX = 1_000;

export interface QuarantinedEvidence extends SealedEvidence {
  readonly code: ErrorCode;
  readonly purchaseOrderId: string | undefined;
  readonly applicationId: string | undefined;
}

/** Keeps what the store signed but no order can be made of yet. The same order again replaces its row. */
export async function quarantineEvidence(db: Queryable, evidence: QuarantinedEvidence): Promise<void> {
  await db.query(
    `with kept as (
       insert into quarantine (code, purchase_order_id, application_id, key_id, jwe) values ($1, $2, $3, $4, $5)
       on conflict on constraint quarantine_one_per_order
       do update set key_id = excluded.key_id, jwe = excluded.jwe, received_at = now()
     )
     delete from quarantine where quarantine_id in (
       select quarantine_id from quarantine where code = $1 order by received_at desc, quarantine_id desc offset $6)`,
    [evidence.code, evidence.purchaseOrderId ?? null, evidence.applicationId ?? null, evidence.keyId, evidence.jwe, KEPT_PER_CODE_MAX - 1],
  );
}
